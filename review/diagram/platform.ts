import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTree, TreeError, type TreeStack } from '../tree';
import { isolationOf } from './isolation';

/** A synthesized platform as a picture shows it: whose each stack is, and where. Plain data. */
export interface Platform {
  /** What its tags call it: `bulkhead dev`. */
  readonly name: string;
  readonly stacks: readonly PlatformStack[];
}

export interface PlatformStack {
  readonly name: string;
  /** Names of the stacks that it is deployed after. */
  readonly dependencies: readonly string[];
  /** Undefined of a stack that all cells share. */
  readonly cell?: string;
  readonly tier?: string;
  /** A dedicated tenant. */
  readonly tenant?: string;
  readonly account?: string;
  readonly region?: string;
  /** What keeps its owner apart from others, read when a picture shows it. */
  readonly apart: () => readonly string[];
}

/** What the tags of a stack say where it is nobody's in particular. */
const SHARED = 'shared';

/**
 * Reads a synthesized platform: of each stack what its provider says, which is a hundredth of it.
 *
 * @param folder that holds `manifest.json`
 * @throws TreeError when there is no manifest, or a stack that cannot be read
 */
export function readPlatform(folder: string): Platform {
  const { stacks, folder: absolute } = readTree(folder);
  const manifest = JSON.parse(readFileSync(join(absolute, 'manifest.json'), 'utf8')) as {
    readonly stacks: Readonly<Record<string, { readonly dependencies?: readonly string[] }>>;
  };
  const read = stacks.map((stack) => stackOf(stack, manifest.stacks[stack.name]?.dependencies ?? []));
  const called = read.find(({ name }) => name !== '')?.name ?? 'platform';
  return { name: called, stacks: read.map(({ stack }) => stack) };
}

/**
 * The environment that a synthesized platform says it is of. Undefined if it says nothing.
 *
 * @throws TreeError when there is no manifest, or a stack that cannot be read
 */
export function environmentOf(folder: string): string | undefined {
  const [first] = readTree(folder).stacks;
  return first === undefined ? undefined : tagsOf(awsOf(first.file))['environment'];
}

const tagsOf = ({ default_tags }: AwsProvider): Readonly<Record<string, string>> =>
  default_tags?.[0]?.tags ?? {};

function stackOf(
  { name, file, folder }: TreeStack,
  dependencies: readonly string[],
): { readonly name: string; readonly stack: PlatformStack } {
  const aws = awsOf(file);
  const { allowed_account_ids, region } = aws;
  const { cell, tier, tenant, platform, environment } = tagsOf(aws);
  const [account] = allowed_account_ids ?? [];
  const own = (tag: string | undefined): string | undefined => (tag === SHARED ? undefined : tag);
  return {
    name: [platform, environment].filter((tag) => tag !== undefined).join(' '),
    stack: {
      name,
      dependencies,
      ...defined({ cell: own(cell), tier: own(tier), tenant: own(tenant), account, region }),
      apart: () => isolationOf(folder, file),
    },
  };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;

interface AwsProvider {
  readonly alias?: string;
  readonly region?: string;
  readonly allowed_account_ids?: readonly string[];
  readonly default_tags?: readonly { readonly tags?: Readonly<Record<string, string>> }[];
}

/** The provider of AWS that a stack's resources have unless they say otherwise. */
function awsOf(file: string): AwsProvider {
  const { aws } = providersOf(file);
  const all = (Array.isArray(aws) ? aws : [aws ?? {}]) as readonly AwsProvider[];
  return all.find(({ alias }) => alias === undefined) ?? all[0] ?? {};
}

/**
 * What a stack says of its providers. The framework indents by two, so that the part can be cut out: a thousand tenants' stacks
 * are 200 MB, which takes seconds to parse.
 */
function providersOf(file: string): Readonly<Record<string, unknown>> {
  const json = bytesOf(file);
  const start = json.indexOf(START);
  const end = json.indexOf('\n  }', start + 1);
  const part = start >= 0 && end >= 0 ? parsed(json.subarray(start + START.length - 1, end + 4)) : undefined;
  if (part !== undefined) return part;
  // Written by something else: read whole.
  const whole = parsed(json);
  if (whole === undefined)
    throw new TreeError(`${file} is no configuration of Terraform in JSON: synthesize it again`);
  return (whole['provider'] ?? {}) as Readonly<Record<string, unknown>>;
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TreeError(`${file} cannot be read (${(error as Error).message}): synthesize it again`);
  }
}

function parsed(json: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(json.toString()) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** No text in JSON has a line break in it, so this is nowhere else. */
const START = '\n  "provider": {';
