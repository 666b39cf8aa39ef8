import type { Command } from 'commander';
import type { TenantView } from '../../lifecycle/show';
import { EXIT, inSurroundings, type Open, type TenantFlags, tenantSubcommand } from './common';
import { facts, type Format, formatOf, styled } from './text';

/** The command `bulkhead tenant show`. @param open makes the surroundings. @default - AWS or a rehearsal, as options say */
export const showCommand = (open?: Open): Command =>
  tenantSubcommand('show')
    .summary('everything about one tenant, and how to go on with what was begun')
    .description(
      'Shows what the registry, the tenant’s file and its own stack say, where they disagree, and how to go on with an operation that has not ended. Changes nothing.',
    )
    .argument('<id>', 'tenant')
    .action((id: string, flags: TenantFlags) =>
      inSurroundings(
        flags,
        async ({ surroundings, result }) => {
          const { show } = await import('../../lifecycle/show');
          const view = await show(id, surroundings);
          result(view, () => viewText(view, formatOf()));
          return EXIT.done;
        },
        open,
      ),
    );

/** A tenant for people. */
export function viewText(view: TenantView, format: Format): string {
  const { tenantId, item, place, rateLimit, file, contract, unknown, disagreements, goesOn, leftBehind } =
    view;
  const operation = item?.operation;
  const head = [tenantId, ...(item ? [item.tier, item.state] : ['not in the registry'])].join(', ');
  return [
    styled(head, 'bold', format),
    facts([
      ['name', item?.name],
      ['contact', item?.contact],
      ['place', place && placeText(place)],
      ['moves to', item?.moveTo && `${item.moveTo.cell}/${item.moveTo.shard}`],
      ['calls', rateLimit && `${String(rateLimit.perSecond)} a second (${rateLimit.from})`],
      ['scopes', item && ((item.scopes ?? []).join(' ') || 'none: its tokens allow nothing')],
      [
        'legal hold',
        item?.legalHold &&
          `since ${item.legalHold.since}, by ${item.legalHold.by}: nothing of it may be deleted`,
      ],
      ['file', file],
      ['created', item?.createdAt],
      ['changed', item && `${item.updatedAt} (version ${String(item.version)})`],
    ]),
    ...(operation
      ? [
          '',
          styled(`${operation.kind}: ${operation.outcome ?? `in phase ${operation.phase}`}`, 'bold', format),
          facts([
            ['key', operation.key],
            ['by', operation.by],
            ['begun', operation.startedAt],
            ['last step', operation.updatedAt],
            // What is a file by now, is in the file.
            ...Object.entries(operation.facts).filter(([name]) => name !== 'text'),
          ]),
          ...(leftBehind?.exists ?? []).map((text) => `  there already: ${text}`),
          ...(leftBehind?.missing ?? []).map((text) => `  not there yet: ${text}`),
          ...(goesOn ?? []).map((step) => `  → ${step}`),
        ]
      : []),
    ...(contract ? ['', styled('Its stack', 'bold', format), facts(Object.entries(contract))] : []),
    ...section('Not known', unknown),
    ...section(
      styled('The registry and the file disagree', 'yellow', format),
      disagreements.map((text) => `${tenantId} ${text}`),
    ),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`)];

function placeText({ cell, shard, tenants, limit }: NonNullable<TenantView['place']>): string {
  const others = limit === undefined ? '' : `, with ${String(tenants ?? 0)} of ${String(limit)} tenants`;
  return `${cell}/${shard}${others}`;
}
