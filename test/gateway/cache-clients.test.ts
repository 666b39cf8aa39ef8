import { Testing } from 'cdktf';
import { CacheClients } from '../../constructs/gateway/cache-clients';
import { generatedObjects, schemaProblems } from '../support/kubernetes-schemas';
import { testStack } from '../support/synth';
import { NETWORK, synthInCluster } from './surroundings';

const PROPS = {
  network: NETWORK,
  cluster: { securityGroupId: 'sg-cluster' },
  cache: { securityGroupId: 'sg-cache' },
  cachePort: 6379,
};
const stack = synthInCluster((scope) => new CacheClients(scope, 'Clients', PROPS));
const own = `\${${stack.only('aws_security_group').address}.id}`;

describe('pods of gateways that use the cache', () => {
  it('have a group of their own, which the cache lets in: not that of all nodes', () => {
    const into = stack
      .resources('aws_vpc_security_group_ingress_rule')
      .filter((rule) => rule['security_group_id'] === 'sg-cache');
    expect(into).toEqual([
      expect.objectContaining({ from_port: 6379, to_port: 6379, referenced_security_group_id: own }),
    ]);
  });

  it('reach the cache, names and the control plane, and nothing else', () => {
    const out = stack
      .resources('aws_vpc_security_group_egress_rule')
      .filter((rule) => rule['security_group_id'] === own)
      .map(
        (rule) =>
          `${String(rule['referenced_security_group_id'])} ${String(rule['ip_protocol'])} ${String(rule['from_port'])}`,
      );
    expect(out.sort()).toEqual([
      'sg-cache tcp 6379',
      'sg-cluster tcp 18001',
      'sg-cluster tcp 53',
      'sg-cluster udp 53',
    ]);
  });

  it('are called by what has the group of the cluster, on the ports that they listen on', () => {
    const into = stack
      .resources('aws_vpc_security_group_ingress_rule')
      .filter((rule) => rule['security_group_id'] === own);
    expect(new Set(into.map((rule) => rule['referenced_security_group_id'] as unknown))).toEqual(
      new Set(['sg-cluster']),
    );
    expect(into.map((rule) => Number(rule['from_port'])).sort((a, b) => a - b)).toEqual([
      8080, 8081, 9001, 9090, 19001, 19004,
    ]);
  });

  it('get it by their label, and no other pod of the namespace does', () => {
    const scope = testStack('test', Testing.app());
    new CacheClients(scope, 'Clients', PROPS);
    const objects = generatedObjects(scope);
    expect(schemaProblems(objects)).toEqual([]);
    expect(objects).toEqual([
      expect.objectContaining({
        kind: 'SecurityGroupPolicy',
        metadata: { name: 'cache-clients', namespace: 'envoy-gateway-system' },
        spec: expect.objectContaining({
          podSelector: { matchLabels: { 'bulkhead/cache-client': 'gateway' } },
        }) as object,
      }),
    ]);
  });
});
