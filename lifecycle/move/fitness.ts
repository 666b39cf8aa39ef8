import { deletionOrder, isEntangled } from '../offboard/rows/order';
import type { MovedTable, SchemaVersion } from './tables';

/** What one side of a move is like. */
export interface SideFacts {
  /** For people: `use1a/data-shard-1`. */
  readonly name: string;
  readonly tables: readonly MovedTable[];
  readonly version: SchemaVersion;
  /** Whether rows can be written there as they are, without triggers and foreign keys: `session_replication_role`. */
  readonly asReplica: boolean;
}

/** Why rows cannot be moved between two databases, in whole sentences; nothing if they can. */
export const reasonsAgainst = (source: SideFacts, target: SideFacts): readonly string[] => [
  ...[source, target].flatMap(inProgress),
  ...source.tables.flatMap((table) => unfit(table).map((reason) => `${source.name}: ${reason}`)),
  ...differences(source, target),
  // Both ways: until the move is over, rows may have to come back.
  ...[source, target].filter(({ asReplica }) => !asReplica).flatMap(needsReplica),
];

const inProgress = ({ name, version }: SideFacts): readonly string[] =>
  version.active === ''
    ? []
    : [`${name}: migration ${version.active} is in progress; contract it or take it back first`];

function unfit({ name, key, unfiltered, inherits }: MovedTable): readonly string[] {
  return [
    ...(key.length === 0 ? [`${name} has no primary key, so its rows cannot be told apart`] : []),
    ...unfiltered.map(
      (relation) =>
        `the replica identity of ${relation} lacks tenant_id, so its changes cannot be filtered: ALTER TABLE ${relation} REPLICA IDENTITY DEFAULT, with a primary key that holds tenant_id`,
    ),
    ...(inherits ? [`${name} inherits, or is inherited from; only partitions can be moved`] : []),
  ];
}

function differences(source: SideFacts, target: SideFacts): readonly string[] {
  if (source.version.migrations !== target.version.migrations) {
    const of = ({ name, version }: SideFacts) =>
      `${name} is at ${version.migrations === '' ? 'no migration' : (version.migrations.split(',').at(-1) ?? '')}`;
    return [`the schemas are not the same version: ${of(source)}, ${of(target)}; release to both first`];
  }
  const [known, other] = [source, target].map(
    ({ tables }) => new Map(tables.map((table) => [table.name, table])),
  );
  const names = [...new Set([...(known?.keys() ?? []), ...(other?.keys() ?? [])])].sort();
  return names.flatMap((name) => {
    const [here, there] = [known?.get(name), other?.get(name)];
    if (!here || !there) return [`${name} is in ${(here ? source : target).name} only`];
    const unlike = shape(here).filter((line) => !shape(there).includes(line));
    const unlikeThere = shape(there).filter((line) => !shape(here).includes(line));
    if (unlike.length + unlikeThere.length === 0) return [];
    const told = (lines: readonly string[]) => lines.join(', ') || 'nothing of the kind';
    return [
      `${name} is not the same: in ${source.name} ${told(unlike)}, in ${target.name} ${told(unlikeThere)}`,
    ];
  });
}

const shape = ({ columns, generated, key }: MovedTable): readonly string[] => [
  ...columns.map(
    ({ name, type, isNullable, isFixed }) =>
      `column ${name} ${type}${isNullable ? '' : ' not null'}${isFixed ? ' generated always' : ''}`,
  ),
  ...generated.map((column) => `generated column ${column}`),
  `primary key (${key.join(', ')})`,
];

function needsReplica({ name, tables }: SideFacts): readonly string[] {
  const remedy = `GRANT SET ON PARAMETER session_replication_role TO bulkhead_mover, as a superuser`;
  const tangled = groups(tables).filter(({ entangled }) => entangled);
  return [
    ...tables.flatMap((table) =>
      table.triggers.map(
        (trigger) =>
          `${name}: trigger ${trigger} of ${table.name} would run again on each row that is copied; needed: ${remedy}`,
      ),
    ),
    ...tangled.map(
      ({ members }) =>
        `${name}: rows of ${members.join(' and ')} refer to each other, so there is no order to write them in; needed: ${remedy}`,
    ),
  ];
}

function groups(
  tables: readonly MovedTable[],
): readonly { readonly members: readonly string[]; readonly entangled: boolean }[] {
  const index = new Map(tables.map(({ name }, at) => [name, at]));
  const keys = tables.flatMap(({ name, references }) =>
    references.flatMap((to) => {
      const [from, target] = [index.get(name), index.get(to)];
      return from === undefined || target === undefined ? [] : [{ from, to: target }];
    }),
  );
  return deletionOrder([...index.values()], keys).map((group) => ({
    members: group.map((at) => tables[at]?.name ?? ''),
    entangled: isEntangled(group, keys),
  }));
}

/** Tables in an order in which their rows can be written: those that are referred to first. Reversed, they can be deleted. */
export function writingOrder(tables: readonly MovedTable[]): readonly MovedTable[] {
  const known = new Map(tables.map((table) => [table.name, table]));
  return groups(tables)
    .flatMap(({ members }) => members)
    .reverse()
    .flatMap((name) => known.get(name) ?? []);
}
