import type { TenantItem } from '../../constructs/registry/tenant-item';
import { commandLine } from '../command-line';
import { LifecycleError, Refused } from '../mistake';
import { candidateText, placePooled } from '../placement';
import type { CountChange, Place } from '../registry';
import type { Surroundings } from '../surroundings';

/** What is asked: at least one of these. */
export interface MoveRequest {
  readonly tier?: TenantItem['tier'];
  readonly shard?: string;
  readonly cell?: string;
}

/** Where a tenant is, or is to be. */
export interface Whereabouts extends Place {
  readonly tier: TenantItem['tier'];
}

export interface MoveGoal {
  readonly from: Whereabouts;
  readonly to: Whereabouts;
  /** Whether rows move. Where the place stays, a row of the registry says it all. */
  readonly copies: boolean;
  /** Why this place, in lines for people. */
  readonly why: readonly string[];
  /** What is reserved. */
  readonly counts: readonly CountChange[];
}

/** Shards of pooled tenants. Databases of one tenant are not counted. */
export const isPooled = ({ shard }: Place): boolean => shard.startsWith('data-shard-');

export const whereaboutsOf = ({ tenantId, cell, shard, tier }: TenantItem): Whereabouts => {
  if (cell === undefined || shard === undefined)
    throw new Refused(`${tenantId} has no place, so it cannot be moved from one`);
  return { cell, shard, tier };
};

export const told = ({ cell, shard, tier }: Whereabouts): string => `${cell}/${shard}, tier ${tier}`;

export const same = (one: Place, other: Place): boolean =>
  one.cell === other.cell && one.shard === other.shard;

type GoalSurroundings = Pick<Surroundings, 'registry' | 'platform' | 'stacks' | 'kind' | 'environment'>;

/**
 * What a request means for a tenant.
 *
 * @throws Refused when the tenant cannot be moved now, or is there already; LifecycleError when there is no such place
 */
export async function goalOf(
  item: TenantItem,
  request: MoveRequest,
  surroundings: GoalSurroundings,
): Promise<MoveGoal> {
  const { tenantId: id } = item;
  if (item.state !== 'active') {
    throw new Refused(`${id} is ${item.state}; only a tenant that is active can be moved`, [
      ...(item.state === 'suspended'
        ? [`${commandLine(`resume ${id}`, surroundings)}   makes it active again`]
        : []),
    ]);
  }
  if (item.legalHold) {
    throw new Refused(
      `nothing of ${id} may be deleted since ${item.legalHold.since} (${item.legalHold.by}), and a move deletes what it has copied`,
    );
  }
  const from = whereaboutsOf(item);
  if (Object.values(request).every((asked) => asked === undefined)) {
    throw new LifecycleError(`where is ${id} to be moved? It is in ${told(from)}`, [
      'say --tier, --shard or --cell, or several of them',
    ]);
  }
  const { place, why, counts } = await placeOf(id, from, request, surroundings);
  const to: Whereabouts = { ...place, tier: request.tier ?? from.tier };
  if (same(from, to) && from.tier === to.tier) throw new Refused(`${id} is there already: ${told(from)}`);
  return { from, to, copies: !same(from, to), why, counts: same(from, to) ? [] : counts };
}

interface Found {
  readonly place: Place;
  readonly why: readonly string[];
  readonly counts: readonly CountChange[];
}

async function placeOf(
  id: string,
  from: Whereabouts,
  request: MoveRequest,
  surroundings: GoalSurroundings,
): Promise<Found> {
  const tier = request.tier ?? from.tier;
  const cell = request.cell ?? from.cell;
  if (tier === 'enterprise') return dedicated(id, { ...request, cell }, surroundings);
  const stays = isPooled(from) && request.cell === undefined && request.shard === undefined;
  if (stays) {
    return {
      place: from,
      why: [`${from.cell}/${from.shard} stays its place: starter and professional share shards`],
      counts: [],
    };
  }
  const { place, limit, candidates } = await placePooled({
    ...{ platform: surroundings.platform(), registry: surroundings.registry },
    request: { id, tier, cell, ...(request.shard !== undefined && { shard: request.shard }) },
    ...(surroundings.kind === 'aws' && {
      contract: (each: Place) => surroundings.stacks.contract({ cell: each.cell, stack: each.shard }),
    }),
  });
  return { place, why: candidates.slice(0, 5).map(candidateText), counts: [{ place, by: 1, limit }] };
}

async function dedicated(
  id: string,
  { cell, shard }: { readonly cell: string; readonly shard?: string },
  { stacks, environment, kind }: Pick<Surroundings, 'stacks' | 'environment' | 'kind'>,
): Promise<Found> {
  const own = `tenant-${id}`;
  if (shard !== undefined && shard !== own)
    throw new LifecycleError(`a tenant of tier enterprise has a database of its own: ${own}, not ${shard}`);
  // Of a rehearsal nothing needs to be deployed.
  if (kind === 'aws' && (await stacks.contract({ cell, stack: own })) === undefined) {
    throw new LifecycleError(`${cell}-${own} is not deployed: there is no database to move ${id} to`, [
      `write config/environments/${environment}/tenants/${id}.yaml with tier enterprise and cell ${cell}, and commit it`,
      `npx bulkhead deploy --stacks ${cell}-${own}`,
      'release the services to it, so that its database has the schema; then run this command again',
    ]);
  }
  return { place: { cell, shard: own }, why: [`${cell}/${own} is the database of its own`], counts: [] };
}
