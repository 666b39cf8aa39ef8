import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoRegistry, type Sender } from '../../../services/token-claims/registry';
import { Refusal } from '../../../services/token-claims/refusal';
import { settingsIn } from '../../../services/token-claims/settings';
import { item } from './events';

const tableArn = 'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants';

/** Something that answers as DynamoDB does, and the requests it got. */
let server: Server;
let respond: (response: ServerResponse) => void;
const requests: { target: string; body: unknown }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      requests.push({ target: String(request.headers['x-amz-target']), body: JSON.parse(text) });
      respond(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  requests.length = 0;
});

const send = (status: number, body: string) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(body);
};

const clients: DynamoDBClient[] = [];
const registry = (budgetMs?: number) => {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
    maxAttempts: 2,
  });
  clients.push(client);
  return dynamoRegistry({ tableArn, client, ...(budgetMs !== undefined && { budgetMs }) });
};
afterAll(() => {
  for (const client of clients) client.destroy();
});

const reason = async (asked: Promise<unknown>) => {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refusal ? error.reason : error;
};

test('asks another account’s table for the attributes that tokens tell', async () => {
  respond = send(200, JSON.stringify({ Item: item() }));
  expect(await registry()('acme')).toEqual({
    tenantId: 'acme',
    tier: 'enterprise',
    state: 'active',
    cell: 'use1a',
    shard: 'data-shard-1',
    scopes: ['api/read', 'api/write'],
    rateLimitPerSecond: undefined,
  });
  expect(requests).toEqual([
    {
      target: 'DynamoDB_20120810.GetItem',
      body: {
        TableName: tableArn,
        Key: { tenantId: { S: 'acme' } },
        ProjectionExpression: '#tenantId, #tier, #state, #cell, #shard, #scopes, #rateLimitPerSecond',
        ExpressionAttributeNames: expect.objectContaining({ '#state': 'state' }) as unknown,
      },
    },
  ]);
});

test('knows no tenant that the table does not', async () => {
  respond = send(200, '{}');
  expect(await reason(registry()('acme'))).toBe('not-in-registry');
});

test.each([
  [400, '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}', 2],
  [400, '{"__type":"com.amazon.coral.availability#ThrottlingException"}', 2],
  [400, '{"__type":"com.amazon.coral.service#AccessDeniedException"}', 1],
  [400, '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}', 1],
  [500, '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}', 2],
  [503, 'Service Unavailable', 2],
])('gets no answer by %i %s, however often it asks', async (status, body, attempts) => {
  respond = send(status, body);
  expect(await reason(registry()('acme'))).toBe('registry-unavailable');
  expect(requests).toHaveLength(attempts);
});

test.each(['', '<html>', '{"Item":', '[]'])('gets no answer by %j', async (body) => {
  respond = send(200, body);
  expect(['registry-unavailable', 'not-in-registry']).toContain(await reason(registry()('acme')));
});

test.each(['{"Item":[]}', '{"Item":{"tenantId":"acme"}}', '{"Item":"acme"}'])(
  'makes nothing of %j',
  async (body) => {
    respond = send(200, body);
    expect(['entry-malformed', 'registry-unavailable']).toContain(await reason(registry()('acme')));
  },
);

test('asks again after one failure', async () => {
  let calls = 0;
  respond = (response) => {
    (calls++ === 0 ? send(500, '{}') : send(200, JSON.stringify({ Item: item() })))(response);
  };
  expect((await registry()('acme')).tenantId).toBe('acme');
});

test('keeps no failure', async () => {
  const asked = registry();
  respond = send(400, '{"__type":"com.amazon.coral.service#AccessDeniedException"}');
  expect(await reason(asked('acme'))).toBe('registry-unavailable');
  respond = send(200, JSON.stringify({ Item: item() }));
  expect((await asked('acme')).tenantId).toBe('acme');
});

test('keeps no answer either: who is suspended gets no token from then on', async () => {
  const asked = registry();
  respond = send(200, JSON.stringify({ Item: item() }));
  await asked('acme');
  respond = send(200, JSON.stringify({ Item: item({ state: { S: 'suspended' } }) }));
  expect((await asked('acme')).state).toBe('suspended');
});

test('is given up in time, and the request with it', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  respond = (response) => {
    closed = new Promise((resolve) => response.once('close', resolve));
  };
  const started = performance.now();
  expect(await reason(registry(200)('acme'))).toBe('registry-unavailable');
  expect(performance.now() - started).toBeLessThan(1000);
  await closed;
});

test('is given up in time by a client that heeds no signal', async () => {
  const deaf: Sender = { send: () => new Promise(() => undefined) };
  const started = performance.now();
  expect(await reason(dynamoRegistry({ tableArn, client: deaf, budgetMs: 50 })('acme'))).toBe(
    'registry-unavailable',
  );
  expect(performance.now() - started).toBeLessThan(1000);
});

describe('settings', () => {
  const right = {
    TABLE_ARN: tableArn,
    TABLE_REGION: 'us-east-1',
    CELL: 'use1a',
    REFRESH_AFTER_MINUTES: '10',
  };

  test('are what the function was told', () => {
    expect(settingsIn(right)).toEqual({
      tableArn,
      tableRegion: 'us-east-1',
      cell: 'use1a',
      refreshAfterMinutes: 10,
    });
  });

  test('have no default: every missing one is named', () => {
    expect(() => settingsIn({})).toThrowErrorMatchingInlineSnapshot(`
     "invalid environment:
       - TABLE_ARN must be set
       - TABLE_REGION must be set
       - CELL must be set
       - REFRESH_AFTER_MINUTES must be set"
    `);
  });

  test('that are wrong are named, all at once', () => {
    expect(() =>
      settingsIn({ TABLE_ARN: 'tenants', TABLE_REGION: 'us', CELL: 'A', REFRESH_AFTER_MINUTES: 'soon' }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "invalid environment:
       - TABLE_ARN must be the ARN of a table, got 'tenants'
       - TABLE_REGION must be the name of a region, got 'us'
       - CELL must be the id of a cell, got 'A'
       - REFRESH_AFTER_MINUTES must be a whole number, 1-1440, got 'soon'"
    `);
  });
});
