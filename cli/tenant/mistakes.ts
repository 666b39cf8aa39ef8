import { ConfigError } from '../../config/loader/problem';
import { ValidationError } from '../../constructs/core/validation';
import { Interrupted, LifecycleError, Refused } from '../../lifecycle/mistake';
import { OperationFailed } from '../../lifecycle/operation';
import { PlaceFull, VersionConflict } from '../../lifecycle/registry';
import { EXIT, type ExitCode } from './exit';

interface Mistake {
  readonly is: (error: unknown) => boolean;
  readonly code: ExitCode;
  /** What to do, beside what the error itself says. */
  readonly next?: readonly string[];
}

const named =
  (...names: readonly string[]) =>
  (error: unknown): boolean =>
    error instanceof Error && names.includes(error.name);

/** What a command tells without a stack trace, the first that is it. All else is a bug of this program. */
const MISTAKES: readonly Mistake[] = [
  { is: (error) => error instanceof Interrupted, code: EXIT.interrupted },
  { is: (error) => error instanceof OperationFailed && error.cause instanceof Refused, code: EXIT.refused },
  { is: (error) => error instanceof OperationFailed, code: EXIT.failed },
  { is: (error) => error instanceof Refused, code: EXIT.refused },
  { is: (error) => error instanceof LifecycleError, code: EXIT.unusable },
  { is: (error) => error instanceof ConfigError || error instanceof ValidationError, code: EXIT.unusable },
  // By name, for their modules bring along what most commands do not need.
  { is: named('SelectionError', 'DeploymentError', 'RehearsalError'), code: EXIT.unusable },
  {
    is: (error) => error instanceof VersionConflict || error instanceof PlaceFull,
    code: EXIT.failed,
    next: ['run the same command again: it looks at what is there now'],
  },
  {
    is: named('CredentialsProviderError', 'ExpiredTokenException', 'UnrecognizedClientException'),
    code: EXIT.unusable,
    next: ['check who you are: aws sts get-caller-identity', 'or try it out on this machine: --rehearse'],
  },
  {
    // Errors of the AWS SDK: what a service answered, or that it could not be reached.
    is: (error) => error instanceof Error && ('$fault' in error || '$metadata' in error),
    code: EXIT.failed,
    next: ['run the same command again: it goes on from here'],
  },
];

/** The exit code for a mistake; undefined for a bug. */
export const codeOfMistake = (error: unknown): ExitCode | undefined =>
  MISTAKES.find(({ is }) => is(error))?.code;

/** Tells a mistake: machines a line of JSON, people text and what to do. Of an operation that failed the events have told all. */
export function tellMistake(error: Error, json: boolean): void {
  if (error instanceof OperationFailed) return;
  const next = [
    ...(error instanceof LifecycleError ? error.next : []),
    ...(MISTAKES.find(({ is }) => is(error))?.next ?? []),
  ];
  const message = '$fault' in error ? `AWS: ${error.name}: ${error.message}` : error.message;
  if (json) process.stdout.write(`${JSON.stringify({ type: 'error', message, next })}\n`);
  else process.stderr.write([message, ...next.map((step) => `  → ${step}`), ''].join('\n'));
}
