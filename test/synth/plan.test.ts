import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../config/load';
import { planSynth, type SynthPlan } from '../../synth/plan';

const ENVIRONMENTS = 'config/environments';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bulkhead-plan-'));
  cpSync(join(__dirname, '../..', ENVIRONMENTS), join(root, ENVIRONMENTS), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const plan = (...stacks: string[]): SynthPlan => planSynth({ root, environment: 'prod', stacks });
const read = ({ platform }: SynthPlan): readonly string[] => platform.tenants.map(({ id }) => id);
const names = ({ selected }: SynthPlan): readonly string[] => selected.map(({ name }) => name);

test.each([
  ['use1a-tenant-acme', ['acme']],
  ['*-tenant-acme*', ['acme', 'acme-eu']],
  ['use1a-tenant-{acme,globex}', ['acme', 'globex']],
  ['use1a-network', []],
  ['registry', []],
  ['*-tier-*', []],
  // Tells from the name what it may match, not in which cell a tenant is.
  ['usw2a-tenant-*', ['acme', 'acme-eu', 'globex', 'initech']],
  // A cache counts the tenants of its cell.
  ['usw2a-cache', ['acme', 'acme-eu', 'globex', 'initech']],
  // Releases reach every dedicated tenant. What a cell has for them knows none.
  ['delivery', ['acme', 'acme-eu', 'globex', 'initech']],
  ['usw2a-delivery', []],
  ['use1a-*', ['acme', 'acme-eu', 'globex', 'initech']],
])('%s reads the files of %j', (pattern, tenants) => {
  expect(read(plan(pattern))).toEqual(tenants);
});

test("one tenant's stack is planned though another tenant's file is broken; all stacks are not", () => {
  writeFileSync(join(root, ENVIRONMENTS, 'prod/tenants/globex.yaml'), 'id: [');
  expect(names(plan('use1a-tenant-acme'))).toEqual(['use1a-tenant-acme']);
  expect(() => plan()).toThrow(ConfigError);
  expect(() => plan('use1a-cache')).toThrow(ConfigError);
});

test('a name that matches nothing is compared with the names of all tenants', () => {
  expect(() => plan('use1a-tenant-amce', 'use1a-tenant-globex')).toThrow(
    '"use1a-tenant-amce" matches no stack; did you mean "use1a-tenant-acme"?',
  );
});

test('everything asked for by name is complete, and so is nothing asked for', () => {
  expect(plan()).toMatchObject({ complete: true });
  expect(plan('*')).toMatchObject({ complete: true });
  expect(names(plan('*'))).toEqual(names(plan()));
  expect(plan('*-*')).toMatchObject({ complete: false });
  expect(plan('use1a-tenant-acme')).toMatchObject({ complete: false });
});

test('the platform has the stacks of tenants whose files were not read', () => {
  const { has } = plan('use1a-network');
  expect(['use1a-tenant-acme', 'usw2a-tenant-initech', 'registry', 'usw2a-cache'].every(has)).toBe(true);
  expect(has('use1a-tenant-umbrella')).toBe(false);
  expect(has('euw1a-tenant-acme')).toBe(false);
});

test('what was read tells which cell a tenant has left', () => {
  expect(plan().has('usw2a-tenant-acme')).toBe(false);
  expect(plan('*-tenant-acme').has('usw2a-tenant-acme')).toBe(false);
});
