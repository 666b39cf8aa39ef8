import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Cell, Platform } from '../../config/platform';
import { SELECTIVE } from '../../constructs/core/contract';
import { bucketOf } from '../../constructs/core/tenant-token';
import { type TierName, TierStack } from '../../stacks/tier';
import { generatedObjects } from '../support/kubernetes-schemas';
import { expectPerTier, type PerTier } from '../support/per-tier';
import { synthStack, type SynthesizedStack } from '../support/synth';

const prod: Platform = loadPlatform(join(__dirname, '../..'), 'prod');

interface Built {
  readonly stack: SynthesizedStack;
  readonly objects: ReturnType<typeof generatedObjects>;
}

function build(tier: TierName, change: (cell: Cell) => Cell = (same) => same): Built {
  const [first] = prod.cells;
  if (!first) throw new Error('prod has no cell');
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  const stack = new TierStack(app, { platform: prod, cell: change(first), tier });
  const objects = generatedObjects(stack);
  return { stack: synthStack(stack), objects };
}

const tiers: PerTier<Built> = {
  starter: build('starter'),
  professional: build('professional'),
  enterprise: build('enterprise'),
};

const pool = ({ objects }: Built) => {
  const found = objects.find(({ kind }) => kind === 'NodePool');
  if (!found) throw new Error('the tier has no pool');
  return found as unknown as {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly limits: unknown;
      readonly template: { readonly spec: { readonly requirements: { key: string; values: unknown }[] } };
    };
  };
};

