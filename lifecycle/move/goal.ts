import { ENVIRONMENTS_FOLDER, tenantFileOf } from '../../config/load';
import type { Platform } from '../../config/platform';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { zoneNameOf } from '../../stacks/names';
import { commandLine, deployLine } from '../command-line';
import { isSynthetic } from '../disagreements';
import { LifecycleError, Refused } from '../mistake';
import { candidateText, closedTo, placePooled } from '../placement';
import type { CountChange, Place } from '../registry';
import type { Surroundings } from '../surroundings';
import { cellOf, dedicatedPlace } from '../surroundings/lookups';

/** What is asked: at least one of these. */
export interface MoveRequest {
  readonly tier?: TenantItem['tier'];
  readonly shard?: string;
  readonly cell?: string;
}

/** Where a tenant is, or is to be, and as what. */
export interface Whereabouts extends Place {
  readonly tier: TenantItem['tier'];
  /** Calls per second that its tokens name. @default - what the tier promises */
  readonly rateLimitPerSecond?: number | undefined;
}

export interface MoveGoal {
  readonly from: Whereabouts;
  readonly to: Whereabouts;
  /** Whether rows move. Where the place stays, a row of the registry says it all. */
  readonly copies: boolean;
  /** Why this place, and what the move leaves to people, in lines for them. */
  readonly why: readonly string[];
  /** What is reserved. */
  readonly counts: readonly CountChange[];
}

/** Whether a place is a shard: those are counted, a database of one tenant only if whoever onboarded it has. */
export const isPooled = ({ shard }: Place): boolean => shard.startsWith('data-shard-');

export const whereaboutsOf = ({
  tenantId,
  cell,
  shard,
  tier,
  rateLimitPerSecond,
}: TenantItem): Whereabouts => {
  if (cell === undefined || shard === undefined)
    throw new Refused(`${tenantId} has no place, so it cannot be moved from one`);
  return { cell, shard, tier, rateLimitPerSecond };
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
  if (isSynthetic(item)) {
    throw new Refused(
      `${id} is the platform's own, for trying out releases in its place: it is in no count, and stays`,
    );
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
  const platform = surroundings.platform();
  const tier = request.tier ?? from.tier;
  const to: Whereabouts = { ...place, tier, rateLimitPerSecond: rateLimitIn(platform, id, from, tier) };
  if (same(from, to) && from.tier === to.tier) throw new Refused(`${id} is there already: ${told(from)}`);
  if (same(from, to)) return { from, to, copies: false, why, counts: [] };
  await requireCounted(id, from, surroundings);
  return { from, to, copies: true, why: [...why, ...leftToPeople(platform, id, from, to)], counts };
}

/**
 * Calls per second of a tenant in another tier, as an onboarding would write them: of a dedicated tenant its file says, and what
 * was promised to one is nothing that a pool could bear.
 */
function rateLimitIn(
  { tenants, tiers }: Platform,
  id: string,
  from: Whereabouts,
  tier: TenantItem['tier'],
): number | undefined {
  if (tier !== 'enterprise') return from.tier === 'enterprise' ? undefined : from.rateLimitPerSecond;
  const limit = tenants.find((tenant) => tenant.id === id)?.rateLimitPerSecond;
  return limit === tiers.enterprise.promises.rateLimitPerSecond ? undefined : limit;
}

/**
 * At the end one tenant less is counted in a shard. Where none is counted, that would fail when all is moved, and counting anew
 * waits for moves to end.
 *
 * @throws Refused
 */
async function requireCounted(
  id: string,
  from: Whereabouts,
  surroundings: Pick<Surroundings, 'registry' | 'environment' | 'kind'>,
): Promise<void> {
  if (!isPooled(from)) return;
  const [count] = await surroundings.registry.counts([from]);
  if ((count?.tenants ?? 0) > 0) return;
  throw new Refused(
    `the registry counts no tenant in ${from.cell}/${from.shard}, though ${id} is there: items there were written without counting`,
    [`${commandLine('recount', surroundings)}   counts anew; then run this command again`],
  );
}

/** What does not come along: whoever calls would notice it only when the old tokens have ended. */
function leftToPeople(platform: Platform, id: string, from: Whereabouts, to: Whereabouts): readonly string[] {
  const [old, other] = [from, to].map((at) => hostOf(platform, id, at));
  return [
    ...(old === other
      ? []
      : [`from the switch on, calls go to ${other ?? ''} and no longer to ${old ?? ''}`]),
    ...(from.cell === to.cell
      ? []
      : [`from then on tokens come from ${to.cell}: its people must be users of that cell's pool before`]),
    ...(from.tier === 'enterprise' && to.tier !== 'enterprise'
      ? [
          `machines of ${id} and its own identity provider get no tokens in tier ${to.tier}: its people must be users of the cell's pool before`,
        ]
      : []),
  ];
}

/** Where gateways take calls of a tenant: services/authorizer/decide.ts. */
const hostOf = (platform: Platform, id: string, { cell, tier }: Whereabouts): string =>
  `${tier === 'enterprise' ? id : 'shared'}.${zoneNameOf(platform, { id: cell })}`;

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
  if (isPooled(from) && same(from, { cell, shard: request.shard ?? from.shard })) {
    const closed = tier === from.tier ? undefined : closedTo(cellOf(surroundings.platform(), cell), tier);
    if (closed !== undefined) throw new LifecycleError(`${cell} ${closed}`);
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

/** The database of a tenant's own. Its file is what builds it, and what every later operation goes by. */
async function dedicated(
  id: string,
  { cell, shard }: { readonly cell: string; readonly shard?: string },
  surroundings: GoalSurroundings,
): Promise<Found> {
  const { stacks, environment, kind } = surroundings;
  const own = dedicatedPlace(id);
  if (shard !== undefined && shard !== own)
    throw new LifecycleError(`a tenant of tier enterprise has a database of its own: ${own}, not ${shard}`);
  const file = `${ENVIRONMENTS_FOLDER}/${tenantFileOf(environment, id)}`;
  const tenant = surroundings.platform().tenants.find((one) => one.id === id);
  const deploy = [
    deployLine(`${cell}-${own}`, environment),
    'release the services to it, so that its database has the schema; then run this command again',
  ];
  if (tenant?.cell !== cell) {
    throw new LifecycleError(
      tenant === undefined
        ? `${id} has no file, so no database of its own is built that it could be moved to`
        : `the file of ${id} says cell ${tenant.cell}: in ${cell} no database of its own is built`,
      [
        `write ${file} with tier enterprise and cell ${cell}, and commit it`,
        ...deploy,
        ...(tenant === undefined ? [] : [`or move it to where its file says: --cell ${tenant.cell}`]),
      ],
    );
  }
  if (tenant.lifecycle === 'offboarding') {
    throw new Refused(`${file} says lifecycle: offboarding, so nothing protects the database of ${id}`, [
      'take that out of the file, and commit it',
      ...deploy,
    ]);
  }
  // Of a rehearsal nothing needs to be deployed.
  if (kind === 'aws' && (await stacks.contract({ cell, stack: own })) === undefined)
    throw new LifecycleError(`${cell}-${own} is not deployed: there is no database to move ${id} to`, deploy);
  return { place: { cell, shard: own }, why: [`${cell}/${own} is the database of its own`], counts: [] };
}
