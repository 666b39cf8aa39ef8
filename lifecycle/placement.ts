import type { Cell, Platform } from '../config/platform';
import { didYouMean } from '../config/loader/suggest';
import { shardsOf, shardStackKind } from '../stacks/shards';
import { deployLine } from './command-line';
import { LifecycleError } from './mistake';
import { requirePromises, told } from './promises';
import type { Place, Registry } from './registry';
import type { PooledRequest } from './request';

/** A place, or a cell without it, and a sentence that says why a tenant is put there, or why not. */
export interface Candidate {
  readonly cell: string;
  /** Absent of a cell none of whose shards was looked at. */
  readonly shard?: string;
  readonly chosen: boolean;
  /** `has most room: 1,120 of 1,250 places are free` */
  readonly why: string;
}

export interface Placement {
  readonly place: Place;
  /** Most tenants that the place takes, the new one included. */
  readonly limit: number;
  /** All that was weighed: the chosen place first. */
  readonly candidates: readonly Candidate[];
}

/** What a deployed shard says of itself. */
type Contract = (place: Place) => Promise<Readonly<Record<string, string>> | undefined>;

export interface PlacementProps {
  readonly platform: Platform;
  readonly registry: Pick<Registry, 'counts'>;
  readonly request: Pick<PooledRequest, 'id' | 'tier' | 'cell' | 'shard' | 'region'>;
  /** Undefined of a shard that is not deployed. @default - every shard is taken for deployed, as config says it is */
  readonly contract?: Contract;
}

interface Room extends Place {
  readonly tenants: number;
  readonly limit: number;
}

const free = ({ tenants, limit }: Room): number => Math.max(0, limit - tenants);

/**
 * Finds a place for a pooled tenant: of the cells that may be chosen the one with most room, and of its shards likewise. The cost
 * is by the number of shards, not of tenants.
 *
 * @throws LifecycleError when there is none, with why each is none; or when the platform could not keep a promise with one
 *   tenant more
 */
export async function placePooled(props: PlacementProps): Promise<Placement> {
  const { platform, registry, request } = props;
  requireKnown(
    'cell',
    request.cell,
    platform.cells.map(({ id }) => id),
  );
  const shards = platform.cells.flatMap((cell) =>
    shardsOf(platform, cell).map((shard) => ({
      cell: cell.id,
      shard: shardStackKind(shard),
      limit: shard.maxTenants,
    })),
  );
  const inCell = shards.filter(({ cell }) => cell === request.cell).map(({ shard }) => shard);
  if (inCell.length > 0) requireKnown('shard', request.shard, inCell);

  const counts = await registry.counts(shards);
  requirePromises(platform, request.tier, counts.reduce((sum, { tenants }) => sum + tenants, 0) + 1);

  const excluded = platform.cells.flatMap((cell): readonly Candidate[] => {
    const why = exclusion(cell, request);
    return why === undefined ? [] : [{ cell: cell.id, chosen: false, why }];
  });
  const rooms = shards
    .filter(({ cell }) => !excluded.some((candidate) => candidate.cell === cell))
    .filter(({ shard }) => request.shard === undefined || shard === request.shard)
    .map((place): Room => {
      const count = counts.find(({ cell, shard }) => cell === place.cell && shard === place.shard);
      return { ...place, tenants: count?.tenants ?? 0 };
    });
  return chosen(byRoom(rooms), excluded, props);
}

