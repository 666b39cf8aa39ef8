/** An error of one stack, in Terraform's own words. */
export interface Failure {
  /** Resource that the error belongs to, where Terraform names one. */
  readonly address?: string;
  readonly summary: string;
  readonly detail: string;
}

export type StackStatus = 'deployed' | 'destroyed' | 'failed' | 'skipped';

/** What happened to one stack, in resources and seconds. */
export interface StackResult {
  readonly stack: string;
  readonly status: StackStatus;
  readonly created: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly seconds: number;
  /** Resources that the plan replaces. */
  readonly replaced: readonly string[];
  readonly failures: readonly Failure[];
  /** Stack that had to succeed first and did not, when this one was skipped. */
  readonly blockedBy?: string;
}

/** What a rehearsal tells while it runs; with `--json` these are printed one per line. */
export type RehearsalEvent =
  | {
      readonly type: 'start';
      readonly environment: string;
      readonly engine: string;
      readonly stacks: readonly string[];
      readonly mode: Mode;
      readonly resumed: boolean;
    }
  | { readonly type: 'stack_start'; readonly stack: string }
  | {
      readonly type: 'stack_plan';
      readonly stack: string;
      readonly create: number;
      readonly change: number;
      readonly destroy: number;
    }
  | { readonly type: 'replace'; readonly stack: string; readonly address: string }
  | {
      readonly type: 'resource';
      readonly stack: string;
      readonly address: string;
      readonly action: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'note'; readonly stack: string; readonly text: string }
  | ({ readonly type: 'stack_end' } & StackResult)
  | {
      readonly type: 'summary';
      readonly ok: boolean;
      readonly interrupted: boolean;
      readonly seconds: number;
      readonly stacks: readonly StackResult[];
    };

export type Mode = 'deploy' | 'destroy';
