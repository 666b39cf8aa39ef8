import type { ProviderName } from '../schema/model';

/** How a stand-in process is started: the one argument of its command line, as JSON. */
export interface StandInSettings {
  /** Folder that holds `node_modules` and `rehearsal/`. */
  readonly root: string;
  /** Journal of the simulated world. */
  readonly worldFile: string;
  /** Folder for the sockets; removed when the process ends. */
  readonly socketFolder: string;
  /** Wait before every change, in milliseconds. */
  readonly latencyMs: number;
}

/** Types of one provider that a stack uses. */
export interface UsedTypes {
  readonly resources: readonly string[];
  readonly data: readonly string[];
}

export type StackTypes = Readonly<Partial<Record<ProviderName, UsedTypes>>>;

/** What the runner asks of the stand-in process. Every request is answered in order. */
export type StandInRequest =
  /** Answered once the process has loaded everything. */
  | { readonly id: number; readonly op: 'ready' }
  /** Serve a stack; answered with the value of TF_REATTACH_PROVIDERS. */
  | { readonly id: number; readonly op: 'open'; readonly stack: string; readonly types: StackTypes }
  /** A new Terraform command starts on the stack. */
  | { readonly id: number; readonly op: 'begin'; readonly stack: string }
  /** Mark the plans of this type in the stack, so that one of them can be failed. */
  | { readonly id: number; readonly op: 'mark'; readonly stack: string; readonly type: string }
  /** Fail the change whose plan carries this mark. */
  | { readonly id: number; readonly op: 'fail'; readonly stack: string; readonly mark: string };

export interface StandInReply {
  readonly id: number;
  readonly reattach?: string;
  readonly error?: string;
}
