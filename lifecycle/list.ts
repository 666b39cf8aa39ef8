import type { Tenant } from '../config/platform';
import type { TenantItem } from '../constructs/registry/tenant-item';
import { disagreements, isSynthetic } from './disagreements';
import type { TenantFilter } from './registry';
import type { Surroundings } from './surroundings';

/** A tenant in a list. */
export interface Listed {
  readonly tenantId: string;
  /** @default - the registry does not know it, but it has a file */
  readonly item?: TenantItem;
  readonly disagreements: readonly string[];
}

export interface ListProps {
  readonly filter: TenantFilter;
  /** Whether the platform's own tenants are listed, who try out releases. */
  readonly synthetic: boolean;
}

/**
 * Tenants that match, one after the other as the registry gives them; then those who have a file and are not in the registry.
 *
 * @throws ConfigError when config cannot be read
 */
export async function* list(
  { filter, synthetic }: ListProps,
  { registry, platform }: Pick<Surroundings, 'registry' | 'platform'>,
): AsyncGenerator<Listed, void> {
  const files = new Map(platform().tenants.map((tenant) => [tenant.id, tenant]));
  const seen = new Set<string>();
  for await (const item of registry.list(filter)) {
    if (isSynthetic(item) && !synthetic) continue;
    const { tenantId } = item;
    if (files.has(tenantId)) seen.add(tenantId);
    yield { tenantId, item, disagreements: disagreements(item, files.get(tenantId)) };
  }
  for (const file of files.values()) {
    if (seen.has(file.id) || !mayMatch(file, filter)) continue;
    // Some that do not match are in the registry all the same.
    if ((await registry.get(file.id)) !== undefined) continue;
    yield { tenantId: file.id, disagreements: disagreements(undefined, file) };
  }
}

/** Who is not in the registry has no state and no shard. */
const mayMatch = ({ cell, tier }: Tenant, filter: TenantFilter): boolean =>
  filter.state === undefined &&
  filter.shard === undefined &&
  (filter.cell === undefined || filter.cell === cell) &&
  (filter.tier === undefined || filter.tier === tier);
