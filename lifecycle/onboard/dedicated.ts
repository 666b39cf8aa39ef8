import type { TenantItem } from '../../constructs/registry/tenant-item';
import { API_SCOPES } from '../../constructs/core/tenant-token';
import { begin } from '../begin';
import { commandLine } from '../command-line';
import type { Emit } from '../events';
import { Refused } from '../mistake';
import { type OperationProps, perform, type Phase, undo } from '../operation';
import { VersionConflict } from '../registry';
import type { DedicatedRequest } from '../request';
import type { StacksPlan, Surroundings } from '../surroundings';
import { dedicatedPlace } from '../surroundings/lookups';
import { failureOf } from './failure';
import { type OnboardingFacts, onboardingPhases, PHASES, type PhaseName } from './phases';
import { askedFor, requireSame } from './same-request';
import { validate } from './validate';

export interface DedicatedOnboardingProps {
  readonly request: DedicatedRequest;
  /** Idempotency key. @default `onboard-<id>` */
  readonly key?: string;
  readonly surroundings: Surroundings;
  readonly emit: Emit;
  /** Stops it before the next phase begins. @default - nobody stops it */
  readonly signal?: AbortSignal;
  /** Branch that the tenant's file is put on, and pushed. @default - the file stays in this checkout */
  readonly branch?: string;
  /** Last phase that is done now. @default - all are */
  readonly until?: PhaseName;
  /** Asks whether a plan may be applied. @throws Refused */
  readonly approve: (plan: StacksPlan, stack: string) => Promise<void>;
}

/** The key that is asked with. Who gives none goes on with what was begun without one, or begins anew after it was undone. */
function keyOf(
  { key, request }: Pick<DedicatedOnboardingProps, 'key' | 'request'>,
  there: TenantItem | undefined,
): string {
  const first = `onboard-${request.id}`;
  if (key !== undefined) return key;
  const { operation } = there ?? {};
  const [, number] = new RegExp(`^${first}(?:-(\\d+))?$`).exec(operation?.key ?? '') ?? [];
  if (operation?.kind !== 'onboard' || (number === undefined && operation.key !== first)) return first;
  return operation.outcome === 'undone' ? `${first}-${String(Number(number ?? 1) + 1)}` : operation.key;
}

/**
 * Onboards a dedicated tenant, phase by phase. Asked again with the same request and key, by whomever and wherever, it goes on
 * from what the registry says.
 *
 * @returns the tenant's item; its operation has ended, unless `until` has stopped it
 * @throws LifecycleError, ConfigError: the request cannot be met, and nothing was written
 * @throws Refused when the id is another's
 * @throws OperationFailed when a phase failed, of which the events have told all
 */
export async function onboardDedicated(props: DedicatedOnboardingProps): Promise<TenantItem> {
  const { request, surroundings, emit } = props;
  const { registry } = surroundings;
  const there = await registry.get(request.id);
  try {
    if (there === undefined || !isHandled(there)) {
      const begun = await recorded(there, props);
      return await perform(operationOf(props, begun), begun);
    }
    requireSame(there, request, keyOf(props, there), surroundings);
    if (isOver(there)) return tellDone(there, emit);
    return await perform(operationOf(props, there), there);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    return faster(props, await registry.get(request.id));
  }
}

/** What another run has made of the same onboarding, which was faster: it is left alone. @throws Refused if it goes on */
function faster(
  { surroundings, request, emit, key }: DedicatedOnboardingProps,
  now: TenantItem | undefined,
): TenantItem {
  const { operation } = now ?? {};
  if (now && operation?.outcome === 'done' && operation.key === (key ?? operation.key)) {
    return tellDone(now, emit);
  }
  throw new Refused(
    `another run of this onboarding is at work on ${request.id} (phase ${operation?.phase ?? 'unknown'}): this one leaves it alone`,
    [
      `${commandLine(`show ${request.id}`, surroundings)}   shows how far it is`,
      'the same command again   goes on, should the other have been stopped',
    ],
  );
}

/**
 * Takes back an onboarding that has not been deployed: its file goes, if it was made for it, and its place.
 *
 * @throws Refused when there is none that could be undone
 */
