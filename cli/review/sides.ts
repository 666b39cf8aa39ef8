import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { environmentOf } from '../../review/diagram/platform';
import { readTree, type Tree } from '../../review/tree';
import { type ReviewCache, FOLDER } from './cache';
import { checkOut, commitOf, short } from './git';
import { ReviewMistake } from './mistake';
import { servesItsPackages } from './packages';
import { installIn, synthIn } from './programs';

/** A side of a review as it was asked for. */
export type Side =
  | { readonly kind: 'output'; readonly label: string; readonly folder: string }
  | { readonly kind: 'revision'; readonly label: string; readonly commit: string }
  | { readonly kind: 'working-tree'; readonly label: string };

/** What making an output needs. */
export interface Making {
  /** Folder of the project. */
  readonly root: string;
  readonly cache: ReviewCache;
  /** Ends the programs that are at work. */
  readonly signal: AbortSignal;
  /** Told what takes time, in words. */
  readonly tell: (text: string) => void;
}

const WORKING_TREE: Side = { kind: 'working-tree', label: 'the working tree' };

/**
 * What a text means: an output folder if there is one of that name, else a revision.
 *
 * @param text undefined for the working tree as it is
 * @param environments that a folder of several outputs must have, such as `cdktf.out`
 * @throws ReviewMistake when it is neither
 */
export async function sideOf(
  root: string,
  text: string | undefined,
  environments: readonly string[],
): Promise<Side> {
  if (text === undefined) return WORKING_TREE;
  const folder = resolve(text);
  const isOutput =
    existsSync(join(folder, MANIFEST)) ||
    (environments.length > 0 && environments.every((name) => existsSync(join(folder, name, MANIFEST))));
  if (isOutput) return { kind: 'output', label: text, folder };
  return { kind: 'revision', label: text, commit: await commitOf(root, text) };
}

/** Environment of a side that is the output of one. Undefined if the side has them all. */
export const ownEnvironment = (side: Side): string | undefined =>
  side.kind === 'output' && existsSync(join(side.folder, MANIFEST))
    ? (environmentOf(side.folder) ?? basename(side.folder))
    : undefined;

const MANIFEST = 'manifest.json';

/**
 * The synthesized output of a side, for each environment. A commit is synthesized once, in a copy of its own below `.review`;
 * the working tree each time.
 *
 * @throws ReviewMistake with what the synth says, when a side does not synthesize
 */
export async function treesOf(
  side: Side,
  environments: readonly string[],
  making: Making,
): Promise<readonly Tree[]> {
  const { label } = side;
  switch (side.kind) {
    case 'output':
      return environments.map((environment) => {
        const own = ownEnvironment(side);
        if (own !== undefined) return readTree(side.folder, { label, environment: own });
        return readTree(join(side.folder, environment), { label, environment });
      });
    case 'revision': {
      const folders = await foldersOfCommit(side, environments, making);
      return folders.map((folder, index) =>
        readTree(folder, { label, commit: side.commit, environment: environments[index] ?? '' }),
      );
    }
    case 'working-tree':
      return await workingTrees(environments, making);
  }
}

async function workingTrees(environments: readonly string[], making: Making): Promise<readonly Tree[]> {
  const { root, cache, signal, tell } = making;
  const trees: Tree[] = [];
  for (const environment of environments) {
    const outdir = cache.draft();
    tell(`synthesizing ${environment} of the working tree`);
    const { problem } = await synthIn({ folder: root, environment, outdir: relative(root, outdir), signal });
    if (problem !== undefined)
      throw new ReviewMistake(`the working tree does not synthesize ${environment}:\n${indented(problem)}`);
    trees.push(readTree(outdir, { label: WORKING_TREE.label, environment }));
  }
  return trees;
}

type Revision = Extract<Side, { kind: 'revision' }>;

async function foldersOfCommit(
  side: Revision,
  environments: readonly string[],
  making: Making,
): Promise<readonly string[]> {
  let tree: string | undefined;
  const folders: string[] = [];
  for (const environment of environments) {
    const kept = making.cache.find(side.commit, environment);
    if (kept === undefined) tree ??= await treeOf(side, making);
    folders.push(kept ?? (await foldersOf(side, environment, tree ?? '', making)));
  }
  return folders;
}

/** The files of a commit, ready to be synthesized. */
async function treeOf({ label, commit }: Revision, { root, cache, signal, tell }: Making): Promise<string> {
  const tree = cache.draft();
  await checkOut(root, commit, tree);
  if (!existsSync(join(tree, 'bin/synth.js')))
    throw new ReviewMistake(
      `${named(label, commit)} cannot be synthesized: it has no bin/synth.js, which later revisions have`,
    );
  // What is below this project's folder finds the packages that are installed in it, and keeps its own bundles to itself.
  if (servesItsPackages(root, tree)) return tree;
  tell(
    `${named(label, commit)} goes by other packages than are installed here: npm ci in ${relative(root, tree)}`,
  );
  const problem = await installIn(tree, signal);
  if (problem !== undefined)
    throw new ReviewMistake(
      `the packages of ${named(label, commit)} could not be installed:\n${indented(problem)}`,
    );
  return tree;
}

async function foldersOf(
  { label, commit }: Revision,
  environment: string,
  tree: string,
  { cache, signal, tell }: Making,
): Promise<string> {
  tell(`synthesizing ${environment} of ${named(label, commit)}; kept in ${FOLDER} for the next time`);
  const outdir = join('cdktf.out', environment);
  const { problem } = await synthIn({ folder: tree, environment, outdir, signal });
  if (problem !== undefined)
    throw new ReviewMistake(
      `${named(label, commit)} does not synthesize ${environment}:\n${indented(problem)}`,
    );
  return cache.keep(commit, environment, join(tree, outdir));
}

/** `main (1a2b3c4d5)`; a commit by itself only. */
const named = (label: string, commit: string): string =>
  commit.startsWith(label) ? short(commit) : `${label} (${short(commit)})`;

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
