import type { Finding } from '../finding';
import type { Fate, ResourceChange } from '../plan';

/** What is known of the stack that a change is of. A plan alone tells none of it. */
export interface Surroundings {
  /** Whether nothing of the stack has been there before: what is in it gives nothing to anybody else. @default false */
  readonly isNew?: boolean;
  /** Id of the dedicated tenant whose stack it is. @default - it is nobody's alone */
  readonly tenant?: string;
  /** Ids of all dedicated tenants of both sides. @default none */
  readonly tenants?: readonly string[];
  /** Whether objects in the platform's own charts are among the resources. @default false - as in a plan */
  readonly seesCharts?: boolean;
}

/** What one kind of risk says of one change. All of a stack is at hand, for some changes mean more beside others. */
export type RiskRule = (
  change: ResourceChange,
  fate: Fate,
  plan: readonly ResourceChange[],
  surroundings: Surroundings,
) => readonly RuleFinding[];

export type RuleFinding = Omit<Finding, 'address'>;
