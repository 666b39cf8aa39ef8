import { Command } from 'commander';
import type { Emit } from '../../lifecycle/events';
import type { Surroundings } from '../../lifecycle/surroundings';
import type { OpenProps } from '../../lifecycle/surroundings/open';
import { type Confirm, confirmBy } from './confirm';
import { EXIT, type ExitCode } from './exit';
import { codeOfMistake, tellMistake } from './mistakes';
import { humanReporter, jsonReporter } from './reporters';

export { EXIT, type ExitCode } from './exit';
export type { OpenProps } from '../../lifecycle/surroundings/open';

/** Makes surroundings. */
export type Open = (props: OpenProps) => Promise<Surroundings>;

/** Options of every command of a tenant. */
export interface TenantFlags {
  readonly env: string;
  readonly rehearse?: true;
  readonly as?: string;
  readonly json?: true;
  readonly yes?: true;
}

/** What a command works with. */
export interface CommandContext {
  readonly surroundings: Surroundings;
  readonly json: boolean;
  /** Tells an event of an operation as it happens. */
  readonly emit: Emit;
  /** Tells the outcome: to machines the document as one line, to people the text. */
  readonly result: (document: object, text: () => string) => void;
  /** Asks a person. @throws Refused when the answer is no, or nobody is there to ask and `--yes` was not given */
  readonly confirm: Confirm;
  /** Aborted by Ctrl-C, and by whoever stops the process. */
  readonly signal: AbortSignal;
}

/** A command with the options that all have. It shows how to call it, and how it can end. */
export const tenantSubcommand = (name: string): Command =>
  new Command(name)
    .optionsGroup('Options of every tenant command:')
    .option('--env <environment>', 'environment of the platform', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option('--rehearse', 'on this machine alone: a folder instead of the registry, stand-ins instead of AWS')
    .option('--as <name>', 'who asks, in a rehearsal (default: you)')
    .option('--json', 'print events and the outcome as lines of JSON')
    .option('-y, --yes', 'ask nothing')
    .optionsGroup('Options:');

/**
 * Does what a command does in its surroundings, tells mistakes as what they are, and sets the exit code of the process.
 *
 * @param action returns the exit code
 * @param open makes the surroundings. @default - AWS or a rehearsal, as the options say
 */
export async function inSurroundings(
  flags: TenantFlags,
  action: (context: CommandContext) => Promise<ExitCode>,
  open: Open = openSurroundings,
): Promise<void> {
  const json = flags.json === true;
  const interrupt = new AbortController();
  const stop = (): void => {
    // Who asks twice does not want to wait. Every phase may be cut off anywhere.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    if (!json) process.stderr.write('\nStopping when the phase at work ends; once more stops at once.\n');
    interrupt.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let surroundings: Surroundings | undefined;
  try {
    surroundings = await open({
      kind: flags.rehearse === true ? 'rehearsal' : 'aws',
      root: process.cwd(),
      environment: flags.env,
      ...(flags.as !== undefined && { as: flags.as }),
      signal: interrupt.signal,
    });
    process.exitCode = await action({
      surroundings,
      json,
      emit: (json ? jsonReporter : humanReporter)(process.stdout),
      result: (document, text) => {
        process.stdout.write(`${json ? JSON.stringify(document) : text()}\n`);
      },
      confirm: confirmBy(flags),
      signal: interrupt.signal,
    });
  } catch (error) {
    const code = codeOfMistake(error);
    if (code === undefined) throw error;
    tellMistake(error as Error, json);
    process.exitCode = code;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await surroundings?.close();
  }
}

/** Loaded here, for the AWS SDK and the rehearsal take their time. */
export async function openSurroundings(props: OpenProps): Promise<Surroundings> {
  const { openSurroundings: opened } = await import('../../lifecycle/surroundings/open');
  return opened(props);
}
