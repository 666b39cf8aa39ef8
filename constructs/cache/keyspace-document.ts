import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessString, type CacheOwner, KEYSPACE, keyPrefix } from './keyspace';

/** Where the document stands, from the root of the project. */
export const KEYSPACE_DOCUMENT = 'docs/cache-keyspace.md';

const OWNERS: readonly { readonly owner: CacheOwner; readonly example: string; readonly who: string }[] = [
  {
    owner: { kind: 'service', tier: 'starter', service: 'api' },
    example: 'service `api` of tier `starter`',
    who: 'a service of a tier, for all pooled tenants of the tier',
  },
  {
    owner: { kind: 'tenant', tenantId: 'acme' },
    example: 'tenant `acme`',
    who: 'a dedicated tenant',
  },
  {
    owner: { kind: 'platform', service: 'revocation' },
    example: 'platform service `revocation`',
    who: 'a service of the platform; no tenant can reach it',
  },
];

const SECONDS: readonly (readonly [unit: string, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** A length of time in the largest unit that divides it: `2 minutes`. */
function duration(seconds: number): string {
  const [unit, size] = SECONDS.find(([, divisor]) => seconds % divisor === 0) ?? (['second', 1] as const);
  const count = seconds / size;
  return `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** A Markdown table as Prettier writes it. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Commands that an access string allows, in its order. */
const commandsOf = (access: string): readonly string[] =>
  access
    .split(' ')
    .filter((rule) => rule.startsWith('+'))
    .map((rule) => rule.slice(1).toUpperCase().replace('|', ' '));

/** The keyspace as people read it, made of the data that the users' access strings are made of. */
export function keyspaceDocument(): string {
  const [first] = OWNERS;
  const commands = first === undefined ? [] : commandsOf(accessString(first.owner));
  return `# The keyspace of the cache

Generated from \`constructs/cache/keyspace.ts\` by \`npm run keyspace\`: change it there.

## Prefixes

Each cell has one cache. Whoever uses it has a prefix of its own and a user that may touch keys under that prefix and no
others; the user of the authorizers may also read those of \`revocation\` and \`load-level\`.

${table([
  ['prefix', 'whose', 'example of'],
  ...OWNERS.map(({ owner, example, who }) => [`\`${keyPrefix(owner)}\``, who, example]),
])}

## Keys

What follows the prefix, or the whole key where only one service of the platform has it. \`{<tenant>}\` puts all keys with it
in one shard; keys without it spread. The time to live is the longest allowed; a key without one stays until it is deleted
and counts against everybody's memory, so give every key one. When memory is full, writes are refused and nothing is
evicted.

${table([
  ['purpose', 'key', 'type', 'time to live', 'if it is lost'],
  ...KEYSPACE.map(({ purpose, key, platformService: service, type, ttlSeconds, ifLost }) => [
    purpose,
    `\`${service === undefined ? '' : keyPrefix({ kind: 'platform', service })}${key}\``,
    type,
    duration(ttlSeconds),
    ifLost,
  ]),
])}

## Commands

A user may use these and no others:

${commands.map((command) => `\`${command}\``).join(', ')}.
`;
}

/** Writes the document into the project at `root`. */
export function writeKeyspaceDocument(root: string): void {
  writeFileSync(join(root, KEYSPACE_DOCUMENT), keyspaceDocument());
}

if (require.main === module) writeKeyspaceDocument(process.cwd());
