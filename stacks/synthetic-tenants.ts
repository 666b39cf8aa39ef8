import type { Cell } from '../config/platform';
import { ownerName } from '../constructs/core/owner';
import { syntheticTenant } from '../constructs/core/releases';
import { API_SCOPES } from '../constructs/core/tenant-token';
import type { SyntheticTenant } from '../constructs/registry/synthetic-items';
import { shardStackKind } from './shards';
import { TIERS } from './tier';

/** Ids of a cell's synthetic tenants, one a tier, in the order of the tiers. */
export const syntheticTenantIds = ({ id }: Pick<Cell, 'id'>): readonly string[] =>
  TIERS.map((tier) => syntheticTenant(tier, id));

/**
 * What the registry says of a cell's synthetic tenants.
 *
 * Those of pooled tiers are on the cell's first shard, which every cell has. That of the dedicated tier is on a database that
 * would be its own and that there is none of: no route leads there, and in a tenant's database it is somebody without a row.
 * They may read and not write, for smoke tests ask with GET.
 */
export const syntheticTenantsOf = ({ id: cell }: Pick<Cell, 'id'>): readonly SyntheticTenant[] =>
  TIERS.map((tier) => {
    const tenantId = syntheticTenant(tier, cell);
    return {
      tenantId,
      tier,
      cell,
      shard:
        tier === 'enterprise' ? ownerName({ kind: 'tenant', tier, tenantId }) : shardStackKind({ id: '1' }),
      scopes: [API_SCOPES.read],
    };
  });