/** The first that takes one tenant more. What is deployed is only asked of those that might be it. */
async function chosen(
  ranked: readonly Room[],
  excluded: readonly Candidate[],
  { request, contract, platform }: PlacementProps,
): Promise<Placement> {
  const passed: Candidate[] = [];
  for (const [at, planned] of ranked.entries()) {
    const room = await deployedRoom(planned, contract, platform.environment);
    const place = { cell: planned.cell, shard: planned.shard };
    if (typeof room === 'string' || free(room) === 0) {
      passed.push({ ...place, chosen: false, why: typeof room === 'string' ? room : full(room) });
      continue;
    }
    const rest = ranked.slice(at + 1);
    const others = rest.map((other) => ({
      ...{ cell: other.cell, shard: other.shard, chosen: false },
      why: free(other) === 0 ? full(other) : lessRoom(other),
    }));
    const first = { ...place, chosen: true, why: reason(room, request, rest.length) };
    return { place, limit: room.limit, candidates: [first, ...passed, ...others, ...excluded] };
  }
  throw new LifecycleError(
    [
      `there is no place for ${request.id}, tier ${request.tier}:`,
      ...[...passed, ...excluded].map((candidate) => `  - ${candidateText(candidate)}`),
    ].join('\n'),
    [
      `raise load.tenants.${request.tier} in config/environments/${platform.environment}/platform.yaml and deploy: a cell gets another shard when its share of the tenants needs it`,
    ],
  );
}

/** `use1a/data-shard-1 has less room: …` */
export const candidateText = ({ cell, shard, why }: Candidate): string =>
  `${shard === undefined ? cell : `${cell}/${shard}`} ${why}`;

function exclusion(cell: Cell, request: PlacementProps['request']): string | undefined {
  if (request.cell !== undefined && cell.id !== request.cell)
    return `is not ${request.cell}, which was asked for`;
  if (request.region !== undefined && cell.region !== request.region) {
    return `is in ${cell.region}, and ${request.region} was asked for`;
  }
  return closedTo(cell, request.tier);
}

/** Why a cell takes nobody of a tier; undefined if it does. */
export const closedTo = ({ id, data }: Cell, tier: PooledRequest['tier']): string | undefined =>
  data.pools[tier].maxPods > 0
    ? undefined
    : `is closed to tier ${tier}: cells.${id}.data.pools.${tier}.maxPods is 0`;

/** @throws LifecycleError when a cell or shard was asked for that there is not */
function requireKnown(what: string, asked: string | undefined, known: readonly string[]): void {
  if (asked === undefined || known.includes(asked)) return;
  throw new LifecycleError(
    `there is no ${what} ${asked}${didYouMean(asked, known)}  there are: ${known.join(', ')}`,
  );
}

/** Cells with most room in all their shards first, and so their shards. Otherwise in the order of config, for it is told. */
function byRoom(rooms: readonly Room[]): readonly Room[] {
  const ofCell = new Map<string, number>();
  for (const room of rooms) ofCell.set(room.cell, (ofCell.get(room.cell) ?? 0) + free(room));
  return rooms.toSorted(
    (one, other) =>
      (ofCell.get(other.cell) ?? 0) - (ofCell.get(one.cell) ?? 0) ||
      (one.cell === other.cell ? 0 : one.cell < other.cell ? -1 : 1) ||
      free(other) - free(one),
  );
}

/** The room of a shard as it is deployed, which may take fewer than config says by now; or why it is none. */
async function deployedRoom(
  room: Room,
  contract: Contract | undefined,
  environment: string,
): Promise<Room | string> {
  if (contract === undefined) return room;
  const published = await contract({ cell: room.cell, shard: room.shard });
  if (published === undefined)
    return `is not deployed: ${deployLine(`${room.cell}-${room.shard}`, environment)}`;
  const most = Number(published['maxTenants']);
  return Number.isInteger(most) ? { ...room, limit: Math.min(room.limit, most) } : room;
}

const full = ({ tenants, limit }: Room): string =>
  `is full: ${told(tenants)} of ${told(limit)} places are taken`;

const lessRoom = (room: Room): string =>
  `has no more room than that: ${told(free(room))} of ${told(room.limit)} places are free`;

function reason(room: Room, { cell, shard }: PlacementProps['request'], others: number): string {
  const places = `${told(free(room))} of ${told(room.limit)} places are free`;
  if (shard !== undefined) return `was asked for, and has room: ${places}`;
  const within = cell === undefined ? '' : ` in ${cell}, which was asked for`;
  return others === 0
    ? `is the only one that can be${within}: ${places}`
    : `has most room${within}: ${places}`;
}
