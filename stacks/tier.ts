import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { POOLED_TIERS } from '../config/pooled-tenants';
import { ImportedDatabase } from '../constructs/data/database';
import { EnterpriseTier } from '../constructs/tiers/enterprise-tier';
import { ProfessionalTier } from '../constructs/tiers/professional-tier';
import { StarterTier } from '../constructs/tiers/starter-tier';
import type { ITier, PooledTierProps } from '../constructs/tiers/tier';
import { cellParts, nodesOf } from './cell-parts';
import { addonsContract, cacheContract, gatewayContract, shardContract, tierContract } from './contracts';
import { tierLogin } from './data-shard';
import { zoneNameOf } from './names';
import { PlatformStack } from './platform-stack';
import { earlyTenants, releaseSettings } from './release-settings';
import { shardsOf, shardStackKind } from './shards';

export interface TierStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
  readonly tier: TierName;
}

/** Tiers in the order of the catalogue. */
export const TIERS = [...POOLED_TIERS, 'enterprise'] as const;
export type TierName = (typeof TIERS)[number];

const POOLED = { starter: StarterTier, professional: ProfessionalTier } as const;

/** Kind of the stack that holds a tier. A public contract. */
export const tierStackKind = (tier: TierName): string => `tier-${tier}`;

/** A product plan in a cell. */
export class TierStack extends PlatformStack {
  public constructor(scope: Construct, props: TierStackProps) {
    const { cell, tier } = props;
    const kind = tierStackKind(tier);
    super(scope, { ...props, kind, tier });
    // For the order alone: routes are to find their Gateway, and callers its policies.
    gatewayContract.read(this, { stack: 'gateway', cell: cell.id });
    const made = this.make(props, kind);
    tierContract.publish(
      this,
      { stack: kind, cell: cell.id },
      {
        tier: made.tier,
        namespace: made.namespace,
        nodePool: made.nodePool,
        priorityClass: made.priorityClass,
      },
    );
  }

  private make({ platform, cell, tier }: TierStackProps, kind: string): ITier {
    const settings = platform.tiers[tier];
    const common = {
      ...cellParts(this, { platform, cell, kind }, { tier }),
      priority: settings.priority,
      nodes: nodesOf(settings.nodes),
      containers: settings.containers,
      operators: cell.operators[tier],
    };
    if (tier === 'enterprise') return new EnterpriseTier(this, 'Tier', common);
    const { metricsWorkspaceId } = addonsContract.read(this, { stack: 'addons', cell: cell.id });
    const early = earlyTenants(platform, cell, tier);
    return new POOLED[tier](this, 'Tier', {
      ...common,
      releases: releaseSettings(platform, cell, tier, metricsWorkspaceId),
      ...(early && { early }),
      zoneName: zoneNameOf(platform, cell),
      // Without pods, nothing runs that could have an account.
      services: cell.data.pools[tier].maxPods === 0 ? [] : settings.services,
      // As many pods as the shards have connections for: `guarantees/capacity` counts with the same number.
      quota: { ...settings.quota, pods: cell.data.pools[tier].maxPods },
      ...this.data(platform, cell, tier),
    });
  }

  /** What the services of a pooled tier use, by contracts. */
  private data(
    platform: Platform,
    cell: Cell,
    tier: (typeof POOLED_TIERS)[number],
  ): Pick<PooledTierProps, 'shards' | 'shardNames' | 'dbUser' | 'cache' | 'cacheServices'> {
    const planned = shardsOf(platform, cell);
    return {
      shards: planned.map((shard) => {
        const stack = shardStackKind(shard);
        const address = shardContract.read(this, { stack, cell: cell.id });
        return new ImportedDatabase(this, `Shard${shard.id}`, address);
      }),
      shardNames: planned.map((shard) => shardStackKind(shard)),
      dbUser: tierLogin(tier),
      cache: cacheContract.read(this, { stack: 'cache', cell: cell.id }),
      cacheServices: cell.cache.services,
    };
  }
}
