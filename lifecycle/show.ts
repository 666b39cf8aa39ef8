import { ConfigError } from '../config/loader/problem';
import type { Platform, Tenant } from '../config/platform';
import type { TenantItem } from '../constructs/registry/tenant-item';
import { shardsOf, shardStackKind } from '../stacks/shards';
import { commandLine } from './command-line';
import { disagreements } from './disagreements';
import { placeOf } from './known';
import { LifecycleError } from './mistake';
import { leftBehind } from './move/left-behind';
import type { Place } from './registry';
import type { Surroundings } from './surroundings';

/** All that is known of one tenant. */
export interface TenantView {
  readonly tenantId: string;
  /** What the registry says. @default - it does not know the tenant */
  readonly item?: TenantItem;
  /** Of an operation that has not ended, commands that go on or take it back. @default - there is none */
  readonly goesOn?: readonly string[];
  /** What it has left so far, and what is not there yet, as far as that is known. */
  readonly leftBehind?: { readonly exists: readonly string[]; readonly missing: readonly string[] };
  /** Where it is, and how many others are: of a shared database. */
  readonly place?: Place & { readonly tenants?: number; readonly limit?: number };
  /** Calls a second, and who says so. */
  readonly rateLimit?: { readonly perSecond: number; readonly from: string };
  /** Of a dedicated tenant: its file, from the project's root. @default - it has none */
  readonly file?: string;
  /** What its own stack has published. @default - it is not deployed, or could not be asked */
  readonly contract?: Readonly<Record<string, string>>;
  /** What could not be found out, and why. */
  readonly unknown: readonly string[];
  readonly disagreements: readonly string[];
}

export type ShowSurroundings = Pick<
  Surroundings,
  'registry' | 'platform' | 'stacks' | 'environment' | 'kind' | 'configFolder'
>;

/**
 * Everything about a tenant: what the registry, its file and its stack say, and where they disagree. What cannot be found out is
 * said to be unknown, for somebody who looks at night has other troubles.
 *
 * @throws LifecycleError when neither registry nor config know the tenant
 */
export async function show(tenantId: string, surroundings: ShowSurroundings): Promise<TenantView> {
  const unknown: string[] = [];
  const item = await surroundings.registry.get(tenantId);
  const platform = platformOf(surroundings, unknown);
  const file = platform?.tenants.find(({ id }) => id === tenantId);
  if (item === undefined && file === undefined) {
    throw new LifecycleError(
      [`neither the registry nor a file knows a tenant ${tenantId}`, ...unknown].join('\n'),
      [`${commandLine('list', surroundings)}   shows all there are`],
    );
  }
  const place = item && placeOf(item);
  const contract = await contractOf(tenantId, place ?? file, surroundings, unknown);
  return {
    tenantId,
    ...(item && { item }),
    ...goingOn(item, surroundings),
    ...(place && { place: { ...place, ...(await occupancy(place, platform, surroundings)) } }),
    ...rateLimitOf(item, file, platform),
    ...(file && {
      file: `${surroundings.configFolder}/${surroundings.environment}/tenants/${tenantId}.yaml`,
    }),
    ...(contract && { contract }),
    unknown,
    // Without config nobody can tell whether there is a file.
    disagreements: platform === undefined ? [] : disagreements(item, file),
  };
}

function platformOf({ platform }: ShowSurroundings, unknown: string[]): Platform | undefined {
  try {
    return platform();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    unknown.push(`what config says: ${error.message}`);
    return undefined;
  }
}

async function contractOf(
  tenantId: string,
  place: { readonly cell: string; readonly shard?: string } | undefined,
  { stacks }: ShowSurroundings,
  unknown: string[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const stack = `tenant-${tenantId}`;
  if (place === undefined || (place.shard !== undefined && place.shard !== stack)) return undefined;
  try {
    const contract = await stacks.contract({ cell: place.cell, stack });
    if (contract === undefined) unknown.push(`what ${place.cell}-${stack} has: it is not deployed`);
    return contract;
  } catch (error) {
    unknown.push(`what ${place.cell}-${stack} has: ${(error as Error).message}`);
    return undefined;
  }
}

async function occupancy(
  place: Place,
  platform: Platform | undefined,
  { registry }: ShowSurroundings,
): Promise<{ readonly tenants?: number; readonly limit?: number }> {
  const cell = platform?.cells.find(({ id }) => id === place.cell);
  const shard =
    platform && cell && shardsOf(platform, cell).find((one) => shardStackKind(one) === place.shard);
  const [count] = shard ? await registry.counts([place]) : [];
  return { ...(count && { tenants: count.tenants }), ...(shard && { limit: shard.maxTenants }) };
}

function rateLimitOf(
  item: TenantItem | undefined,
  file: Tenant | undefined,
  platform: Platform | undefined,
): Pick<TenantView, 'rateLimit'> {
  if (item?.rateLimitPerSecond !== undefined) {
    return { rateLimit: { perSecond: item.rateLimitPerSecond, from: 'its own' } };
  }
  // Who has moved to a shard may have a file still, which says nothing of tokens any more.
  if (file !== undefined && (item === undefined || item.tier === file.tier))
    return { rateLimit: { perSecond: file.rateLimitPerSecond, from: 'its file, or its tier' } };
  if (item === undefined || platform === undefined) return {};
  const { rateLimitPerSecond } = platform.tiers[item.tier].promises;
  return { rateLimit: { perSecond: rateLimitPerSecond, from: `tier ${item.tier}` } };
}

/** How to go on with what has been begun, or to take it back. */
function goingOn(
  item: TenantItem | undefined,
  surroundings: ShowSurroundings,
): Pick<TenantView, 'goesOn' | 'leftBehind'> {
  const operation = item?.operation;
  if (item === undefined || operation === undefined || operation.outcome !== undefined) return {};
  const { kind, key, phase, facts } = operation;
  if (kind === 'move') {
    const { next, ...left } = leftBehind(phase, item, surroundings);
    return { goesOn: next, leftBehind: left };
  }
  const asked = kind === 'onboard' ? optionsOf(facts['request']) : '';
  const words = `${kind} ${item.tenantId}${asked} --key ${quoted(key)}`;
  return {
    goesOn: [
      `${commandLine(words, surroundings)}   goes on`,
      `${commandLine(`${words} --undo`, surroundings)}   takes back what can be`,
    ],
  };
}

/** Options of `tenant onboard` that say what was asked; what no option says, is in a file that was given by `--from`. */
function optionsOf(request: string | undefined): string {
  if (request === undefined) return '';
  const asked = JSON.parse(request) as Readonly<Record<string, unknown>>;
  const options = Object.entries(asked).filter(([key]) => key !== 'id');
  if (options.some(([key]) => !(key in OPTIONS))) return ' --from <the same request as before>';
  return options.map(([key, value]) => ` --${OPTIONS[key] ?? ''} ${quoted(String(value))}`).join('');
}

const OPTIONS: Readonly<Record<string, string>> = {
  ...{ tier: 'tier', name: 'name', contact: 'contact', cell: 'cell', region: 'region', shard: 'shard' },
  ...{ rateLimitPerSecond: 'rate-limit', nodePool: 'node-pool' },
};

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