describe('the tiers of a cell of prod', () => {
  it('have a namespace each; in that of enterprise nothing runs', () => {
    const quota = ({ stack }: Built): unknown => {
      const { hard } = stack.only('kubernetes_resource_quota_v1')['spec'];
      return [stack.only('kubernetes_namespace_v1')['metadata'].name, hard.pods, hard['requests.cpu']];
    };
    expectPerTier(tiers, quota, {
      starter: ['tier-starter', '60', '60'],
      professional: ['tier-professional', '40', '80'],
      enterprise: ['tier-enterprise', '0', '0'],
    });
  });

  it('allow as many pods as the shards have connections for', () => {
    const { stack } = build('starter', (cell) => ({
      ...cell,
      data: { ...cell.data, pools: { ...cell.data.pools, starter: { maxPods: 7, poolSize: 1 } } },
    }));
    expect(stack.only('kubernetes_resource_quota_v1')['spec'].hard.pods).toBe('7');
  });

  it('rank one above the other', () => {
    expectPerTier(tiers, ({ stack }) => stack.only('kubernetes_priority_class_v1')['value'] as number, {
      starter: 1000,
      professional: 2000,
      enterprise: 3000,
    });
  });

  it('have nodes of their own, and only starter on spot instances', () => {
    const bought = (built: Built): unknown => {
      const { metadata, spec } = pool(built);
      const { requirements } = spec.template.spec;
      return [
        metadata.name,
        requirements.find(({ key }) => key === 'karpenter.sh/capacity-type')?.values,
        spec.limits,
      ];
    };
    expectPerTier(tiers, bought, {
      starter: ['tier-starter', ['spot', 'on-demand'], { cpu: '120', memory: '240Gi' }],
      professional: ['tier-professional', ['on-demand'], { cpu: '160', memory: '320Gi' }],
      enterprise: ['tier-enterprise', ['on-demand'], { cpu: '400', memory: '1600Gi' }],
    });
  });

  it('are called by the fleet of their kind', () => {
    const fleet = ({ stack }: Built): unknown =>
      stack.only('kubernetes_network_policy_v1', 'FromGateway')['spec'].ingress[0].from[0].pod_selector;
    const of = (name: string) => ({
      match_labels: { 'gateway.envoyproxy.io/owning-gateway-name': name },
    });
    expectPerTier(tiers, fleet, {
      starter: of('shared'),
      professional: of('shared'),
      enterprise: of('enterprise'),
    });
  });

  it('reach every shard of the cell if they are pooled, and none if not', () => {
    const shards = ({ stack }: Built): unknown =>
      stack
        .resources('aws_vpc_security_group_ingress_rule')
        .filter(({ security_group_id }) => /Contract-data-shard-\d+/.test(String(security_group_id))).length;
    expectPerTier(tiers, shards, { starter: 10, professional: 10, enterprise: 0 });
  });

  it('release in slices where they are starter, and as a whole elsewhere; their routes lead to these', () => {
    const slices = ({ objects }: Built): unknown =>
      objects
        .filter(({ kind }) => kind === 'Rollout' || kind === 'HTTPRoute')
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
        .sort();
    expectPerTier(tiers, slices, {
      starter: [
        ...['HTTPRoute service-api', 'HTTPRoute service-api-canary', 'HTTPRoute service-api-internal'],
        ...['Rollout api', 'Rollout api-canary', 'Rollout api-internal'],
      ],
      professional: ['HTTPRoute service-api', 'Rollout api'],
      enterprise: [],
    });
  });

  it('lead the synthetic tenant of the cell to what is released first, and the canary’s share next', () => {
    const matches = (name: string): unknown => {
      const { spec } = tiers.starter.objects.find(
        ({ kind, metadata }) => kind === 'HTTPRoute' && metadata.name === name,
      ) as unknown as { spec: { rules: { matches: { headers: { value: string }[] }[] }[] } };
      return spec.rules[0]?.matches.map(({ headers }) => headers.map(({ value }) => value));
    };
    expect(matches('service-api-internal')).toEqual([
      ['starter', 'smoke-starter-use1a', String(bucketOf('smoke-starter-use1a'))],
    ]);
    // 5 % of 256 are 13.
    expect(matches('service-api-canary')).toEqual([['starter', '[0-9]|1[0-2]']]);
  });

  it('judge releases by what they promise', () => {
    const judged = ({ objects }: Built): unknown => {
      const template = objects.find(
        ({ kind, metadata }) => kind === 'AnalysisTemplate' && metadata.name === 'api-objectives',
      ) as unknown as { spec: { metrics: { name: string; successCondition: string }[] } } | undefined;
      return template?.spec.metrics.map(({ name, successCondition }) => `${name}: ${successCondition}`);
    };
    expectPerTier(tiers, judged, {
      starter: ['watched: result[0] >= 1', 'errors: result[0] <= 0.005', 'p95: result[0] <= 800'],
      professional: ['watched: result[0] >= 1', 'errors: result[0] <= 0.001', 'p95: result[0] <= 400'],
      enterprise: undefined,
    });
  });

  it('log in as a user of their own', () => {
    const users = ({ stack }: Built): unknown => [
      ...new Set(
        stack
          .data('aws_iam_policy_document')
          .filter(({ path }) => path.includes('/connect-'))
          .map(({ statement: [{ resources }] }) => String(resources[0]).split('/').at(-1)),
      ),
    ];
    expectPerTier(tiers, users, {
      starter: ['bulkhead_starter'],
      professional: ['bulkhead_professional'],
      enterprise: [],
    });
  });

  it('publish what tenants and admission refer to', () => {
    const contract = ({ stack }: Built): unknown =>
      stack.only('aws_ssm_parameter')['insecure_value'] as unknown;
    const of = (tier: string): unknown =>
      expect.stringContaining(
        `"namespace" = "tier-${tier}", "nodePool" = "tier-${tier}", "priorityClass" = "tier-${tier}"`,
      );
    expectPerTier(tiers, contract, {
      starter: of('starter'),
      professional: of('professional'),
      enterprise: of('enterprise'),
    });
  });

  it('carry the tag of their tier, on what Terraform makes and on what Karpenter makes', () => {
    const tag = ({ stack, objects }: Built): unknown => {
      const { aws } = stack.json['provider'] as {
        aws: readonly { default_tags: readonly { tags: Record<string, string> }[] }[];
      };
      const tags = aws[0]?.default_tags[0]?.tags ?? {};
      const nodes = objects.find(({ kind }) => kind === 'EC2NodeClass') as unknown as {
        spec: { tags: Record<string, string> };
      };
      return [tags['tier'], tags['tenant'], nodes.spec.tags['tier']];
    };
    expectPerTier(tiers, tag, {
      starter: ['starter', 'shared', 'starter'],
      professional: ['professional', 'shared', 'professional'],
      enterprise: ['enterprise', 'shared', 'enterprise'],
    });
  });

  it('has no account and no way to a shard where its pods are limited to none', () => {
    const { stack } = build('starter', (cell) => ({
      ...cell,
      data: { ...cell.data, pools: { ...cell.data.pools, starter: { maxPods: 0, poolSize: 1 } } },
    }));
    expect(stack.resources('kubernetes_service_account_v1')).toEqual([]);
    expect(stack.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
  });
});
