import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSynth } from './run';

// A bundle is made first, on a machine that others use too.
jest.setTimeout(60_000);

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-bin-'));
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

const run = (variables: Readonly<Record<string, string>>): ReturnType<typeof runSynth> =>
  runSynth(scratch, variables);

test('an unknown environment ends with the known ones, a failing exit code and no stack trace', async () => {
  expect(await run({ BULKHEAD_ENV: 'pord' })).toMatchInlineSnapshot(`
   {
     "code": 1,
     "stderr": "config of "pord" is invalid: 1 problem

   config/environments
       unknown environment "pord"; did you mean "prod"?  known: dev, prod
   ",
   }
  `);
});

test('an unknown stack ends with the nearest one, a failing exit code and no stack trace', async () => {
  expect(await run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'dev1a-netwrok' })).toMatchInlineSnapshot(`
   {
     "code": 1,
     "stderr": "no such stacks:
     - "dev1a-netwrok" matches no stack; did you mean "dev1a-network"?
   the stacks are: bootstrap, registry, delivery, onboarding, dev1a-network, dev1a-cluster, dev1a-delivery, dev1a-addons, dev1a-data, dev1a-data-shard-1, dev1a-cache, dev1a-identity, dev1a-gateway, dev1a-tier-starter, dev1a-tier-professional, dev1a-tier-enterprise, dev1a-tenant-acme, dev1a-tenant-globex
   ",
   }
  `);
});

test.each([
  [
    '',
    'bootstrap delivery dev1a-addons dev1a-cache dev1a-cluster dev1a-data dev1a-data-shard-1 dev1a-delivery dev1a-gateway dev1a-identity dev1a-network dev1a-tenant-acme dev1a-tenant-globex dev1a-tier-enterprise dev1a-tier-professional dev1a-tier-starter onboarding registry',
  ],
  ['dev1a-network, registry', 'dev1a-network registry'],
  ['*-tenant-acme', 'dev1a-tenant-acme'],
  [' dev1a-{network,cluster}\nregistry,', 'dev1a-cluster dev1a-network registry'],
])('BULKHEAD_STACKS=%j builds %s', async (BULKHEAD_STACKS, stacks) => {
  expect(await run({ BULKHEAD_ENV: '', BULKHEAD_STACKS })).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(join(scratch, 'out/stacks')).sort().join(' ')).toBe(stacks);
});

test('a stack that the platform no longer has is named when it is removed, with what becomes of it', async () => {
  await run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'registry' });
  for (const gone of ['dev1a-tenant-umbrella', 'dev1a-search']) mkdirSync(join(scratch, 'out/stacks', gone));
  expect(await run({ BULKHEAD_ENV: 'dev', BULKHEAD_STACKS: 'registry' })).toMatchInlineSnapshot(`
   {
     "code": 0,
     "stderr": "removed dev1a-search from the output: the platform no longer has it. What it deployed is still there, untouched
   removed dev1a-tenant-umbrella from the output: the platform no longer has it. What it deployed is still there, untouched; to take a tenant off, read docs/runbooks/offboarding.md
   ",
   }
  `);
  expect(readdirSync(join(scratch, 'out/stacks'))).toEqual(['registry']);
});
