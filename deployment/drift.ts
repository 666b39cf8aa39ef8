import type { StackRisk } from '../review/plan-risk';
import type { StackResult } from './events';

/** A stack that is not what was deployed. */
export interface Drifted {
  readonly stack: string;
  readonly changes: StackRisk['changes'];
}

/** What of planned stacks differs from what was deployed, and what could not be looked at. */
export interface Drift {
  readonly drifted: readonly Drifted[];
  readonly unseen: readonly { readonly stack: string; readonly why: string }[];
  readonly looked: number;
}

export function driftOf(stacks: readonly StackResult[]): Drift {
  const whyOf = ({ risk, failures }: StackResult): string | undefined =>
    risk?.findings.find(({ address }) => address === '(stack)')?.what ??
    (risk ? undefined : failures.map(({ summary }) => summary).join('; ') || 'it was not its turn');
  return {
    drifted: stacks.flatMap(({ stack, risk }) =>
      risk && risk.changes.length > 0 ? [{ stack, changes: risk.changes }] : [],
    ),
    unseen: stacks.flatMap((result) => {
      const why = whyOf(result);
      return why === undefined ? [] : [{ stack: result.stack, why }];
    }),
    looked: stacks.length,
  };
}

/** Resources of a stack that a message names. */
const NAMED = 20;

/** What the next deployment would do to a resource, said of what is there now. */
const FATES = {
  create: 'is gone',
  change: 'is changed',
  replace: 'is changed so that it must be replaced',
  destroy: 'should not be there',
  forget: 'should not be known to Terraform',
  none: 'is the same',
} as const;

/** A drift for a person: what to look at, and what happens if nobody does. */
export function driftText({ drifted, unseen, looked }: Drift): string {
  return [
    `${String(drifted.length)} of ${String(looked)} stacks are not as they were deployed.`,
    ...drifted.flatMap(({ stack, changes }) => [
      '',
      `${stack}:`,
      ...changes.slice(0, NAMED).map(({ address, fate }) => `  ${address} ${FATES[fate]}`),
      ...(changes.length > NAMED ? [`  and ${String(changes.length - NAMED)} more`] : []),
    ]),
    ...(unseen.length > 0 ? ['', 'Could not be looked at:'] : []),
    ...unseen.map(({ stack, why }) => `  ${stack}: ${why}`),
    ...(drifted.length > 0
      ? [
          '',
          'Nothing was changed. The next deployment of these stacks puts them back; what should stay must be written into the configuration before.',
        ]
      : []),
  ].join('\n');
}
