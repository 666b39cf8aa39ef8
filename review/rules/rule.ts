import type { Finding } from '../finding';
import type { Fate, ResourceChange } from '../plan';

/** What one kind of risk says of one change. All of a plan is at hand, for some changes mean more beside others. */
export type RiskRule = (
  change: ResourceChange,
  fate: Fate,
  plan: readonly ResourceChange[],
) => readonly Omit<Finding, 'address'>[];
