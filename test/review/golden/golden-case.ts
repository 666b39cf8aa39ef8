import type { Finding } from '../../../review/finding';

/** A finding that must be there: its text must contain the last part. */
export type Expected = readonly [
  level: Finding['level'],
  kind: Finding['kind'],
  address: string,
  contains: string,
];

/** A platform, as small as it can be: stacks by name. */
export type Platform = Readonly<Record<string, StackContent>>;

type Tree = Readonly<Record<string, unknown>>;

export interface StackContent {
  /** Resources by type and name. */
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Tree>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Tree>>>>;
  readonly provider?: Readonly<Record<string, readonly Tree[]>>;
  readonly terraform?: Tree;
  readonly moved?: readonly Tree[];
  readonly removed?: readonly Tree[];
  readonly import?: readonly Tree[];
  /** Stacks that are deployed before it. @default none */
  readonly dependencies?: readonly string[];
  /** Objects of the only chart, which `helm_release.chart` deploys. */
  readonly objects?: readonly Tree[];
}

/** A change, what is to be said of it, and what of the way back. All that is said is expected, and nothing else. */
export interface GoldenCase {
  readonly name: string;
  readonly before: Platform;
  readonly after: Platform;
  readonly expects: readonly Expected[];
  readonly reversed: readonly Expected[];
  /** Who is affected, in words, worst first. @default - not asked */
  readonly affects?: readonly string[];
}

/** A case of one stack that everybody in a cell shares. */
export const change = (
  name: string,
  before: StackContent,
  after: StackContent,
  expects: readonly Expected[],
  reversed: readonly Expected[],
): GoldenCase => ({
  name,
  before: { 'use1a-shared': before },
  after: { 'use1a-shared': after },
  expects,
  reversed,
});

/** One resource, called `it`. */
export const one = (type: string, values: Tree): StackContent => ({ resource: { [type]: { it: values } } });

/** A case of one setting, or some, of one resource. Others stay as they are. */
export const setting = (
  name: string,
  type: string,
  [before, after]: readonly [Tree, Tree],
  expects: readonly Expected[],
  reversed: readonly Expected[],
): GoldenCase => change(name, one(type, before), one(type, after), expects, reversed);

/** A case of one object in a chart. */
export const object = (
  name: string,
  head: Tree,
  [before, after]: readonly [Tree, Tree],
  expects: readonly Expected[],
  reversed: readonly Expected[],
): GoldenCase =>
  change(
    name,
    { objects: [{ ...head, spec: before }] },
    { objects: [{ ...head, spec: after }] },
    expects,
    reversed,
  );

/** A policy in JSON, of statements that allow unless they say otherwise. */
export const policy = (...statements: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  });
