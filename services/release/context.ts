import type { AwsContext } from './aws';
import type { Clock } from './clock';
import type { Kubernetes } from './kubernetes';
import type { Output } from './output';

/** What every step that changes a cluster works with. */
export interface Context {
  readonly clock: Clock;
  readonly output: Output;
  readonly kubernetes: Kubernetes;
  readonly aws: AwsContext;
}

/** What a run has done, for the last line. */
export type Summary = Readonly<Record<string, unknown>>;
