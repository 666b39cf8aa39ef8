import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { Refused } from '../../lifecycle/mistake';
import type { Agreement } from '../../lifecycle/offboard/leaving';
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  inSurroundings,
  type Open,
  type TenantFlags,
  tenantSubcommand,
} from './common';

interface OffboardFlags extends TenantFlags {
  readonly exportTo?: string;
  readonly confirm?: string | true;
  readonly manifest?: string;
  readonly exportAgain?: true;
  readonly skipHold?: true;
  readonly undo?: true;
  readonly legalHold?: 'on' | 'off';
  readonly key?: string;
}

/** The command `bulkhead tenant offboard`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export function offboardCommand(open?: Open): Command {
  return tenantSubcommand('offboard')
    .summary('take leave of a tenant: export its data, and destroy it when two people agree')
    .description(
      'Takes leave of a tenant. Its tokens end, its data is exported and the export read back, and then nothing happens for ' +
        'as long as config says. After that two different people must confirm within a day; only then is anything destroyed. ' +
        'The same command goes on wherever it was stopped, and --undo brings the tenant back until then.',
    )
    .argument('<id>', 'tenant')
    .option(
      '--export-to <place>',
      'folder, or s3://<bucket>/<prefix> (default: offboarding.exportTo in platform.yaml)',
    )
    .option(
      '--confirm [id]',
      'agree to its destruction; where nobody can be asked, the id is given here once more',
    )
    .addOption(
      new Option(
        '--manifest <sha256>',
        'with --confirm: the export that you have looked at, 12 digits or more',
      ).argParser(digits),
    )
    .option('--export-again', 'while it is to be confirmed: export anew, and confirm that one')
    .option('--skip-hold', 'in a rehearsal: as if the time had passed')
    .option('--undo', 'bring the tenant back')
    .addOption(
      new Option('--legal-hold <on|off>', 'forbid that anything of it is deleted, or allow it again').choices(
        ['on', 'off'],
      ),
    )
    .option('--key <key>', 'idempotency key (default: of the offboarding that goes on, else a new one)')
    .addHelpText('after', HELP)
    .action((id: string, flags: OffboardFlags) =>
      inSurroundings(flags, (context) => run(id, flags, context), open),
    );
}

const HELP = `
Exit codes: 0 done; 1 failed on the way; 2 makes no sense; 3 refused; 4 waits for time to pass or for people to agree

What happens, and who may stop it: docs/runbooks/offboarding.md`;

async function run(id: string, flags: OffboardFlags, context: CommandContext): Promise<ExitCode> {
  if (flags.legalHold !== undefined) return legalHold(id, flags.legalHold === 'on', context);
  refuseContradictions(flags);
  // Loaded here, for the AWS SDK takes its time.
  const { offboard } = await import('../../lifecycle/offboard/offboard');
  const { confirm } = flags;
  const item = await offboard({
    ...{ surroundings: context.surroundings, tenantId: id, emit: context.emit, agree: context.confirm },
    ...{ isUndo: flags.undo === true, exportAgain: flags.exportAgain === true },
    ...{ skipHold: flags.skipHold === true, signal: context.signal },
    ...(flags.key !== undefined && { key: flags.key }),
    ...(flags.exportTo !== undefined && { exportTo: flags.exportTo }),
    ...(confirm !== undefined && { confirm: (summary) => agreement(id, flags, confirm, summary) }),
  });
  context.result({ type: 'tenant', tenant: item, evidence: evidenceOf(item) ?? null }, () => told(item));
  return item.operation?.outcome === undefined && item.state !== 'offboarded' ? EXIT.waiting : EXIT.done;
}

async function legalHold(id: string, isOn: boolean, context: CommandContext): Promise<ExitCode> {
  const { setLegalHold } = await import('../../lifecycle/offboard/legal-hold');
  const { item, isChanged } = await setLegalHold(context.surroundings, id, isOn);
  context.result({ type: 'tenant', tenant: item, changed: isChanged }, () => {
    const { legalHold: hold } = item;
    return hold
      ? `${id} is under a legal hold since ${hold.since}, by ${hold.by}: nothing of it is deleted`
      : `${id} is under no legal hold`;
  });
  return EXIT.done;
}

function refuseContradictions({ confirm, manifest, exportAgain, undo }: OffboardFlags): void {
  const chosen = [
    ...(confirm === undefined ? [] : ['--confirm']),
    ...(exportAgain === true ? ['--export-again'] : []),
    ...(undo === true ? ['--undo'] : []),
  ];
  if (chosen.length > 1) throw new Refused(`${chosen.join(' and ')} cannot be had at once: choose one`);
  if (manifest !== undefined && confirm === undefined) throw new Refused('--manifest is for --confirm alone');
}

/** Shows what will be destroyed, and has the tenant's id typed: a `y` is typed too easily. */
async function agreement(
  id: string,
  { manifest, json }: OffboardFlags,
  confirm: string | true,
  summary: readonly string[],
): Promise<Agreement> {
  const seen = manifest === undefined ? {} : { manifest };
  if (json !== true) process.stdout.write(`\n${summary.join('\n')}\n\n`);
  if (confirm !== true) return { id: confirm, ...seen };
  if (json === true || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Refused('nobody is there to type the id of the tenant', [
      `--confirm ${id}   says it in the command`,
    ]);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return { id: (await terminal.question(`Type ${id} to agree: `)).trim(), ...seen };
  } finally {
    terminal.close();
  }
}

const evidenceOf = ({ operation }: TenantItem): unknown => {
  const evidence = operation?.facts['evidence'];
  return evidence === undefined ? undefined : (JSON.parse(evidence) as unknown);
};

function told(item: TenantItem): string {
  const { tenantId, state, operation } = item;
  if (operation?.outcome === 'undone') return `${tenantId} stays: it is ${state} again`;
  if (state !== 'offboarded') return `${tenantId} is ${state}: in phase ${operation?.phase ?? 'none'}`;
  const hash = operation?.facts['evidenceHash'];
  return [
    `${tenantId} has left; nobody else is ever given its id.`,
    ...(hash === undefined
      ? []
      : [`The record is beside the export and in the item; its SHA-256 is ${hash}.`]),
  ].join('\n');
}

function digits(text: string): string {
  if (/^[0-9a-f]{12,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Must be 12 to 64 hexadecimal digits, as the export has them.');
}
