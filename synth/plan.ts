import picomatch from 'picomatch';
import { loadPlatform, type LoadOptions } from '../config/load';
import type { Platform } from '../config/platform';
import { DELIVERY } from '../stacks/delivery';
import { type PlannedStack, planStacks, SelectionError, selectStacks } from '../stacks/plan';
import { stackName } from '../stacks/platform-stack';

/** What a synth is asked for. */
export interface SynthOptions {
  /** Folder that holds `config/`. */
  readonly root: string;
  /** Folder that holds the environments, absolute or from the root. @default 'config/environments' */
  readonly config?: string;
  /** Name of a folder in it. */
  readonly environment: string;
  /** Names or globs of the stacks to build; empty for all. */
  readonly stacks: readonly string[];
  /** Folder to write to. */
  readonly outdir: string;
}

/** What a synth will do. */
export interface SynthPlan {
  /** The platform, with those of its tenants that the asked stacks need. */
  readonly platform: Platform;
  /** Stacks to build, publishers of contracts before their readers. */
  readonly selected: readonly PlannedStack[];
  /** Whether these are all stacks of the platform. */
  readonly complete: boolean;
  /** Whether the platform has a stack of this name, asked for or not. */
  readonly has: (stack: string) => boolean;
}

/** Kinds of stacks that count the tenants of their cell, and so need all tenant files read. */
const COUNTING_KINDS = ['cache'];

/** Stacks of the platform that know every dedicated tenant: releases reach each of them. */
const COUNTING_STACKS = [stackName(DELIVERY)];

/**
 * Reads as much config as the asked stacks need: a tenant's own stack costs its own file, however many others there are.
 *
 * @throws ConfigError or SelectionError: a person's mistake
 */
export function planSynth(options: Omit<SynthOptions, 'outdir'>): SynthPlan {
  const { root, environment, stacks } = options;
  const folder = folderOf(options);
  if (stacks.length === 0) {
    const platform = loadPlatform(root, environment, folder);
    const selected = planStacks(platform);
    const names = new Set(selected.map(({ name }) => name));
    return { platform, selected, complete: true, has: (stack) => names.has(stack) };
  }
  const unread = new Set<string>();
  const platform = loadPlatform(root, environment, { ...folder, tenants: tenantsFor(stacks, unread) });
  const planned = planStacks(platform);
  const selected = selectOf(planned, options, unread.size > 0);
  const names = new Set(planned.map(({ name }) => name));
  // In which cell a tenant is, its file alone tells. One that has moved is found by the next complete synth.
  const isUnread = (stack: string): boolean =>
    platform.cells.some((cell) => {
      const start = stackName('tenant-', cell);
      return stack.startsWith(start) && unread.has(stack.slice(start.length));
    });
  return {
    platform,
    selected,
    complete: unread.size === 0 && selected.length === planned.length,
    has: (stack) => names.has(stack) || isUnread(stack),
  };
}

const folderOf = ({ config }: Pick<SynthOptions, 'config'>): Pick<LoadOptions, 'folder'> =>
  config === undefined ? {} : { folder: config };

/**
 * Chooses the tenant files that asked stacks need, and notes the ids of the others in `unread`. A plain name tells whose file
 * it needs; only a pattern must be tried with every tenant.
 */
function tenantsFor(stacks: readonly string[], unread: Set<string>): LoadOptions['tenants'] & object {
  const patterns = stacks.filter((text) => !/^[\w-]+$/.test(text));
  const matches = patterns.length > 0 ? picomatch(patterns) : () => false;
  let asked: AskedOfCells | undefined;
  return (id, cells) => {
    asked ??= askedOf(stacks, cells);
    const isRead =
      asked.counting ||
      asked.tenants.has(id) ||
      (patterns.length > 0 && cells.some((cell) => matches(stackName(`tenant-${id}`, { id: cell }))));
    if (!isRead) unread.add(id);
    return isRead;
  };
}

interface AskedOfCells {
  /** Whether a stack is asked for that counts tenants. */
  readonly counting: boolean;
  /** Tenants whose stack is asked for by its name. */
  readonly tenants: ReadonlySet<string>;
}

function askedOf(stacks: readonly string[], cells: readonly string[]): AskedOfCells {
  const counted = [
    ...COUNTING_STACKS,
    ...cells.flatMap((id) => COUNTING_KINDS.map((kind) => stackName(kind, { id }))),
  ];
  const tenants = cells.flatMap((id) => {
    const start = stackName('tenant-', { id });
    return stacks.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
  });
  const isAsked = picomatch([...stacks]);
  return { counting: counted.some((name) => isAsked(name)), tenants: new Set(tenants) };
}

/** The asked stacks. To say what a name that matches none may have meant, every tenant's name must be known. */
function selectOf(
  planned: readonly PlannedStack[],
  options: Omit<SynthOptions, 'outdir'>,
  partial: boolean,
): readonly PlannedStack[] {
  const { root, environment, stacks } = options;
  try {
    return selectStacks(planned, stacks);
  } catch (error) {
    if (!(error instanceof SelectionError) || !partial) throw error;
    return selectStacks(planStacks(loadPlatform(root, environment, folderOf(options))), stacks);
  }
}
