import * as path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { RehearsalEvent } from '../rehearsal/runner/events';
import { humanReporter, jsonReporter } from '../rehearsal/runner/progress';
import { rehearse } from '../rehearsal/runner/rehearse';
import { serve } from '../rehearsal/runner/serve';
import { RehearsalError } from '../rehearsal/runner/terraform';
import { synthesized } from './synthesized';

interface RehearseFlags {
  readonly env: string;
  readonly out?: string;
  readonly folder?: string;
  readonly stacks?: string;
  readonly latency: number;
  readonly fail?: string;
  readonly keep?: true;
  readonly verify?: true;
  readonly destroy?: true;
  readonly serve?: true;
  readonly json?: true;
}

/** Exit codes of `bulkhead rehearse`: everything deployed; a stack failed; could not start; interrupted. */
const EXIT = { ok: 0, failed: 1, unusable: 2, interrupted: 130 } as const;

/** The command `bulkhead rehearse`. */
export function rehearseCommand(root: string = process.cwd()): Command {
  return new Command('rehearse')
    .description(
      'deploy the synthesized platform with real Terraform against stand-ins of AWS, Kubernetes and Helm',
    )
    .option('--env <environment>', 'environment to rehearse', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option(
      '--out <folder>',
      'a platform that is synthesized already (default: synthesizes cdktf.out/<environment>)',
    )
    .option('--folder <folder>', 'folder of the simulated world (default: .rehearsal/<environment>)')
    .option('--stacks <globs>', 'only these stacks and what they depend on, for example "use1a-*,registry"')
    .option('--latency <ms>', 'wait before every change of a resource, in milliseconds', milliseconds, 0)
    .option(
      '--fail <address>',
      'make one resource fail, for example use1a-cache:aws_elasticache_replication_group.cache',
    )
    .option('--keep', 'build on the world of the last finished rehearsal instead of starting anew')
    .option('--verify', 'plan every stack a second time and require that plan to be empty')
    .option('--destroy', 'destroy the rehearsed stacks, in reverse order')
    .option('--serve', 'only run the stand-ins, for use with plain cdktf or terraform, until Ctrl-C')
    .option('--json', 'print events as lines of JSON')
    .action(async (flags: RehearseFlags) => {
      process.exitCode = await run(root, flags);
    });
}

async function run(root: string, flags: RehearseFlags): Promise<number> {
  const interrupt = new AbortController();
  if (flags.out === undefined && !synthesized(root, flags.env)) return EXIT.unusable;
  const onSignal = (): void => {
    if (!interrupt.signal.aborted && flags.json !== true && flags.serve !== true) {
      process.stderr.write('\nStopping: Terraform finishes what it is doing and saves its state.\n');
    }
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const place = {
      root,
      environment: flags.env,
      ...(flags.out === undefined ? {} : { out: path.resolve(flags.out) }),
      ...(flags.folder === undefined ? {} : { folder: path.resolve(flags.folder) }),
    };
    if (flags.serve === true) {
      await serve(
        { ...place, latencyMs: flags.latency },
        (text) => process.stdout.write(`${text}\n`),
        interrupt.signal,
      );
      return EXIT.ok;
    }
    const report =
      flags.json === true
        ? jsonReporter(process.stdout)
        : humanReporter(process.stdout, (summary) => nextSteps(flags, summary));
    const { ok, interrupted } = await rehearse(
      {
        ...place,
        latencyMs: flags.latency,
        keep: flags.keep === true,
        verify: flags.verify === true,
        mode: flags.destroy === true ? 'destroy' : 'deploy',
        ...(flags.stacks === undefined ? {} : { stacks: flags.stacks }),
        ...(flags.fail === undefined ? {} : { fail: flags.fail }),
      },
      report,
      interrupt.signal,
    );
    return interrupted ? EXIT.interrupted : ok ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    if (flags.json === true)
      process.stdout.write(`${JSON.stringify({ type: 'error', message: error.message })}\n`);
    else process.stderr.write(`${error.message}\n`);
    return EXIT.unusable;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** What a person would want to do after a rehearsal that ended like this one. */
function nextSteps(
  flags: RehearseFlags,
  summary: Extract<RehearsalEvent, { type: 'summary' }>,
): readonly string[] {
  const command = `npx bulkhead rehearse --env ${flags.env}`;
  if (!summary.ok) {
    const same = flags.destroy === true ? `${command} --destroy` : command;
    return [`Next: ${same}   goes on from here, once the cause is put right`];
  }
  if (flags.destroy === true) return [`Next: ${command}   deploys it again`];
  return [
    `Next: ${command} --keep      after a change: shows what it would create, change, replace or destroy`,
    `      ${command} --destroy   shows what refuses to be destroyed`,
  ];
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('Must be a whole number of milliseconds, 0 or more.');
  return value;
}
