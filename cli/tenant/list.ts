import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { TENANT_STATES, type TenantItem, type TenantState } from '../../constructs/registry/tenant-item';
import type { Listed } from '../../lifecycle/list';
import { EXIT, inSurroundings, type Open, type TenantFlags, tenantSubcommand } from './common';
import { type Format, formatOf, styled, table } from './text';

interface ListFlags extends TenantFlags {
  readonly cell?: string;
  readonly shard?: string;
  readonly tier?: TenantItem['tier'];
  readonly state?: TenantState;
  readonly sort?: Sort;
  readonly synthetic?: true;
}

/** What tenants are sorted by. */
const SORTS = {
  id: ({ tenantId }) => tenantId,
  place: ({ item, tenantId }) => [item?.cell ?? '~', item?.shard ?? '~', tenantId].join(' '),
  created: ({ item, tenantId }) => [item?.createdAt ?? '~', tenantId].join(' '),
  changed: ({ item, tenantId }) => [item?.updatedAt ?? '~', tenantId].join(' '),
} as const satisfies Readonly<Record<string, (listed: Listed) => string>>;
type Sort = keyof typeof SORTS;

/** The command `bulkhead tenant list`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const listCommand = (open?: Open): Command =>
  tenantSubcommand('list')
    .summary('tenants, all or some, and where registry and files disagree')
    .description(
      'Lists tenants. With --json each is a line as soon as it is found; for people they are sorted. Those whose row and file disagree are marked. Changes nothing.',
    )
    .option('--cell <cell>', 'only those of a cell')
    .option('--shard <shard>', 'only those of a shard, such as data-shard-1')
    .addOption(
      new Option('--tier <tier>', 'only those of a tier').choices(['starter', 'professional', 'enterprise']),
    )
    .addOption(new Option('--state <state>', 'only those in a state').choices(Object.keys(TENANT_STATES)))
    .addOption(
      new Option('--sort <by>', 'order (default: id, and with --json as they are found)').choices(
        Object.keys(SORTS),
      ),
    )
    .option('--synthetic', 'also those by which the platform tries out releases')
    .action((flags: ListFlags) =>
      inSurroundings(
        flags,
        async ({ surroundings, json }) => {
          const { list } = await import('../../lifecycle/list');
          const { cell, shard, tier, state, sort = json ? undefined : 'id', synthetic = false } = flags;
          const filter = {
            ...(cell && { cell }),
            ...(shard && { shard }),
            ...(tier && { tier }),
            ...(state && { state }),
          };
          const found = list({ filter, synthetic }, surroundings);
          const listed = sort === undefined ? found : await sorted(found, sort);
          if (json) await eachLine(listed);
          else await write(`${listText(await all(listed), formatOf())}\n`);
          return EXIT.done;
        },
        open,
      ),
    );

async function all<T>(values: AsyncIterable<T> | Iterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function sorted(found: AsyncIterable<Listed>, by: Sort): Promise<readonly Listed[]> {
  const keyed = (await all(found)).map((listed) => ({ key: SORTS[by](listed), listed }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ listed }) => listed);
}

async function eachLine(listed: AsyncIterable<Listed> | Iterable<Listed>): Promise<void> {
  for await (const { tenantId, item, disagreements } of listed) {
    const line = item ?? { tenantId };
    if (!(await write(`${JSON.stringify(disagreements.length > 0 ? { ...line, disagreements } : line)}\n`)))
      return;
  }
}

/** Writes no faster than it is read. @returns whether anybody still reads: `| head` stops when it has enough */
async function write(text: string): Promise<boolean> {
  const { stdout } = process;
  if (stdout.destroyed || stdout.errored) return false;
  if (stdout.write(text)) return true;
  try {
    await once(stdout, 'drain');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return false;
    throw error;
  }
}

/** A table for people. */
export function listText(listed: readonly Listed[], format: Format): string {
  if (listed.length === 0) return 'No tenants.';
  const rows = listed.map(({ tenantId, item, disagreements }) => [
    `${disagreements.length > 0 ? '! ' : '  '}${tenantId}`,
    item?.tier ?? '',
    item?.state ?? 'not in registry',
    item?.cell === undefined ? '' : `${item.cell}/${item.shard ?? ''}`,
    item?.operation && item.operation.outcome === undefined
      ? `${item.operation.kind}: ${item.operation.phase}`
      : '',
    item?.name ?? '',
  ]);
  const wrong = listed.flatMap(({ tenantId, disagreements }) =>
    disagreements.map((text) => styled(`! ${tenantId} ${text}`, 'yellow', format)),
  );
  return [
    table(['  TENANT', 'TIER', 'STATE', 'PLACE', 'GOES ON', 'NAME'], rows, format),
    '',
    `${String(listed.length)} ${listed.length === 1 ? 'tenant' : 'tenants'}`,
    ...wrong,
  ].join('\n');
}
