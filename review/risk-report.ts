import { highest, type Risk } from './finding';
import { type StackRisk, touched } from './plan-risk';

/** The highest risk of all stacks. */
export const riskOf = (stacks: readonly StackRisk[]): Risk => highest(stacks.map(({ risk }) => risk));

const FATES = { create: '+', change: '~', replace: '±', destroy: '-', forget: '?' } as const;

/** `3 to create, 1 to replace`; `nothing to do`. */
export function countsText(stack: Pick<StackRisk, 'counts'>): string {
  const parts = Object.keys(FATES)
    .filter((fate): fate is keyof typeof FATES => stack.counts[fate as keyof typeof FATES] > 0)
    .map((fate) => `${String(stack.counts[fate])} to ${fate}`);
  return parts.length > 0 ? parts.join(', ') : 'nothing to do';
}

/** The findings of all stacks for a person: stacks of high risk first, those without changes by number only. */
export function riskText(stacks: readonly StackRisk[]): string {
  const order = (['high', 'low', 'none'] as const).flatMap((risk) =>
    stacks.filter((stack) => stack.risk === risk && touched(stack) > 0),
  );
  const still = stacks.filter((stack) => touched(stack) === 0).length;
  return [
    headline(stacks),
    '',
    ...order.flatMap((stack) => [
      `${stack.stack}: ${countsText(stack)}${stack.risk === 'none' ? '' : `, risk ${stack.risk}`}`,
      ...stack.findings.map(
        ({ level, address, what }) => `  ${level === 'high' ? '!!' : ' !'} ${address} ${what}`,
      ),
    ]),
    ...(still > 0 ? [`${String(still)} ${still === 1 ? 'stack' : 'stacks'} without changes.`] : []),
  ].join('\n');
}

function headline(stacks: readonly StackRisk[]): string {
  const findings = stacks.flatMap((stack) => stack.findings);
  const high = findings.filter(({ level }) => level === 'high').length;
  const changed = stacks.filter((stack) => touched(stack) > 0).length;
  return `Risk ${riskOf(stacks)}: ${String(changed)} of ${String(stacks.length)} stacks change, ${String(high)} ${high === 1 ? 'finding' : 'findings'} of high risk, ${String(findings.length - high)} of low.`;
}

/**
 * The same in one line that is no longer than a limit, for places that take no more: the worst first.
 *
 * @param limit in characters, at least 200
 */
export function riskLine(stacks: readonly StackRisk[], limit: number): string {
  const worst = stacks.flatMap(({ stack, findings }) =>
    findings
      .filter(({ level }) => level === 'high')
      .map(({ address, what }) => `${stack} ${address} ${what}`),
  );
  let line = headline(stacks);
  for (const [index, text] of worst.entries()) {
    const rest = worst.length - index;
    const more = ` | and ${String(rest)} more, in the report`;
    if (line.length + text.length + 3 + more.length > limit) return `${line}${more}`;
    line = `${line} | ${text}`;
  }
  return line;
}
