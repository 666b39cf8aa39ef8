import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTree, review } from '../../review';
import type { Review } from '../../review/report';
import { BETWEEN_STACKS } from './golden/between-stacks';
import { DATA } from './golden/data';
import type { Expected, GoldenCase, Platform, StackContent } from './golden/golden-case';
import { IDENTITY } from './golden/identity';
import { KUBERNETES } from './golden/kubernetes';
import { NETWORK } from './golden/network';
import { NOISE } from './golden/noise';
import { PLATFORM } from './golden/platform';
import { PROTECTION } from './golden/protection';
import { WATCHES } from './golden/watches';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-golden-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const TAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'use1a-tenant-acme': { cell: 'use1a', tier: 'enterprise', tenant: 'acme' },
  'use1a-tenant-globex': { cell: 'use1a', tier: 'enterprise', tenant: 'globex' },
  'use1a-tier-starter': { cell: 'use1a', tier: 'starter', tenant: 'shared' },
};
const SHARED = { cell: 'use1a', tier: 'shared', tenant: 'shared' };

const known = new Map<Platform, string>();

/** Writes a platform as a synth does, once. */
function written(platform: Platform): string {
  const there = known.get(platform);
  if (there !== undefined) return there;
  const folder = mkdtempSync(join(scratch, 'side-'));
  known.set(platform, folder);
  const names = Object.keys(platform);
  for (const name of names) writeStack(join(folder, 'stacks', name), name, platform[name] ?? {});
  const stacks = names.map((name) => [
    name,
    {
      name,
      dependencies: platform[name]?.dependencies ?? [],
      workingDirectory: join('stacks', name),
      synthesizedStackPath: join('stacks', name, 'cdk.tf.json'),
    },
  ]);
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ version: '0.21.0', stacks: Object.fromEntries(stacks) }),
  );
  return folder;
}

const CHART = 'assets/chart/0123456789abcdef0123456789abcdef';

function writeStack(folder: string, name: string, content: StackContent): void {
  const { objects, resource = {}, ...rest } = { ...content, dependencies: undefined };
  mkdirSync(folder, { recursive: true });
  const provider = {
    aws: [{ region: 'us-east-1', default_tags: [{ tags: TAGS[name] ?? SHARED }] }],
    ...rest.provider,
  };
  const release = objects && { helm_release: { chart: { name: 'chart', chart: `./${CHART}` } } };
  writeFileSync(
    join(folder, 'cdk.tf.json'),
    JSON.stringify({ ...rest, provider, resource: { ...resource, ...release } }, undefined, 2),
  );
  if (!objects) return;
  mkdirSync(join(folder, CHART), { recursive: true });
  writeFileSync(
    join(folder, CHART, 'manifests.json'),
    JSON.stringify(objects.map((one) => [JSON.stringify(one)])),
  );
}

const all: readonly GoldenCase[] = [
  ...IDENTITY,
  ...NETWORK,
  ...DATA,
  ...PROTECTION,
  ...WATCHES,
  ...KUBERNETES,
  ...PLATFORM,
  ...BETWEEN_STACKS,
  ...NOISE,
];

const foundIn = ({ stacks }: Review): readonly string[] =>
  stacks
    .flatMap(({ findings }) => findings)
    .map(({ level, kind, address, what }) => `${level} ${kind} ${address}: ${what}`);

/** Every finding is expected, and everything expected is found. */
function expectFindings(found: readonly string[], expected: readonly Expected[]): void {
  const fits = (text: string, [level, kind, address, contains]: Expected): boolean =>
    text.startsWith(`${level} ${kind} ${address}: `) && text.includes(contains);
  expect({
    missing: expected.filter((one) => !found.some((text) => fits(text, one))).map((one) => one.join(' ')),
    unexpected: found.filter((text) => !expected.some((one) => fits(text, one))),
  }).toEqual({ missing: [], unexpected: [] });
}

describe.each(all.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
  it('is found', async () => {
    const result = await review(readTree(written(golden.before)), readTree(written(golden.after)));
    expectFindings(foundIn(result), golden.expects);
    if (golden.affects) expect(result.affected.map(({ text }) => text)).toEqual(golden.affects);
  });

  it('is judged the other way round', async () => {
    const result = await review(readTree(written(golden.after)), readTree(written(golden.before)));
    expectFindings(foundIn(result), golden.reversed);
  });
});

it('there are many cases, each by its own name', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(40);
});
