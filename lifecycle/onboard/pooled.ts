import type { TenantItem } from '../../constructs/registry/tenant-item';
import { API_SCOPES } from '../../constructs/core/tenant-token';
import { begin } from '../begin';
import { commandLine } from '../command-line';
import type { Emit } from '../events';
import { Refused } from '../mistake';
import { type Phase, perform, undo } from '../operation';
import { candidateText, type Placement, placePooled } from '../placement';
import { PlaceFull, VersionConflict } from '../registry';
import type { PooledRequest } from '../request';
import type { Surroundings } from '../surroundings';
import { requireServed } from './pooled-check';
import { askedFor, requireSame } from './same-request';

export interface PooledOnboardingProps {
  readonly request: PooledRequest;
  /** Idempotency key. @default `onboard-<id>` */
  readonly key?: string;
  readonly surroundings: Pick<
    Surroundings,
    'registry' | 'platform' | 'stacks' | 'caller' | 'now' | 'kind' | 'environment'
  >;
  readonly emit: Emit;
  /** Stops it before the next phase begins. @default - nobody stops it */
  readonly signal?: AbortSignal;
}

/** How often a place is looked for anew because others have filled it, or have changed the tenant, in the meantime. */
const TRIES = 5;

/** Names of phases: items in the registry hold them. */
const [PLACE, CHECK] = ['place', 'check'] as const;

/**
 * Onboards a pooled tenant: one transaction gives it a place, and it is served. Nothing is deployed, and the time does not depend
 * on how many tenants there are. Asked again with the same request and key, it finds what is done and does the rest.
 *
 * @returns the tenant's item
 * @throws LifecycleError when the request cannot be met; Refused when the id is another's
 */
export async function onboardPooled(props: PooledOnboardingProps): Promise<TenantItem> {
  for (let tries = 1; ; tries++) {
    try {
      return await onboarded(props);
    } catch (error) {
      const isRace = error instanceof PlaceFull || error instanceof VersionConflict;
      if (!isRace || tries === TRIES) throw error;
    }
  }
}

async function onboarded(props: PooledOnboardingProps): Promise<TenantItem> {
  const { request, surroundings, emit } = props;
  const there = await surroundings.registry.get(request.id);
  if (there === undefined || isUndone(there)) {
    return perform(operationOf(props), await placed(there, props));
  }
  requireSame(there, request, keyOf(props), surroundings);
  const { operation } = there;
  const goesOn = operation?.kind === 'onboard' && operation.outcome === undefined;
  return goesOn ? perform(operationOf(props), there) : tellDone(there, operationOf(props).phases, emit);
}

/**
 * Takes back an onboarding that has not ended: the tenant has no place then, and gets no tokens. The id stays its own, and can be
 * onboarded with another key.
 *
 * @throws Refused when there is none that could be undone
 */
export async function undoPooled(props: PooledOnboardingProps): Promise<TenantItem> {
  const { id } = props.request;
  const there = await props.surroundings.registry.get(id);
  if (there === undefined) throw new Refused(`there is no tenant ${id}, so there is nothing to undo`);
  const { operation } = there;
  if (operation?.kind === 'onboard' && operation.outcome === undefined)
    return undo(operationOf(props), there);
  throw new Refused(`the onboarding of ${id} has ended, and cannot be undone`, [
    `${commandLine(`offboard ${id}`, props.surroundings)}   takes leave of it: exports and deletes what it has`,
  ]);
}

const keyOf = ({ key, request }: PooledOnboardingProps): string => key ?? `onboard-${request.id}`;

/** Whether an item is what an onboarding that was undone has left. */
const isUndone = ({ operation, state }: TenantItem): boolean =>
  operation?.kind === 'onboard' && operation.outcome === 'undone' && state === 'requested';

