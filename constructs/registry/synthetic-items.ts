import { DynamodbTableItem } from '@cdktf/provider-aws/lib/dynamodb-table-item';
import { Construct } from 'constructs';
import { TENANT_KEYS, type TenantItem } from './tenant-item';

/** A tenant that the platform itself is, as far as one differs from another. */
export type SyntheticTenant = Pick<Required<TenantItem>, 'tenantId' | 'tier' | 'cell' | 'shard' | 'scopes'>;

export interface SyntheticItemsProps {
  readonly tableName: string;
  /** Each once. */
  readonly tenants: readonly SyntheticTenant[];
}

/** When they are said to have come: synth reads no clock, and nothing goes by it. */
const CREATED = '2026-01-01T00:00:00.000Z';

/**
 * Entries of the registry without which synthetic tenants would get no token.
 *
 * They are the only ones that Terraform makes, and it makes them once: what an operator changes in one, such as its state,
 * stays. With its cell a tenant's entry goes too, unlike a customer's: its id holds the cell's, so nobody else is ever given it.
 */
export class SyntheticItems extends Construct {
  public constructor(scope: Construct, id: string, { tableName, tenants }: SyntheticItemsProps) {
    super(scope, id);
    for (const tenant of tenants) {
      new DynamodbTableItem(this, tenant.tenantId, {
        tableName,
        hashKey: TENANT_KEYS.id,
        item: JSON.stringify(marshalled(tenant)),
        lifecycle: { ignoreChanges: ['item'], preventDestroy: true },
      });
    }
  }
}

type Attribute = { readonly S: string } | { readonly N: string } | { readonly L: readonly Attribute[] };

/** An item as DynamoDB takes it, each value in an object that tells its type. */
function marshalled({ tenantId, tier, cell, shard, scopes }: SyntheticTenant): Record<string, Attribute> {
  const text = (S: string): Attribute => ({ S });
  return {
    tenantId: text(tenantId),
    tier: text(tier),
    state: text('active' satisfies TenantItem['state']),
    cell: text(cell),
    shard: text(shard),
    scopes: { L: scopes.map(text) },
    version: { N: '1' },
    createdAt: text(CREATED),
    updatedAt: text(CREATED),
  } satisfies Record<
    keyof Omit<TenantItem, 'contact' | 'legalHold' | 'moveTo' | 'name' | 'operation' | 'rateLimitPerSecond'>,
    Attribute
  >;
}
