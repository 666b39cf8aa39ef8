import type { Cell, Platform, Tenant } from '../../config/platform';
import { checkGuarantees } from '../../guarantees';
import type { Verdict } from '../../guarantees/guarantee';
import { quota } from '../../guarantees/quota';
import { LifecycleError } from '../mistake';
import { told } from '../promises';

/** A cell, and whether a dedicated tenant has room there. */
export interface CellRoom {
  readonly cell: string;
  /** Dedicated tenants more that its quotas let in. */
  readonly free: number;
  /** A sentence for people, with the numbers. */
  readonly why: string;
}

/** More than any quota could let in: "Quotas in Amazon Cognito" raises the highest to 10,000. */
const MOST = 16_384;

/** How many more dedicated tenants each cell has room for, by the guarantee on quotas: the most first. */
export const roomsOf = (platform: Platform, cells: readonly Cell[]): readonly CellRoom[] =>
  cells.map((cell) => roomOf(platform, cell)).sort((a, b) => b.free - a.free || (a.cell < b.cell ? -1 : 1));

function roomOf(platform: Platform, { id }: Cell): CellRoom {
  const verdictWith = (more: number): Verdict | undefined =>
    quota({ ...platform, tenants: [...platform.tenants, ...placeholders(id, more)] }).find(
      ({ subject }) => subject === `${id}: user pool`,
    );
  let [fits, fails] = [0, MOST];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (verdictWith(middle)?.outcome === 'broken') fails = middle;
    else fits = middle;
  }
  const evidence = verdictWith(0)?.evidence ?? '';
  return {
    cell: id,
    free: fits,
    why: `${id} has room for ${told(fits)} more dedicated tenants by its quotas (${evidence})`,
  };
}

/** Tenants that are counted and nothing else. */
const placeholders = (cell: string, count: number): readonly Tenant[] =>
  Array.from({ length: count }, () => ({ cell }) as Tenant);

/**
 * @param before without the new tenant
 * @param after with it
 * @throws LifecycleError with the evidence of each promise that the platform would no longer keep
 */
export function requirePromisesWith(before: Platform, after: Platform, id: string): void {
  const brokenBefore = new Set(broken(before).map(({ guarantee, subject }) => `${guarantee} ${subject}`));
  const now = broken(after);
  if (now.length === 0) return;
  const isNew = ({ guarantee, subject }: Verdict): boolean => !brokenBefore.has(`${guarantee} ${subject}`);
  throw new LifecycleError(
    [
      `with ${id} the platform would not keep what it promises:`,
      ...now.map(
        (verdict) =>
          `  - ${verdict.guarantee}, ${verdict.subject}: ${verdict.evidence}${isNew(verdict) ? '' : ' (broken without it, too)'}`,
      ),
    ].join('\n'),
    ['put that right in platform.yaml, or ask for less'],
  );
}

const broken = (platform: Platform): readonly Verdict[] =>
  checkGuarantees(platform).filter(({ outcome }) => outcome === 'broken');
