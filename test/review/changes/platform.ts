import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTree, review } from '../../../review';
import type { ResourceReview, Review } from '../../../review/report';

/** What a stack's file says. */
export type Config = Readonly<Record<string, unknown>>;

/** A stack as a synth writes it. */
export interface Stack {
  readonly config: Config;
  /** Content of assets by path: `assets/chart/1/manifests.json`. */
  readonly assets?: Readonly<Record<string, string>>;
  readonly dependencies?: readonly string[];
}

export type Stacks = Readonly<Record<string, Stack>>;

const folders: string[] = [];

/** To be called when the tests of a suite are done. */
export const removePlatforms = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
};

/** Writes a platform. */
export function written(
  stacks: Stacks,
  print = (value: unknown) => JSON.stringify(value, undefined, 2),
): string {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-review-'));
  folders.push(folder);
  for (const [name, { config, assets = {} }] of Object.entries(stacks)) {
    const files = { 'cdk.tf.json': print(config), ...assets };
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, 'stacks', name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  const entries = Object.entries(stacks).map(([name, { dependencies = [] }]) => [
    name,
    { name, dependencies },
  ]);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ stacks: Object.fromEntries(entries) }));
  return folder;
}

/** Reviews two platforms. */
export const reviewed = (before: Stacks, after: Stacks): Promise<Review> =>
  review(readTree(written(before)), readTree(written(after)));

/** The provider of whoever owns a stack. */
export const ownedBy = (tags: Config): Config => ({
  provider: { aws: [{ region: 'us-east-1', default_tags: [{ tags }] }] },
});

/** What becomes of each resource of one stack, as `fate address`. */
export async function fates(before: Config, after: Config): Promise<readonly string[]> {
  return (await changes(before, after)).map(({ fate, address }) => `${fate} ${address}`);
}

/** What of each resource of one stack is reviewed. */
export async function changes(before: Config, after: Config): Promise<readonly ResourceReview[]> {
  const { stacks } = await reviewed({ shared: { config: before } }, { shared: { config: after } });
  return stacks[0]?.changes ?? [];
}

/** What is found in one stack, as `level kind address what`. */
export async function found(before: Config, after: Config): Promise<readonly string[]> {
  const { stacks } = await reviewed({ shared: { config: before } }, { shared: { config: after } });
  return told(stacks[0]?.findings ?? []);
}

export const told = (findings: Review['stacks'][number]['findings']): readonly string[] =>
  findings.map(({ level, kind, address, what }) => `${level} ${kind} ${address} ${what}`);

/** Resources by address. */
export function resources(byAddress: Readonly<Record<string, Config>>): Config {
  const types: Record<string, Record<string, Config>> = {};
  for (const [address, values] of Object.entries(byAddress)) {
    const [type = '', name = ''] = address.split('.');
    (types[type] ??= {})[name] = values;
  }
  return { resource: types };
}
