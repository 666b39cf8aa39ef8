import {
  cellSpec,
  CELL_VARIABLES,
  homeSpec,
  remoteOf,
  type Source,
} from '../../constructs/onboarding/build-spec';
import { BUILD_VARIABLES, UNDOABLE_PHASES } from '../../constructs/onboarding/definition';
import { FORMS, REQUEST_TIERS } from '../../constructs/onboarding/events';
import { tenantId } from '../../config/schema/tenant-id';
import { PHASES } from '../../lifecycle/onboard/phases';
import { HOME, USE1A } from '../stacks/fixture';

/** What the projects run, as a text. That it does what it says is in `build-spec.integration.test.ts`. */

const source: Source = {
  connectionArn: 'arn:aws:codeconnections:us-east-1:111111111111:connection/3f0c',
  ...{ repository: 'bulkhead/platform', branch: 'main', environment: 'prod' },
};
const home = homeSpec(source, [USE1A]);
const cell = cellSpec(source, { home: HOME, cell: USE1A, installTerraform: ['install-terraform'] });
const commandsOf = (spec: string): string =>
  (JSON.parse(spec) as { phases: { build: { commands: readonly [string] } } }).phases.build.commands[0];

test('a repository is reached through the connection, whichever provider it is of', () => {
  expect(remoteOf(source)).toBe(
    'https://codeconnections.us-east-1.amazonaws.com/git-http/111111111111/us-east-1/3f0c/bulkhead/platform.git',
  );
  const old = {
    ...source,
    connectionArn: source.connectionArn.replace('codeconnections', 'codestar-connections'),
  };
  expect(remoteOf(old)).toContain('https://codestar-connections.us-east-1.');
});

test.each([
  ['home', home, BUILD_VARIABLES],
  ['a cell', cell, CELL_VARIABLES],
] as const)('the project of %s gives no variable of a request to a shell to read', (_, spec, variables) => {
  const commands = commandsOf(spec);
  // In quotes, an expansion is one word and nothing of it is read.
  const bare = commands.replace(/'[^']*'/g, '').replace(/"[^"]*"/g, '');
  for (const name of variables) expect([name, new RegExp(`\\$${name}\\b`).test(bare)]).toEqual([name, false]);
  expect(commands).not.toMatch(/\beval\b|bash -c|sh -c/);
});

test('a cell installs Terraform, home has no need of it', () => {
  expect(commandsOf(cell)).toContain('install-terraform');
  expect(commandsOf(home)).not.toContain('terraform');
});

test('packages are those of the lock file, and run nothing of their own', () => {
  for (const spec of [home, cell]) expect(commandsOf(spec)).toContain('npm ci --omit=dev --ignore-scripts');
});

test('what the machine takes for undoable are the phases before the deployment', () => {
  expect(UNDOABLE_PHASES).toEqual(PHASES.slice(0, PHASES.indexOf('deploy')));
});

test.each(['acme', 'a1', 'a-b-c', 'a'.repeat(31)])('the machine takes tenant %s, as config does', (id) => {
  const { pattern, longest } = FORMS.tenantId;
  expect([new RegExp(pattern).test(id), id.length <= longest, tenantId.safeParse(id).success]).toEqual([
    true,
    true,
    true,
  ]);
});

test('tiers are those that there are', () => {
  expect(REQUEST_TIERS).toEqual(['starter', 'professional', 'enterprise']);
});
