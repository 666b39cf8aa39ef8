import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { Refused } from '../../lifecycle/mistake';
import type { MoveGoal } from '../../lifecycle/move/goal';
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  inSurroundings,
  type Open,
  type TenantFlags,
  tenantSubcommand,
} from './common';
import { type InCellFlags, runInCell, withInCell, wordsOf } from './in-cell';

interface MoveFlags extends TenantFlags, InCellFlags {
  readonly tier?: TenantItem['tier'];
  readonly shard?: string;
  readonly cell?: string;
  readonly soak?: number;
  readonly freezeLimit?: number;
  readonly key?: string;
  readonly undo?: true;
}

const HELP = `
Phases, each kept in the registry; until the last, --undo takes all of them back:
  provision  looks at both databases: the same tables, room, nobody else's move
  copy       copies the rows of one moment, and follows what is written meanwhile
  verify     compares every row of both sides, by checksums, at one moment
  freeze     refuses the tenant's writes in the old place (SQLSTATE 55P03: try again); reads go on
  switch     follows to the end, compares again, and makes the new place the tenant's
  soak       sends what is written in the new place back to the old one, so that undo loses nothing
  retire     deletes the rows in the old place; from here on nothing is taken back
Between starter and professional on one shard no row moves: one phase, which can be undone by moving back.

Examples:
  npx bulkhead tenant move initech --shard data-shard-2 --soak 120 --env prod --in-cell
  npx bulkhead tenant move initech --tier enterprise          to a database of its own, which must be deployed
  npx bulkhead tenant move initech --undo

It runs where both databases can be reached, on AWS in the cell (--in-cell): docs/runbooks/moving.md`;

/** The command `bulkhead tenant move`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const moveCommand = (open?: Open): Command =>
  withInCell(tenantSubcommand('move'))
    .summary('bring a tenant to another tier, shard or cell while it works')
    .description(
      'Moves a tenant and its rows while it goes on reading and writing. Its writes are refused for a moment at the end.',
    )
    .argument('<id>', 'tenant')
    .addOption(
      new Option('--tier <tier>', 'tier to move it to').choices(['starter', 'professional', 'enterprise']),
    )
    .option('--shard <shard>', 'shard of the cell: data-shard-2 (default: the one with most room)')
    .option('--cell <cell>', 'cell (default: the one it is in)')
    .option(
      '--soak <minutes>',
      'how long the old place is kept current before it is emptied (default: 60)',
      wholeNumber(0, 10_080),
    )
    .option(
      '--freeze-limit <seconds>',
      'longest time that its writes may be refused (default: 30)',
      wholeNumber(1, 3600),
    )
    .option('--key <key>', 'idempotency key (default: of the move that goes on, else a new one)')
    .option('--undo', 'take back the move that has not ended')
    .addHelpText('after', HELP)
    .action((id: string, flags: MoveFlags, command: Command) =>
      inSurroundings(
        flags,
        async (context) => {
          if (flags.inCell !== true) return run(id, flags, context);
          if (flags.cell !== undefined)
            throw new Refused('no cell reaches another one, so no move to another runs in one', [
              'docs/runbooks/moving.md, "Where it runs", says from where it does',
            ]);
          await context.confirm(`Run in the cell of ${id}: bulkhead tenant ${wordsOf(command).join(' ')}`);
          return runInCell(id, command, context);
        },
        open,
      ),
    );

async function run(id: string, flags: MoveFlags, context: CommandContext): Promise<ExitCode> {
  // Loaded here, for the client of the database takes its time.
  const { move, undoMove } = await import('../../lifecycle/move/move');
  const { tier, shard, cell, soak, freezeLimit, key } = flags;
  const item = await (flags.undo === true ? undoMove : move)({
    tenant: id,
    request: {
      ...(tier !== undefined && { tier }),
      ...(shard !== undefined && { shard }),
      ...(cell !== undefined && { cell }),
    },
    ...(key !== undefined && { key }),
    ...(soak !== undefined && { soakMinutes: soak }),
    ...(freezeLimit !== undefined && { freezeSeconds: freezeLimit }),
    ...{ surroundings: context.surroundings, emit: context.emit, signal: context.signal },
    confirm: (goal) => {
      if (!context.json) process.stdout.write(`${goalText(id, goal)}\n`);
      return context.confirm(`Move ${id}`);
    },
  });
  context.result({ type: 'tenant', tenant: item }, () => told(item));
  return item.operation?.outcome === undefined ? EXIT.waiting : EXIT.done;
}

const at = ({ cell, shard, tier }: MoveGoal['from']): string => `${cell}/${shard}, tier ${tier}`;

function goalText(id: string, { from, to, copies, why }: MoveGoal): string {
  return [
    `${id}: from ${at(from)}`,
    `${' '.repeat(id.length)}  to   ${at(to)}`,
    ...why.map((line) => `  ${line}`),
    copies
      ? '  its rows are copied while it works; its writes are refused for a moment at the end'
      : '  no row moves: pools of connections and limits follow the token, and the token follows the registry',
  ].join('\n');
}

function told({ tenantId, cell, shard, tier, operation }: TenantItem): string {
  const place = `${cell ?? ''}/${shard ?? ''}, tier ${tier}`;
  switch (operation?.outcome) {
    case 'done':
      return `${tenantId} is in ${place}`;
    case 'undone':
      return `${tenantId} stays in ${place}`;
    default:
      return `${tenantId} is served from ${place}; the move is in phase ${operation?.phase ?? 'none'}`;
  }
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Must be a whole number between ${String(least)} and ${String(most)}.`);
  };
