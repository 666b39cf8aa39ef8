import picomatch from 'picomatch';
import { loadPlatform, type LoadOptions } from '../config/load';
import type { Platform } from '../config/platform';
import { type PlannedStack, planStacks, SelectionError, selectStacks } from '../stacks/plan';
import { stackName } from '../stacks/platform-stack';

/** What a synth is asked for. */
export interface SynthOptions {
  /** Folder that holds `config/`. */
  readonly root: string;
  /** Name of a folder in `config/environments`. */
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

/**
 * Reads as much config as the asked stacks need: a tenant's own stack costs its own file, however many others there are.
 *
 * @throws ConfigError or SelectionError: a person's mistake
 */
export function planSynth({ root, environment, stacks }: Omit<SynthOptions, 'outdir'>): SynthPlan {
  if (stacks.length === 0) {
    const platform = loadPlatform(root, environment);
    const selected = planStacks(platform);
    const names = new Set(selected.map(({ name }) => name));
    return { platform, selected, complete: true, has: (stack) => names.has(stack) };
  }
  const isAsked = matcherOf(stacks);
  const unread = new Set<string>();
  const platform = loadPlatform(root, environment, { tenants: tenantsFor(isAsked, unread) });
  const planned = planStacks(platform);
  const selected = selectOf(planned, { root, environment, stacks }, unread.size > 0);
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

/** Whether a stack is asked for. A name without a pattern is not looked for as one, for every tenant of every cell is tried. */
function matcherOf(stacks: readonly string[]): (stack: string) => boolean {
  const isPlain = (text: string): boolean => /^[\w-]+$/.test(text);
  const names = new Set(stacks.filter(isPlain));
  const matches = picomatch(stacks.filter((text) => !isPlain(text)));
  return (stack) => names.has(stack) || matches(stack);
}

/** Chooses the tenant files that asked stacks need, and notes the ids of the others in `unread`. */
function tenantsFor(
  isAsked: (stack: string) => boolean,
  unread: Set<string>,
): LoadOptions['tenants'] & object {
  let counts: boolean | undefined;
  return (id, cells) => {
    counts ??= cells.some((cell) => COUNTING_KINDS.some((kind) => isAsked(stackName(kind, { id: cell }))));
    const isRead = counts || cells.some((cell) => isAsked(stackName(`tenant-${id}`, { id: cell })));
    if (!isRead) unread.add(id);
    return isRead;
  };
}

/** The asked stacks. To say what a name that matches none may have meant, every tenant's name must be known. */
function selectOf(
  planned: readonly PlannedStack[],
  { root, environment, stacks }: Omit<SynthOptions, 'outdir'>,
  partial: boolean,
): readonly PlannedStack[] {
  try {
    return selectStacks(planned, stacks);
  } catch (error) {
    if (!(error instanceof SelectionError) || !partial) throw error;
    return selectStacks(planStacks(loadPlatform(root, environment)), stacks);
  }
}
