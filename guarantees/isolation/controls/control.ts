import type { Owner } from '../owners';
import type { Stack } from '../stack';
import type { World } from '../world';

/** One cell of the matrix. */
export type Cell =
  | {
      readonly outcome: 'kept';
      /** What gives the control: `use1a-tenant-acme:aws_rds_cluster.X`. */
      readonly address: string;
      /** What that gives, in a sentence without its full stop. */
      readonly gives: string;
    }
  | {
      readonly outcome: 'broken';
      /** Why nothing counts. */
      readonly why: string;
      /** What to do. */
      readonly remedy: string;
    }
  | { readonly outcome: 'not-applicable'; readonly why: string };

/** An owner, its stack, and everything else. */
export interface Subject {
  readonly world: World;
  readonly owner: Owner;
  readonly stack: Stack;
}

/** One column of the matrix: what every owner must have of its own. */
export interface Control {
  readonly name: string;
  readonly check: (subject: Subject) => Cell;
}

/** Something that may give a control, and why it does not: nothing, if it does. */
export interface Candidate {
  readonly address: string;
  readonly problems: readonly string[];
}

/** The sentences whose condition holds. */
export const problems = (table: readonly (readonly [boolean, string])[]): string[] =>
  table.filter(([wrong]) => wrong).map(([, sentence]) => sentence);

/** The cell that the first candidate without problems gives, or why none counts. */
export function judge(
  what: string,
  candidates: readonly Candidate[],
  { gives, remedy }: { readonly gives: string; readonly remedy: string },
): Cell {
  const good = candidates.find((candidate) => candidate.problems.length === 0);
  if (good) return { outcome: 'kept', address: good.address, gives };
  const reasons = candidates.map(({ address, problems: all }) => `${address} ${all.join(' and ')}`);
  const why = reasons.length === 0 ? `there is no ${what}` : `no ${what} counts: ${reasons.join('; ')}`;
  return { outcome: 'broken', why, remedy };
}

/** Like {@link judge}, where every candidate must be without problems and there must be one. */
export function judgeAll(
  what: string,
  candidates: readonly Candidate[],
  texts: { readonly gives: string; readonly remedy: string },
): Cell {
  const bad = candidates.filter((candidate) => candidate.problems.length > 0);
  return judge(what, bad.length > 0 ? bad : candidates, texts);
}

export const kept = (address: string, gives: string): Cell => ({ outcome: 'kept', address, gives });
export const broken = (why: string, remedy: string): Cell => ({ outcome: 'broken', why, remedy });
