import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlatform } from '../../../config/load';
import type { TenantItem } from '../../../constructs/registry/tenant-item';
import { FileRegistry } from '../../../lifecycle/registry/file-registry';
import { RehearsalTokens } from '../../../lifecycle/surroundings/rehearsal/tokens';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const PLACE = { cell: 'dev1a', shard: 'tenant-globex' };
const platform = loadPlatform(process.cwd(), 'dev');
const CONTRACT = {
  ...{ hostname: 'globex.dev1a.dev.bulkhead.example', machineClientId: 'c1', machineSecretName: 'secret' },
  ...{
    namespace: 'tenant-globex',
    databaseEndpoint: 'db',
    databaseName: 'bulkhead',
    rateLimitPerSecond: '500',
  },
};
const ROW: TenantItem = {
  ...{ tenantId: 'globex', tier: 'enterprise', state: 'active', ...PLACE },
  ...{
    scopes: ['api/read'],
    version: 1,
    createdAt: '2026-11-26T11:00:00.000Z',
    updatedAt: '2026-11-26T11:00:00.000Z',
  },
};

let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  now = NOW;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const tokensOf = async (
  row: TenantItem,
  contract: Record<string, string> = CONTRACT,
): Promise<RehearsalTokens> => {
  const registry = new FileRegistry({ folder: join(folder, 'registry') });
  await registry.write({ item: row });
  const stacks = { contract: () => Promise.resolve(contract) };
  return new RehearsalTokens({ folder, registry, stacks, platform: () => platform, now: () => now });
};

test("a served tenant's machine gets a token that says whose it is, and is let in; nobody without one is", async () => {
  const told: string[] = [];
  const tokens = await tokensOf(ROW);
  const seen = await tokens.smoke('globex', PLACE, (text) => told.push(text));
  expect(seen).toEqual([
    'a token of client c1 says tenant globex, tier enterprise, cell dev1a, shard tenant-globex',
    'globex.dev1a.dev.bulkhead.example lets it in: GET /api/health answers 503 (no release of api is there yet)',
    'globex.dev1a.dev.bulkhead.example refuses a call without a token: 401',
  ]);
  // A token begins with `{"alg"`, encoded.
  expect([...seen, ...told].join()).not.toMatch(/eyJ|Basic|Bearer/);
});

test.each([
  ['suspended', { ...ROW, state: 'suspended' as const }, /gives globex no token: no token: tenant-state/],
  ['not served yet', { ...ROW, state: 'requested' as const }, /no token: tenant-state/],
  ['not in the registry', { ...ROW, tenantId: 'initech' }, /the registry has no tenant globex/],
  ['in another cell', { ...ROW, cell: 'use1a' }, /no token: other-cell/],
  [
    'in another database',
    { ...ROW, shard: 'data-shard-1' },
    /must have claim shard tenant-globex, got data-shard-1/,
  ],
  ['allowed nothing', { ...ROW, scopes: [] }, /refuses the tenant's own token: 403/],
])('a tenant that is %s fails the check', async (_, row, message) => {
  const tokens = await tokensOf(row);
  await expect(tokens.smoke('globex', PLACE)).rejects.toThrow(message);
});

test('a host name that is not the tenant’s own is refused by the authorizer', async () => {
  const tokens = await tokensOf(ROW, { ...CONTRACT, hostname: 'acme.dev1a.dev.bulkhead.example' });
  await expect(tokens.smoke('globex', PLACE)).rejects.toThrow(/403 other_host/);
});

test('tokens issued before a revocation are dead, those after it are not', async () => {
  const tokens = await tokensOf(ROW);
  await tokens.revoke('globex', PLACE);
  await expect(tokens.smoke('globex', PLACE)).rejects.toThrow(/401 token_revoked/);
  now += 6000;
  await expect(tokens.smoke('globex', PLACE)).resolves.toHaveLength(3);
  await expect(tokens.revoke('globex', { ...PLACE, cell: 'dev9z' })).rejects.toThrow(
    'there is no cell dev9z',
  );
});

test('a stack that is not deployed has nothing to be checked with', async () => {
  const registry = new FileRegistry({ folder: join(folder, 'registry') });
  const stacks = { contract: () => Promise.resolve(undefined) };
  const tokens = new RehearsalTokens({ folder, registry, stacks, platform: () => platform, now: () => now });
  await expect(tokens.smoke('globex', PLACE)).rejects.toThrow('dev1a-tenant-globex is not deployed');
});