/** Begins: the tenant has its place, and is served, by one transaction. */
async function placed(there: TenantItem | undefined, props: PooledOnboardingProps): Promise<TenantItem> {
  const { request, surroundings } = props;
  const { registry } = surroundings;
  const key = keyOf(props);
  if (there?.operation?.key === key) {
    throw new Refused(
      `the onboarding of ${request.id} with key ${key} was undone: who asks twice gets the same answer`,
      [`--key ${key}-2   begins another`],
    );
  }
  const platform = surroundings.platform();
  if (platform.tenants.some((tenant) => tenant.id === request.id)) {
    throw new Refused(
      `${request.id} is a dedicated tenant: it has a file in config/environments/${platform.environment}/tenants`,
      ['choose another id, or tier enterprise'],
    );
  }
  const placement = await placePooled({
    ...{ platform, registry, request },
    // Of a rehearsal nothing needs to be deployed.
    ...(surroundings.kind === 'aws' && {
      contract: ({ cell, shard }) => surroundings.stacks.contract({ cell, stack: shard }),
    }),
  });
  const { place, limit } = placement;
  const { id, tier, name, contact, rateLimitPerSecond, scopes = Object.values(API_SCOPES) } = request;
  return begin(there, {
    ...{ surroundings, kind: 'onboard', key, phase: PLACE },
    by: await surroundings.caller(),
    facts: { request: askedFor(request), why: whyText(placement) },
    now: surroundings.now(),
    attributes: {
      ...{ tenantId: id, tier, state: 'active', ...place, scopes: [...scopes] },
      ...{ name, contact, rateLimitPerSecond },
    },
    counts: [{ place, by: 1, limit }],
  });
}

/** Others that are told of one by one. */
const OTHERS = 5;

function whyText({ candidates }: Placement): string {
  const lines = candidates.slice(0, 1 + OTHERS).map(candidateText);
  const more = candidates.length - lines.length;
  return [...lines, ...(more > 0 ? [`${String(more)} more were not chosen`] : [])].join('\n');
}

function operationOf({ request: { id, tier }, surroundings, emit, signal }: PooledOnboardingProps) {
  const { registry } = surroundings;
  const phases: readonly Phase[] = [
    {
      name: PLACE,
      title: `gives ${id} a place`,
      // The beginning has done it.
      run: ({ facts, note }) => {
        note(facts['why'] ?? '');
        return Promise.resolve(undefined);
      },
      undo: async ({ item, change }) => {
        const { cell, shard } = item;
        if (cell === undefined || shard === undefined) return;
        await change({ state: 'requested', cell: undefined, shard: undefined }, [
          { place: { cell, shard }, by: -1 },
        ]);
      },
    },
    {
      name: CHECK,
      title: `checks what tokens of ${id} will say`,
      run: async ({ note }) => {
        for (const text of requireServed(await registry.get(id), surroundings)) note(text);
        return undefined;
      },
    },
  ];
  const again = [
    `the same command again   goes on`,
    `${commandLine(`onboard ${id} --tier ${tier} --undo`, surroundings)}   takes it back`,
  ];
  return {
    ...{ registry, kind: 'onboard' as const, phases, emit },
    now: () => surroundings.now(),
    ...(signal && { signal }),
    onFailure: (phase: string, item: TenantItem) => ({
      exists: [`${id} has a place: ${item.cell ?? ''}/${item.shard ?? ''}`],
      missing: phase === CHECK ? [`nobody knows whether ${id} is served`] : [],
      next: again,
    }),
  };
}

/** Tells of an onboarding that an earlier run has ended. */
function tellDone(item: TenantItem, phases: readonly Phase[], emit: Emit): TenantItem {
  const titles = phases.map(({ name, title }) => ({ name, title }));
  const { tenantId: tenant, operation } = item;
  const key = operation?.kind === 'onboard' ? operation.key : '';
  emit({ type: 'start', tenant, kind: 'onboard', key, phases: titles });
  for (const { name: phase, title } of titles) {
    emit({ type: 'phase_start', phase, title });
    emit({ type: 'phase_end', phase, seconds: 0, skipped: true });
  }
  emit({ type: 'end', outcome: 'done', seconds: 0 });
  return item;
}
