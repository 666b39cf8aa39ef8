import { SyntheticItems } from '../../constructs/registry/synthetic-items';
import { readEntry } from '../../services/token-claims/entry';
import { synth } from '../support/synth';

const stack = synth((scope) => {
  new SyntheticItems(scope, 'Items', {
    tableName: 'bulkhead-prod-tenants',
    tenants: [
      {
        tenantId: 'smoke-starter-use1a',
        tier: 'starter',
        cell: 'use1a',
        shard: 'data-shard-1',
        scopes: ['api/read'],
      },
    ],
  });
});
const item = stack.only('aws_dynamodb_table_item');

it('reads as any tenant does, for the function that makes tokens', () => {
  expect(readEntry(JSON.parse(item['item'] as string))).toEqual({
    tenantId: 'smoke-starter-use1a',
    tier: 'starter',
    state: 'active',
    cell: 'use1a',
    shard: 'data-shard-1',
    scopes: ['api/read'],
    rateLimitPerSecond: undefined,
  });
});

it('is made once: what an operator changes stays, and no deployment removes it by mistake', () => {
  expect(item).toMatchObject({
    table_name: 'bulkhead-prod-tenants',
    hash_key: 'tenantId',
    lifecycle: { ignore_changes: ['item'], prevent_destroy: true },
  });
});

it('has the attributes that every writer goes by', () => {
  expect(JSON.parse(item['item'] as string)).toMatchObject({
    version: { N: '1' },
    createdAt: { S: '2026-01-01T00:00:00.000Z' },
    updatedAt: { S: '2026-01-01T00:00:00.000Z' },
  });
});
