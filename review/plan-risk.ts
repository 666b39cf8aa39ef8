import { type Finding, highest, type Risk } from './finding';
import { type Fate, fateOf, type TerraformPlan } from './plan';
import { dataRule, deliveryRule, unseenRule } from './rules/data';
import { identityRule } from './rules/identity';
import { networkRule } from './rules/network';
import { protectionRule } from './rules/protection';
import type { RiskRule } from './rules/rule';

/** What the plan of one stack would do, and how much that may hurt. Plain data. */
export interface StackRisk {
  readonly stack: string;
  readonly risk: Risk;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Every resource that it touches, in Terraform's order. */
  readonly changes: readonly { readonly address: string; readonly fate: Fate }[];
  readonly counts: Readonly<Record<Exclude<Fate, 'none'>, number>>;
}

const RULES: readonly RiskRule[] = [
  dataRule,
  deliveryRule,
  protectionRule,
  identityRule,
  networkRule,
  unseenRule,
];

/**
 * Judges one stack's plan. New things and changes that nobody has to fear are counted and not told.
 *
 * A plan shows attributes and nothing else: `prevent_destroy` that was taken out of the configuration, and what is inside a
 * chart or a program, it does not show.
 */
export function planRisk(stack: string, plan: TerraformPlan): StackRisk {
  const resources = plan.resource_changes ?? [];
  const counts = { create: 0, change: 0, replace: 0, destroy: 0, forget: 0 };
  const findings = resources.flatMap((resource) => {
    const fate = fateOf(resource);
    if (fate === 'none') return [];
    counts[fate]++;
    return RULES.flatMap((rule) => rule(resource, fate, resources)).map((finding) => ({
      ...finding,
      address: resource.address,
    }));
  });
  const worstFirst = (['high', 'low'] as const).flatMap((level) =>
    findings.filter((finding) => finding.level === level),
  );
  return {
    stack,
    risk: highest(findings.map(({ level }) => level)),
    findings: worstFirst,
    changes: resources
      .map((resource) => ({ address: resource.address, fate: fateOf(resource) }))
      .filter(({ fate }) => fate !== 'none'),
    counts,
  };
}

/** How many resources a plan touches. */
export const touched = ({ counts }: Pick<StackRisk, 'counts'>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
