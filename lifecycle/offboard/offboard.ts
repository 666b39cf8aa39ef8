import { existsSync } from 'node:fs';
import { TENANT_STATES, type TenantItem } from '../../constructs/registry/tenant-item';
import { begin } from '../begin';
import { commandLine } from '../command-line';
import type { Emit } from '../events';
import { LifecycleError, Refused } from '../mistake';
import { perform, undo } from '../operation';
import type { Surroundings } from '../surroundings';
import { FIRST_PHASE, failureOf, offboardingPhases } from './phases';
import { belongingsOf, Leaving, type LeavingFacts, placeOfExports, type Wishes } from './leaving';

export interface OffboardProps extends Wishes {
  readonly surroundings: Surroundings;
  readonly tenantId: string;
  readonly emit: Emit;
  /** Idempotency key. @default - the key of the offboarding that goes on, else a new one */
  readonly key?: string;
  /** Folder, or URL of a bucket, for the export. @default - what config says; in a rehearsal a folder of its own */
  readonly exportTo?: string;
  /** Whether to bring the tenant back instead. @default false */
  readonly isUndo?: boolean;
  /** Stops it between two phases. @default - nobody does */
  readonly signal?: AbortSignal;
}

/**
 * Takes leave of a tenant, or goes on with it: as far as it goes today, for the data stays for a while and two people must agree
 * before it is destroyed.
 *
 * @returns the item: its operation has ended, or waits
 * @throws LifecycleError, OperationFailed, VersionConflict
 */
export async function offboard(props: OffboardProps): Promise<TenantItem> {
  const { surroundings, tenantId, isUndo = false } = props;
  const leaving = new Leaving(surroundings, tenantId, props);
  const item = await surroundings.registry.get(tenantId);
  if (!item) throw new LifecycleError(`${tenantId} is no tenant of the registry`, hintsOfNobody(leaving));
  const isGoingOn = item.operation?.kind === 'offboard' && item.operation.outcome === undefined;
  if (!isGoingOn) {
    if (isUndo) throw new Refused(`no offboarding of ${tenantId} goes on, so there is none to undo`);
    if (item.state === 'offboarded') return item;
  }
  refuseMisplaced(leaving, item, props);
  const begun = isGoingOn ? sameOperation(item, props) : await beginning(leaving, item, props);
  const { emit, signal } = props;
  const operation = {
    ...{ registry: surroundings.registry, kind: 'offboard' as const, emit },
    phases: offboardingPhases(leaving, belongingsOf(begun.operation?.facts ?? {})),
    now: () => surroundings.now(),
    onFailure: failureOf(leaving),
    ...(signal && { signal }),
  };
  return isUndo ? undo(operation, begun) : perform(operation, begun);
}

async function beginning(leaving: Leaving, item: TenantItem, props: OffboardProps): Promise<TenantItem> {
  const { surroundings, tenantId } = leaving;
  const { cell, shard, state } = item;
  const hasEnded = item.operation === undefined || item.operation.outcome !== undefined;
  // What has not ended is told by `begin`, with its phase.
  if (hasEnded && !(TENANT_STATES[state] as readonly string[]).includes('offboarding')) {
    throw new Refused(`${tenantId} is ${state}: it cannot leave now`);
  }
  const exportTo = placeOfExports(surroundings, props.exportTo);
  if (hasEnded) {
    await props.agree(
      `Suspend ${tenantId}${item.name === undefined ? '' : ` (${item.name})`} at once and export its data to ${exportTo}`,
    );
  }
  const now = surroundings.now();
  return begin(item, {
    surroundings,
    kind: 'offboard',
    key:
      props.key ??
      `offboard-${tenantId}-${new Date(now)
        .toISOString()
        .replace(/[-:]|\.\d+/g, '')
        .toLowerCase()}`,
    by: await surroundings.caller(),
    phase: FIRST_PHASE,
    facts: {
      stateBefore: state,
      exportTo,
      ...(cell !== undefined && shard !== undefined && { cell, shard }),
    },
    now,
    // Tokens are given in other states only.
    attributes: { state: 'offboarding' },
  });
}

/** @throws Refused when the command says something else than the operation that goes on */
function sameOperation(item: TenantItem, { key, exportTo, surroundings }: OffboardProps): TenantItem {
  const { operation } = item;
  const facts = (operation?.facts ?? {}) as LeavingFacts;
  if (key !== undefined && key !== operation?.key) {
    throw new Refused(`the offboarding of ${item.tenantId} that goes on has the key ${operation?.key ?? ''}`);
  }
  if (exportTo !== undefined && placeOfExports(surroundings, exportTo) !== facts.exportTo) {
    throw new Refused(
      `the offboarding of ${item.tenantId} exports to ${facts.exportTo ?? ''} since it began`,
      ['leave --export-to out, or undo it and begin again'],
    );
  }
  return item;
}

/** Options that only make sense when people are asked to confirm, and a file that is gone. */
function refuseMisplaced(
  leaving: Leaving,
  item: TenantItem,
  { isUndo, confirm, exportAgain, skipHold }: OffboardProps,
): void {
  if (skipHold === true && leaving.surroundings.kind !== 'rehearsal') {
    throw new Refused('--skip-hold is for rehearsals: elsewhere time must pass');
  }
  const { operation } = item;
  const phase =
    operation?.kind === 'offboard' && operation.outcome === undefined ? operation.phase : undefined;
  if (exportAgain === true && phase !== 'confirm') {
    throw new Refused(
      `--export-again is for an export that is being confirmed; ${leaving.tenantId} is not there`,
      [`${leaving.command()}   says where it is`],
    );
  }
  if (confirm && phase === undefined) {
    throw new Refused(`nothing of ${leaving.tenantId} is there to confirm: no offboarding goes on`, [
      `${leaving.command()}   begins one`,
    ]);
  }
  const isGone = phase === 'destroy' || phase === 'retire' || phase === 'record';
  if (isUndo === true || isGone || belongingsOf(item) !== 'stack' || existsSync(leaving.file)) return;
  throw new LifecycleError(
    `${leaving.file} is gone, and ${leaving.tenantId} is ${item.state} in ${item.cell ?? ''}/${item.shard ?? ''}: nothing was deleted, for a file that disappears deletes nothing`,
    [
      `bring it back: git log --oneline -1 -- ${leaving.file}   names the commit that took it away`,
      `then ${leaving.command()}   if the tenant is to leave`,
    ],
  );
}

function hintsOfNobody(leaving: Leaving): readonly string[] {
  const { file, surroundings, tenantId } = leaving;
  if (!existsSync(file)) return [`${commandLine('list', surroundings)}   says who there is`];
  return [
    `${file} is there: a tenant that was never onboarded by the command gets its row by`,
    `${commandLine(`onboard ${tenantId} --tier enterprise`, surroundings)}   which uses the file as it is`,
  ];
}
