import type { Finding } from '../../review/finding';
import type { ResourceChange, TerraformPlan, Values } from '../../review/plan';
import { planRisk } from '../../review/plan-risk';

type Actions = ResourceChange['change']['actions'];

/** A change of one resource, as Terraform would plan it. */
export function change(
  type: string,
  before: Values | null,
  after: Values | null,
  more: { readonly actions?: Actions; readonly unknown?: Values; readonly name?: string } = {},
): ResourceChange {
  const actions: Actions =
    more.actions ?? (before === null ? ['create'] : after === null ? ['delete'] : ['update']);
  return {
    address: `${type}.${more.name ?? 'it'}`,
    mode: 'managed',
    type,
    change: { actions, before, after, after_unknown: more.unknown ?? {} },
  };
}

export const plan = (...changes: readonly ResourceChange[]): TerraformPlan => ({ resource_changes: changes });

/** What is found in a plan, each as `level kind: what`. */
export const told = (...changes: readonly ResourceChange[]): readonly string[] =>
  planRisk('test', plan(...changes)).findings.map(
    ({ level, kind, what }: Finding) => `${level} ${kind}: ${what}`,
  );

/** A policy of statements that allow, unless they say otherwise. */
export const policy = (...statements: readonly Values[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  });
