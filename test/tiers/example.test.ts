import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrialTier } from '../../docs/guides/examples/trial-tier';
import { build, pooledProps } from './fixture';

const GUIDES = join(__dirname, '../../docs/guides');
const EXAMPLE = readFileSync(join(GUIDES, 'examples/trial-tier.ts'), 'utf8');

describe('the tier of the guide', () => {
  it('takes under 40 lines', () => {
    expect(EXAMPLE.trimEnd().split('\n').length).toBeLessThan(40);
  });

  it('is what the guide shows', () => {
    expect(readFileSync(join(GUIDES, 'tiers.md'), 'utf8')).toContain(EXAMPLE.slice(EXAMPLE.indexOf('/**')));
  });

  it('is built from the same parts as the others', () => {
    const { stack, objects } = build((scope) => new TrialTier(scope, 'Trial', pooledProps(scope)));
    expect(stack.only('kubernetes_namespace_v1')['metadata']).toMatchObject({
      name: 'tier-trial',
      labels: { 'bulkhead/node-pool': 'tier-trial', 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'EC2NodeClass',
      'NodePool',
      'SecurityGroupPolicy',
    ]);
    // The first shard, and smoke tests within the namespace.
    expect(stack.resources('aws_vpc_security_group_ingress_rule')).toHaveLength(2);
    expect(
      stack
        .resources('kubernetes_network_policy_v1')
        .map(({ metadata }) => String(metadata.name))
        .sort(),
    ).toEqual(['aws-services', 'databases', 'deny-all', 'dns', 'from-gateway', 'from-smoke', 'smoke']);
  });
});
