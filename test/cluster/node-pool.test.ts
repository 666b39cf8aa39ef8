import { generalNodePool, nodeClass } from '../../constructs/cluster/addons/node-pool';
import { schemaProblems } from '../support/kubernetes-schemas';

const pool = generalNodePool({
  architecture: 'amd64',
  capacityTypes: ['spot', 'on-demand'],
  limits: { cpu: 32, memoryGiB: 128 },
});

describe('the general node pool', () => {
  it('is accepted by the schema of its kind', () => {
    expect(schemaProblems([pool])).toEqual([]);
  });

  it('uses the node class that is made beside it', () => {
    const cluster = { name: 'c', nodeInstanceProfileName: 'p' } as Parameters<typeof nodeClass>[0];
    expect(pool.spec.template.spec.nodeClassRef.name).toBe(nodeClass(cluster, {}).metadata.name);
  });
});

describe('the node class', () => {
  const cluster = { name: 'prod-use1a', nodeInstanceProfileName: 'p' } as Parameters<typeof nodeClass>[0];

  it('marks instances as those that volumes of this cluster may be attached to', () => {
    expect(nodeClass(cluster, { tenant: 'shared' }).spec?.tags).toMatchObject({
      tenant: 'shared',
      'ebs.csi.aws.com/cluster-name': 'prod-use1a',
    });
  });

  it('asks for as many pods as the network has room for', () => {
    expect(nodeClass(cluster, {}).spec?.kubelet?.maxPods).toBe(110);
  });
});

describe('the check against schemas', () => {
  it('says what is wrong with an object and where', () => {
    const wrong = { ...pool, spec: { ...pool.spec, disruption: { consolidateAfter: 5 } } };
    expect(schemaProblems([pool, wrong])).toEqual([
      expect.stringMatching(/^NodePool\/general: .*\/spec\/disruption\/consolidateAfter must be string/),
    ]);
  });

  it('refuses to pass a kind it has no schema for', () => {
    const unknown = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one' } };
    expect(() => schemaProblems([unknown])).toThrow('no schemas are known for example.com/v1 Widget');
  });
});
