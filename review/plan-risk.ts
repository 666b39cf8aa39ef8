import { type Finding, highest, type Risk } from './finding';
import { type Fate, fateOf, type ResourceChange, type TerraformPlan } from './plan';
import { RULES } from './rules';
import type { Surroundings } from './rules/rule';

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

/**
 * Judges one stack's plan. New things and changes that nobody has to fear are counted and not told.
 *
 * A plan shows attributes and nothing else: `prevent_destroy` that was taken out of the configuration, and what is inside a
 * chart or a program, it does not show.
 */
export function planRisk(stack: string, plan: TerraformPlan): StackRisk {
  const resources = plan.resource_changes ?? [];
  const counts = { create: 0, change: 0, replace: 0, destroy: 0, forget: 0 };
  for (const resource of resources) {
    const fate = fateOf(resource);
    if (fate !== 'none') counts[fate]++;
  }
  const findings = judge(resources);
  return {
    stack,
    risk: highest(findings.map(({ level }) => level)),
    findings,
    changes: resources
      .map((resource) => ({ address: resource.address, fate: fateOf(resource) }))
      .filter(({ fate }) => fate !== 'none'),
    counts,
  };
}

/**
 * What is to be feared of the changes of one stack, worst first. The same is told of a resource once.
 *
 * @param resources all that change; others may be among them
 */
export function judge(
  resources: readonly ResourceChange[],
  surroundings: Surroundings = {},
): readonly Finding[] {
  const findings = resources.flatMap((resource) => {
    const fate = fateOf(resource);
    if (fate === 'none') return [];
    const found = RULES.flatMap((rule) => rule(resource, fate, resources, surroundings));
    const told = new Map(found.map((finding) => [`${finding.kind} ${finding.what}`, finding]));
    return [...told.values()].map((finding) => ({ ...finding, address: resource.address }));
  });
  return (['high', 'low'] as const).flatMap((level) => findings.filter((finding) => finding.level === level));
}

/** How many resources a plan touches. */
export const touched = ({ counts }: Pick<StackRisk, 'counts'>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