export async function undoDedicated(props: DedicatedOnboardingProps): Promise<TenantItem> {
  const { id } = props.request;
  const there = await props.surroundings.registry.get(id);
  if (there === undefined) throw new Refused(`there is no tenant ${id}, so there is nothing to undo`);
  const { operation } = there;
  if (operation?.kind === 'onboard' && operation.outcome === undefined) {
    return undo(operationOf(props, there), there);
  }
  throw new Refused(
    operation?.outcome === 'undone'
      ? `the onboarding of ${id} is undone already`
      : `the onboarding of ${id} has ended, and cannot be undone`,
    operation?.outcome === 'undone'
      ? []
      : [
          `${commandLine(`offboard ${id}`, props.surroundings)}   takes leave of it: exports and deletes what it has`,
        ],
  );
}

/** Whether an item is more than what an onboarding that was undone has left of it. */
const isHandled = ({ operation, state }: TenantItem): boolean =>
  !(operation?.kind === 'onboard' && operation.outcome === 'undone' && state === 'requested');

const isOver = ({ operation }: TenantItem): boolean =>
  operation?.kind !== 'onboard' || operation.outcome !== undefined;

/** Checks everything, and writes the row: from here on the id and the place are the tenant's. */
async function recorded(there: TenantItem | undefined, props: DedicatedOnboardingProps): Promise<TenantItem> {
  const { request, surroundings, branch } = props;
  const { tenant, text, isThere, why } = validate(request, surroundings);
  const place = { cell: tenant.cell, shard: dedicatedPlace(tenant.id) };
  const { id: tenantId, name, contact } = tenant;
  const facts: OnboardingFacts = {
    ...{ request: askedFor(request), why, text, file: isThere ? 'there' : 'made' },
    ...(branch !== undefined && { branch }),
  };
  const limit = surroundings.platform().tiers.enterprise.promises.rateLimitPerSecond;
  return begin(there, {
    ...{ surroundings, kind: 'onboard', key: keyOf(props, there), phase: PHASES[0] },
    by: await surroundings.caller(),
    facts: { ...facts },
    now: surroundings.now(),
    attributes: {
      ...{ tenantId, tier: 'enterprise', state: 'requested', ...place, name, contact },
      scopes: [...(request.scopes ?? Object.values(API_SCOPES))],
      // What the tier promises, nobody needs to write down.
      rateLimitPerSecond: tenant.rateLimitPerSecond === limit ? undefined : tenant.rateLimitPerSecond,
    },
    counts: [{ place, by: 1, limit: 1 }],
  });
}

function operationOf(props: DedicatedOnboardingProps, item: TenantItem): OperationProps {
  const { surroundings, emit, signal, approve, until, request } = props;
  const facts = item.operation?.facts as unknown as OnboardingFacts;
  const phases = onboardingPhases({ surroundings, tenantId: request.id, facts, approve });
  return {
    ...{ registry: surroundings.registry, kind: 'onboard', emit, phases: stopping(phases, until) },
    now: () => surroundings.now(),
    ...(signal && { signal }),
    onFailure: failureOf(phases, facts, surroundings),
  };
}

/** Phases after the last one that is wanted only say that they wait. */
function stopping(phases: readonly Phase[], until: PhaseName | undefined): readonly Phase[] {
  if (until === undefined) return phases;
  const last = PHASES.indexOf(until);
  return phases.map((phase) =>
    PHASES.indexOf(phase.name as PhaseName) <= last
      ? phase
      : {
          ...phase,
          run: () =>
            Promise.resolve({
              waits: {
                text: `stops before "${phase.name}", as --until ${until} says`,
                next: ['the same command without --until   goes on'],
              },
            }),
        },
  );
}

/** Tells of an onboarding that an earlier run has ended. */
function tellDone(item: TenantItem, emit: Emit): TenantItem {
  const { tenantId, operation } = item;
  emit({ type: 'start', tenant: tenantId, kind: 'onboard', key: operation?.key ?? '', phases: [] });
  emit({ type: 'end', outcome: 'done', seconds: 0 });
  return item;
}
