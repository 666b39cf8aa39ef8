import type { StackRisk } from '../review/plan-risk';

/** An error of one stack, in Terraform's own words. */
export interface Failure {
  /** Resource that the error belongs to, where Terraform names one. */
  readonly address?: string;
  readonly summary: string;
  readonly detail: string;
}

/**
 * What became of one stack. `planned`: looked at only. `refused`: its plan does more than it may, and nothing was changed.
 * `skipped`: it was never its turn.
 */
export type Status = 'applied' | 'unchanged' | 'planned' | 'destroyed' | 'refused' | 'failed' | 'skipped';

export interface StackResult {
  readonly stack: string;
  readonly status: Status;
  readonly seconds: number;
  /** What its plan would do. @default - there is no plan */
  readonly risk?: StackRisk;
  /** Addresses of resources that were changed, in that order, before it ended. */
  readonly done: readonly string[];
  readonly failures: readonly Failure[];
}

/** What is told while stacks are deployed; with `--json` these are printed one per line. */
export type DeployEvent =
  | { readonly type: 'start'; readonly stacks: readonly string[]; readonly planOnly: boolean }
  | { readonly type: 'stack_start'; readonly stack: string }
  | { readonly type: 'stack_plan'; readonly stack: string; readonly risk: StackRisk }
  | {
      readonly type: 'resource';
      readonly stack: string;
      readonly address: string;
      readonly done: number;
      readonly total: number;
    }
  | ({ readonly type: 'stack_end' } & StackResult)
  | {
      readonly type: 'summary';
      readonly ok: boolean;
      readonly interrupted: boolean;
      readonly seconds: number;
      readonly stacks: readonly StackResult[];
    };
