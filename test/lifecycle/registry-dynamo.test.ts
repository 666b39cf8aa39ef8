import type { TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError } from '../../lifecycle/mistake';
import { PlaceFull, VersionConflict } from '../../lifecycle/registry';
import { DynamoRegistry } from '../../lifecycle/registry/dynamo-registry';
import { transactionOf } from '../../lifecycle/registry/dynamo-requests';
import { readEntry } from '../../services/token-claims/entry';
import { dynamoRegistry } from '../../services/token-claims/registry';
import { DynamoServer, type Fault } from '../support/dynamodb/server';
import { place, tenant } from '../support/tenant-items';

const ARN = 'arn:aws:dynamodb:us-east-1:444444444444:table/tenants';
const ONE = place('1');

let server: DynamoServer;
let client: ReturnType<DynamoServer['client']>;
let registry: DynamoRegistry;
let pauses: number[] = [];

beforeAll(async () => {
  server = await DynamoServer.start('tenants', 2);
  client = server.client();
  registry = new DynamoRegistry({
    client,
    table: 'tenants',
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(() => {
  pauses = [];
  server.calls.length = 0;
  server.fault = () => undefined;
});

/** The next calls go wrong, one after the other. */
const failing = (...faults: readonly Fault[]): void => {
  const left = [...faults];
  server.fault = () => left.shift();
  server.calls.length = 0;
};
const count = async (): Promise<number> => (await registry.counts([ONE]))[0]?.tenants ?? 0;

test('what is sent is on condition, and in one transaction', () => {
  const counts = [
    { place: ONE, by: -1 },
    { place: place('2'), by: 1, limit: 10 },
  ] as const;
  const item: TenantItem = { ...tenant('acme'), version: 3 };
  expect(transactionOf('tenants', { item, expected: 2, counts }, 'token')).toMatchInlineSnapshot(`
   {
     "ClientRequestToken": "token",
     "TransactItems": [
       {
         "Put": {
           "ConditionExpression": "#version = :expected",
           "ExpressionAttributeNames": {
             "#version": "version",
           },
           "ExpressionAttributeValues": {
             ":expected": {
               "N": "2",
             },
           },
           "Item": {
             "createdAt": {
               "S": "2026-11-26T12:00:00.000Z",
             },
             "state": {
               "S": "active",
             },
             "tenantId": {
               "S": "acme",
             },
             "tier": {
               "S": "starter",
             },
             "updatedAt": {
               "S": "2026-11-26T12:00:00.000Z",
             },
             "version": {
               "N": "3",
             },
           },
           "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
           "TableName": "tenants",
         },
       },
       {
         "Update": {
           "ConditionExpression": "#tenants >= :one",
           "ExpressionAttributeNames": {
             "#tenants": "tenants",
           },
           "ExpressionAttributeValues": {
             ":by": {
               "N": "-1",
             },
             ":none": {
               "N": "0",
             },
             ":one": {
               "N": "1",
             },
           },
           "Key": {
             "tenantId": {
               "S": "place#use1a/data-shard-1",
             },
           },
           "TableName": "tenants",
           "UpdateExpression": "SET #tenants = if_not_exists(#tenants, :none) + :by",
         },
       },
       {
         "Update": {
           "ConditionExpression": "(attribute_not_exists(#tenants) AND :limit > :none) OR #tenants < :limit",
           "ExpressionAttributeNames": {
             "#tenants": "tenants",
           },
           "ExpressionAttributeValues": {
             ":by": {
               "N": "1",
             },
             ":limit": {
               "N": "10",
             },
             ":none": {
               "N": "0",
             },
           },
           "Key": {
             "tenantId": {
               "S": "place#use1a/data-shard-2",
             },
           },
           "TableName": "tenants",
           "UpdateExpression": "SET #tenants = if_not_exists(#tenants, :none) + :by",
         },
       },
     ],
   }
  `);
});

test('a change whose answer was lost is made once, and is told as made', async () => {
  const before = await count();
  failing('lost', 'lost');
  const item = tenant('lost', ONE);
  await registry.write({ item, counts: [{ place: ONE, by: 1 }] });
  expect(server.calls).toEqual(['TransactWriteItems', 'TransactWriteItems', 'TransactWriteItems']);
  expect(await count()).toBe(before + 1);

  // Even where DynamoDB has forgotten that it was made.
  const next: TenantItem = { ...item, version: 2, name: 'Lost' };
  server.fault = () => {
    server.table.forgetTokens();
    return server.calls.length < 2 ? 'lost' : undefined;
  };
  server.calls.length = 0;
  await registry.write({ item: next, expected: 1, counts: [{ place: ONE, by: -1 }] });
  expect(server.calls).toHaveLength(2);
  expect(await registry.get('lost')).toEqual(next);
  expect(await count()).toBe(before);
});

test('a throttled table is asked again, and so is one that another transaction is at', async () => {
  failing('throttled', 'conflict', 'conflict', 'broken');
  await registry.write({ item: tenant('patient') });
  expect(server.calls).toHaveLength(5);
  expect(pauses).toHaveLength(2);
  expect(await registry.get('patient')).toBeDefined();
});

test('it is not asked for ever', async () => {
  server.fault = () => 'conflict';
  await expect(registry.write({ item: tenant('never') })).rejects.toMatchObject({
    name: 'TransactionCanceledException',
  });
  expect(server.calls).toHaveLength(10);
  server.fault = () => 'throttled';
  await expect(registry.get('never')).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
  });
});

test('keys that DynamoDB gives back unread are asked for again', async () => {
  await registry.write({ item: tenant('counted', ONE), counts: [{ place: ONE, by: 1 }] });
  failing('unprocessed', 'unprocessed');
  expect(await count()).toBeGreaterThan(0);
  expect(server.calls).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem']);
  expect(pauses).toHaveLength(2);
});

test('whose condition did not hold is told: the tenant’s before the place’s', async () => {
  const full = { cell: 'usw2a', shard: 'data-shard-1' };
  const counts = [{ place: full, by: 1, limit: 1 }] as const;
  await registry.write({ item: tenant('first', full), counts });
  await expect(registry.write({ item: tenant('second', full), counts })).rejects.toThrow(PlaceFull);
  await expect(registry.write({ item: tenant('first', { name: 'x' }), counts })).rejects.toThrow(
    VersionConflict,
  );
});

test('a table that is not there is a mistake with a way out', async () => {
  const other = new DynamoRegistry({ client, table: 'elsewhere' });
  const refusal = await other.get('acme').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(LifecycleError);
  expect(refusal).toMatchObject({
    message: expect.stringContaining("the registry's table elsewhere is not there") as string,
    next: [expect.stringContaining('npx bulkhead deploy --stacks registry'), expect.any(String)],
  });
  await expect(registry.list({ cell: 'use1a' })[Symbol.asyncIterator]().next()).resolves.toBeDefined();
  await expect(other.list()[Symbol.asyncIterator]().next()).rejects.toThrow(LifecycleError);
});

test('an item that is no tenant’s is named, with everything that is wrong', async () => {
  server.table.put({
    tenantId: { S: 'odd' },
    tier: { S: 'gold' },
    version: { N: '0' },
    state: { S: 'active' },
  });
  await expect(registry.get('odd')).rejects.toThrowErrorMatchingInlineSnapshot(`
   "item odd of table tenants is no tenant's item:
     - tier: Invalid input
     - version: Invalid input
     - createdAt: Invalid input
     - updatedAt: Invalid input"
  `);
  // By hand, scopes may have been written as a set.
  server.table.put({
    ...{ tenantId: { S: 'by-hand' }, tier: { S: 'starter' }, state: { S: 'active' }, version: { N: '1' } },
    ...{ createdAt: { S: '2026-01-01T00:00:00.000Z' }, updatedAt: { S: '2026-01-01T00:00:00.000Z' } },
    scopes: { SS: ['api/write', 'api/read'] },
  });
  expect(await registry.get('by-hand')).toMatchObject({ scopes: ['api/read', 'api/write'] });
});

test('the token function reads what is written, operation and all', async () => {
  await registry.write({
    item: tenant('read', {
      ...ONE,
      ...{ scopes: ['api/read'], name: 'Read & Sons', contact: 'it@read.example', rateLimitPerSecond: 20 },
      operation: {
        ...{ kind: 'onboard', key: 'onboard-read', phase: 'check', by: 'ann', facts: { why: 'so' } },
        startedAt: '2026-11-26T12:00:00.000Z',
        updatedAt: '2026-11-26T12:00:00.000Z',
      },
    }),
  });
  const entry = {
    ...{ tenantId: 'read', tier: 'starter', state: 'active', ...ONE },
    ...{ scopes: ['api/read'], rateLimitPerSecond: 20 },
  };
  const stored = server.table.all().find(({ tenantId }) => tenantId?.S === 'read');
  expect(readEntry(stored)).toEqual(entry);
  // By its own query, too. It names the table by its ARN, which the server knows by name.
  const sender = {
    send: (command: { input: { TableName?: string | undefined } }, options: object) => {
      expect(command.input.TableName).toBe(ARN);
      command.input.TableName = 'tenants';
      return client.send(command as Parameters<typeof client.send>[0], options) as Promise<{
        Item?: unknown;
      }>;
    },
  };
  await expect(dynamoRegistry({ tableArn: ARN, client: sender })('read')).resolves.toEqual(entry);
});
