import type { Outcome } from '../../lifecycle/suspend';
import { type CommandContext, EXIT, type ExitCode } from './common';

/** Tells what a command about one tenant has done and has not. @returns the exit code */
export function tellOutcome({ item, done, notDone, failed }: Outcome, { result }: CommandContext): ExitCode {
  const document = { type: 'outcome', tenant: item.tenantId, state: item.state, done, notDone };
  result({ ...document, ...(failed && { failed }), item }, () =>
    [
      ...done,
      ...(failed ? [`Failed: ${failed.message}`, ...failed.next.map((step) => `  ${step}`)] : []),
      ...(notDone.length > 0 ? ['Not done:', ...notDone.map((text) => `  ${text}`)] : []),
    ].join('\n'),
  );
  return failed ? EXIT.failed : EXIT.done;
}
