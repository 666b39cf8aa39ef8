import type { Command } from 'commander';
import { knownTenant, placeOf } from '../../lifecycle/known';
import { LifecycleError, Refused } from '../../lifecycle/mistake';
import { type CommandContext, EXIT, type ExitCode } from './common';

export interface InCellFlags {
  readonly inCell?: true;
}

/** Options that say where a command runs and how it talks: of the command that is typed, not of the one in the cell. */
const HERE: readonly string[] = ['env', 'rehearse', 'as', 'json', 'yes', 'inCell'];

/** A command that can also run in the VPC of the tenant's cell. */
export const withInCell = (command: Command): Command =>
  command.option(
    '--in-cell',
    "run it in the VPC of the tenant's cell, where its databases and its cache can be reached",
  );

/** The words of a command as they were typed, without the options that say where it runs. */
export const wordsOf = (command: Command): readonly string[] => [
  command.name(),
  ...command.args,
  ...command.options
    .filter((option) => {
      const name = option.attributeName();
      return !HERE.includes(name) && command.getOptionValueSource(name) === 'cli';
    })
    .flatMap((option) => {
      const value: unknown = command.getOptionValue(option.attributeName());
      return [option.long ?? option.flags, ...(option.required || option.optional ? [String(value)] : [])];
    }),
];

/**
 * Has the tenant's cell run a command, and waits for it.
 *
 * @throws Refused in a rehearsal, which has all on this machine; LifecycleError when there is no such tenant or it has no place
 */
export async function runInCell(
  tenantId: string,
  command: Command,
  context: CommandContext,
): Promise<ExitCode> {
  const { surroundings, json, result, signal } = context;
  if (!surroundings.operations) throw new Refused('a rehearsal has all on this machine: leave out --in-cell');
  const cell = placeOf(await knownTenant(tenantId, surroundings))?.cell;
  if (cell === undefined) throw new LifecycleError(`${tenantId} has no place, and so no cell to run it in`);
  const words = wordsOf(command);
  const { build, outcome, log } = await surroundings.operations.run(cell, words, {
    tell: (text) => {
      process.stdout.write(`${json ? JSON.stringify({ type: 'note', text }) : text}\n`);
    },
    signal,
  });
  const item = await knownTenant(tenantId, surroundings);
  const where = `${item.tenantId} is ${item.state} in ${item.cell ?? 'no cell'}/${item.shard ?? ''}, tier ${item.tier}`;
  result({ type: 'in-cell', cell, build, outcome, log, tenant: item }, () =>
    [...TOLD[outcome](build, log), where].join('\n'),
  );
  return { done: EXIT.done, failed: EXIT.failed, 'goes on': EXIT.waiting }[outcome];
}

const TOLD = {
  done: () => [],
  failed: (build: string, log: string) => [`Failed: build ${build}. Its log says why:`, `  ${log}`],
  'goes on': (build: string, log: string) => [`It goes on without you: build ${build}`, `  ${log}`],
} as const;
