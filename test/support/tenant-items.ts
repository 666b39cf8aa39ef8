import type { TenantItem } from '../../constructs/registry/tenant-item';

/** A shard of the cell `use1a`. */
export const place = (shard: string): { readonly cell: string; readonly shard: string } => ({
  cell: 'use1a',
  shard: `data-shard-${shard}`,
});

/** A tenant's item as it is written first: a starter who is served, and has no place unless told. */
export const tenant = (tenantId: string, more: Partial<TenantItem> = {}): TenantItem => ({
  ...{ tenantId, tier: 'starter', state: 'active', version: 1 },
  createdAt: '2026-11-26T12:00:00.000Z',
  updatedAt: '2026-11-26T12:00:00.000Z',
  ...more,
});
