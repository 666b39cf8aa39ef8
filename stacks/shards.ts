import type { Cell, Platform } from '../config/platform';
import { pooledTenantsPerCell } from '../config/pooled-tenants';
import { type PlannedShard, planShards } from '../constructs/data/shard-planner';

/** The shards of a cell: as many as its share of the platform's pooled tenants needs. Apart from their stacks, for plans are made without them. */
export const shardsOf = (platform: Platform, cell: Cell): readonly PlannedShard[] =>
  planShards({ pooledTenants: pooledTenantsPerCell(platform), ...cell.data.shards });

/** Kind of the stack that holds a shard, and the shard's name in the registry. A public contract. */
export const shardStackKind = ({ id }: Pick<PlannedShard, 'id'>): string => `data-shard-${id}`;
