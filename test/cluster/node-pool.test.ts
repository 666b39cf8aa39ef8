import { nodeClass, openNodePool, ownNodePool } from '../../constructs/cluster/node-pool';
import { schemaProblems } from '../support/kubernetes-schemas';

const SIZE = {
  architecture: 'amd64',
  capacityTypes: ['spot', 'on-demand'],
  limits: { cpu: 32, memoryGiB: 128 },
} as const;
const open = openNodePool({ ...SIZE, name: 'general' });
const own = ownNodePool({ ...SIZE, name: 'tenant-acme', businessHours: { startHourUtc: 13, hours: 11 } });
const cluster = { name: 'prod-use1a', nodeInstanceProfileName: 'p' };

describe('node pools', () => {
  it('are accepted by the schema of their kind, with their class', () => {
    expect(schemaProblems([open, own, nodeClass(cluster, 'general', {})])).toEqual([]);
  });

  it.each([open, own])('use the node class of their own name', (pool) => {
    expect(pool.spec.template.spec.nodeClassRef.name).toBe(pool.metadata.name);
    expect(pool.spec.template.metadata?.labels).toEqual({ 'node-pool': pool.metadata.name });
  });

  it('stop at their limits', () => {
    expect(own.spec.limits).toEqual({ cpu: '32', memory: '128Gi' });
  });
});

describe('a pool of one owner', () => {
  it('keeps every pod away that does not tolerate it by name', () => {
    expect(own.spec.template.spec.taints).toEqual([
      { key: 'node-pool', value: 'tenant-acme', effect: 'NoSchedule' },
    ]);
    expect(open.spec.template.spec.taints).toBeUndefined();
  });

  it('gives up no node during business that could go later', () => {
    expect(own.spec.disruption?.budgets).toContainEqual({
      nodes: '0',
      reasons: ['Drifted', 'Underutilized'],
      schedule: '0 13 * * mon-fri',
      duration: '11h',
    });
    expect(open.spec.disruption?.budgets).toEqual([{ nodes: '10%' }, { nodes: '1', reasons: ['Drifted'] }]);
  });
});

describe('the node class', () => {
  it('marks instances as those that volumes of this cluster may be attached to', () => {
    expect(nodeClass(cluster, 'general', { tenant: 'shared' }).spec?.tags).toMatchObject({
      tenant: 'shared',
      'ebs.csi.aws.com/cluster-name': 'prod-use1a',
    });
  });

  it('asks for as many pods as the network has room for', () => {
    expect(nodeClass(cluster, 'general', {}).spec?.kubelet?.maxPods).toBe(110);
  });
});

describe('the check against schemas', () => {
  it('says what is wrong with an object and where', () => {
    const wrong = { ...open, spec: { ...open.spec, disruption: { consolidateAfter: 5 } } };
    expect(schemaProblems([open, wrong])).toEqual([
      expect.stringMatching(/^NodePool\/general: .*\/spec\/disruption\/consolidateAfter must be string/),
    ]);
  });

  it('refuses to pass a kind it has no schema for', () => {
    const unknown = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one' } };
    expect(() => schemaProblems([unknown])).toThrow('no schemas are known for example.com/v1 Widget');
  });
});
