import type { TenantOperation } from '../constructs/registry/tenant-item';

/** What happens while an operation goes on, as it happens. */
export type LifecycleEvent =
  | {
      readonly type: 'start';
      readonly tenant: string;
      readonly kind: TenantOperation['kind'];
      readonly key: string;
      /** Phases in order, with a few words for people. */
      readonly phases: readonly { readonly name: string; readonly title: string }[];
      /** Phase that an earlier run was in, which this one goes on from. */
      readonly resumedAt?: string;
    }
  | { readonly type: 'phase_start'; readonly phase: string; readonly title: string }
  /** `skipped`: an earlier run has done it. */
  | { readonly type: 'phase_end'; readonly phase: string; readonly seconds: number; readonly skipped?: true }
  /** Something worth a line while a phase goes on. */
  | { readonly type: 'note'; readonly phase: string; readonly text: string }
  /** The phase goes on another time, with the same command: nothing is wrong. */
  | {
      readonly type: 'waiting';
      readonly phase: string;
      readonly text: string;
      /** ISO 8601, from which on it is worth another try; absent if it is not time that is missing. */
      readonly until?: string;
      readonly next: readonly string[];
    }
  | { readonly type: 'end'; readonly outcome: 'done' | 'undone'; readonly seconds: number }
  | {
      readonly type: 'failed';
      readonly phase: string;
      readonly message: string;
      /** What is there already, what is not, and the commands to go on or to undo. */
      readonly exists: readonly string[];
      readonly missing: readonly string[];
      readonly next: readonly string[];
    };

export type Emit = (event: LifecycleEvent) => void;
