import { checkRequest, readRequest } from '../../lifecycle/request';

const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

test('a request is what was asked, and nothing is filled in', () => {
  const request = { id: 'initech', tier: 'enterprise', name: 'Initech', quota: { pods: 30 } };
  expect(checkRequest(request)).toEqual(request);
  expect(checkRequest({ id: 'hooli', tier: 'starter', cell: undefined })).toEqual({
    id: 'hooli',
    tier: 'starter',
  });
});

test('everything that is wrong is told at once', () => {
  expect(messageOf(() => checkRequest({ id: 'Hooli!', tier: 'starter', shard: 'one', qouta: 1 })))
    .toMatchInlineSnapshot(`
   "the request cannot be met: 4 problems
     - id must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got "Hooli!"
     - shard must be a shard, such as data-shard-1, got "one"
     - qouta unknown key "qouta"  allowed: cell, contact, id, name, rateLimitPerSecond, region, scopes, shard, tier
     - shard must stand with cell: shards of different cells have the same names"
  `);
  expect(messageOf(() => checkRequest({ id: 'hooli', tier: 'startr' }))).toMatchInlineSnapshot(`
   "the request cannot be met: 1 problem
     - tier must be one of starter, professional, enterprise, got "startr"; did you mean "starter"?"
  `);
  expect(messageOf(() => checkRequest({ id: 'hooli' }))).toMatchInlineSnapshot(`
   "the request cannot be met: 1 problem
     - tier required key "tier" is missing"
  `);
  expect(messageOf(() => checkRequest({ id: 'a1', tier: 'starter', cell: 'use1a', region: 'us-east-1' })))
    .toMatchInlineSnapshot(`
   "the request cannot be met: 1 problem
     - region must not stand with cell, which is in one region"
  `);
});

test('problems of a file have its lines', () => {
  const text =
    '{\n  "id": "initech",\n  "tier": "enterprise",\n  "lifecycle": "offboarding",\n  "rateLimitPerSecond": "5"\n}\n';
  expect(messageOf(() => readRequest({ file: 'request.json', text }))).toMatchInlineSnapshot(`
   "the request in request.json cannot be met: 2 problems
   request.json:5:25  rateLimitPerSecond
       must be a whole number, got "5"; remove the quotes
   request.json:4:3  lifecycle
       unknown key "lifecycle"  allowed: cell, contact, costCentre, database, federation, id, machineClientRotation, maintenanceWindow, name, nodePool, quota, rateLimitPerSecond, region, scopes, tier"
  `);
});

test('options add to a file and do not contradict it', () => {
  const source = { file: 'request.json', text: '{ "id": "hooli", "tier": "starter" }' };
  expect(readRequest(source, { cell: 'use1a', name: undefined, id: 'hooli' })).toEqual({
    id: 'hooli',
    tier: 'starter',
    cell: 'use1a',
  });
  expect(messageOf(() => readRequest(source, { tier: 'professional', shard: 'data-shard-1' })))
    .toMatchInlineSnapshot(`
   "the request in request.json cannot be met: 2 problems
   request.json:1:26  tier
       must be what the command says, "professional", or be left out
     - shard must stand with cell: shards of different cells have the same names"
  `);
  expect(messageOf(() => readRequest({ file: 'request.json', text: '[]' }))).toMatchInlineSnapshot(`
   "the request in request.json cannot be met: 1 problem
   request.json:1:1
       must be an object, such as { "id": "acme" }"
  `);
  expect(messageOf(() => readRequest({ file: 'request.json', text: '{' }))).toMatchInlineSnapshot(`
   "the request in request.json cannot be met: 1 problem
   request.json:1:2
       is not valid YAML: Flow map must end with a }"
  `);
});
