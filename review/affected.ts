import { highest, isAbove } from './finding';
import { ownerKey } from './owner';
import type { Affected, Owner, StackReview } from './report';

/**
 * Who is affected by changes of stacks: those with the worst findings first; of those with equal ones, tenants before tiers
 * before everybody.
 *
 * @param names of all stacks of both sides: what dedicated tenants a cell has, their stacks are called by
 */
export function affectedBy(stacks: readonly StackReview[], names: readonly string[]): readonly Affected[] {
  const groups = new Map<string, StackReview[]>();
  for (const stack of stacks) {
    const key = ownerKey(stack.owner);
    groups.set(key, [...(groups.get(key) ?? []), stack]);
  }
  return [...groups.values()]
    .flatMap((group): readonly Affected[] => {
      const [first] = group;
      if (!first) return [];
      const { owner } = first;
      const isEverybodys = owner.cell !== undefined && owner.tenant === undefined && owner.tier === undefined;
      const dedicated = isEverybodys && owner.shard === undefined ? tenantsOf(owner.cell, names) : [];
      return [
        {
          text: whose(owner, dedicated),
          who: owner,
          risk: highest(group.map(({ risk }) => risk)),
          dedicated,
          stacks: group.map(({ stack }) => stack),
          findings: worstFirst(group.flatMap(({ findings }) => findings)),
        },
      ];
    })
    .sort(byWeight);
}

const worstFirst = (findings: Affected['findings']): Affected['findings'] =>
  (['high', 'low'] as const).flatMap((level) => findings.filter((finding) => finding.level === level));

/** Ids of tenants that have a stack of their own in a cell. */
function tenantsOf(cell: string, names: readonly string[]): readonly string[] {
  const prefix = `${cell}-tenant-`;
  return [...new Set(names)]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .sort();
}

/** As many tenants as are told by name. */
const NAMED = 5;

function whose({ cell, tier, tenant, shard }: Owner, dedicated: readonly string[]): string {
  const where = cell === undefined ? '' : ` in ${cell}`;
  if (tenant !== undefined) return `tenant ${tenant}${where}`;
  if (tier !== undefined) return `tier ${tier}${where}`;
  if (shard !== undefined) return `pooled tenants on ${shard}${where}`;
  if (cell === undefined) return 'the platform';
  if (dedicated.length === 0) return `everybody${where}`;
  const more = dedicated.length - NAMED;
  const told = dedicated.slice(0, more > 1 ? NAMED : dedicated.length).join(', ');
  return `everybody${where}: ${told}${more > 1 ? ` and ${String(more)} more` : ''}, and all that are pooled`;
}

const rank = ({ cell, tier, tenant, shard }: Owner): number =>
  [tenant, tier, shard, cell].findIndex((part) => part !== undefined);

const byNumber = new Intl.Collator('en', { numeric: true });

function byWeight(a: Affected, b: Affected): number {
  if (a.risk !== b.risk) return isAbove(a.risk, b.risk) ? -1 : 1;
  const [one, other] = [rank(a.who), rank(b.who)].map((place) => (place < 0 ? 4 : place));
  if (one !== other) return (one ?? 0) - (other ?? 0);
  return byNumber.compare(a.text, b.text);
}
