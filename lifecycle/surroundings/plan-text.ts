import type { StackRisk } from '../../review/plan-risk';
import { touched } from '../../review/plan-risk';
import { countsText, riskOf } from '../../review/risk-report';
import type { StacksPlan } from '../surroundings';

/** Changes of resources that are there already, which are named one by one. */
const NAMED = 40;

/** Plans as a person reads them before an apply: what is to fear, what changes by name, what is new by kind. */
export const planOf = (stacks: readonly StackRisk[]): StacksPlan => ({
  text: stacks.flatMap(linesOf).join('\n'),
  risk: riskOf(stacks),
  changes: stacks.reduce((sum, stack) => sum + touched(stack), 0),
});

function linesOf(stack: StackRisk): readonly string[] {
  const { findings, changes } = stack;
  const others = changes.filter(({ fate }) => fate !== 'create');
  return [
    `${stack.stack}: ${countsText(stack)}${stack.risk === 'none' ? '' : `, risk ${stack.risk}`}`,
    ...findings.map(({ level, address, what }) => `  ${level === 'high' ? '!!' : ' !'} ${address} ${what}`),
    ...others.slice(0, NAMED).map(({ address, fate }) => `  ${fate} ${address}`),
    ...(others.length > NAMED ? [`  and ${String(others.length - NAMED)} more`] : []),
    ...createdLines(changes),
  ];
}

/** `  create 6 aws_iam_role, 2 aws_kms_key`, the most first. */
function createdLines(changes: StackRisk['changes']): readonly string[] {
  const counts = new Map<string, number>();
  for (const { address, fate } of changes) {
    const type = address.split('.')[0] ?? address;
    if (fate === 'create') counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const kinds = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return [`  create ${kinds.map(([type, count]) => `${String(count)} ${type}`).join(', ')}`];
}
