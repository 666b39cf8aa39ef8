import type { TenantItem, TenantOperation } from '../constructs/registry/tenant-item';
import { LifecycleError } from './mistake';
import type { ItemChange } from './operation';
import { commandLine } from './command-line';
import type { Change } from './registry';
import type { Surroundings } from './surroundings';

export interface BeginProps {
  readonly surroundings: Pick<Surroundings, 'registry' | 'environment' | 'kind'>;
  readonly kind: TenantOperation['kind'];
  /** Idempotency key. */
  readonly key: string;
  /** Who asks. */
  readonly by: string;
  /** Name of the operation's first phase. */
  readonly phase: string;
  readonly facts?: TenantOperation['facts'];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What else changes as the operation begins. Of a tenant that is not there yet, all that an item must have. */
  readonly attributes?: ItemChange;
  readonly counts?: Change['counts'];
}

/**
 * Writes the beginning of an operation into the tenant's item, or finds that it has begun: whoever asks with the key of the
 * last operation gets that one, ended or not, and nothing is written.
 *
 * @param item as it was read; undefined if there is none
 * @throws LifecycleError when another operation of the tenant has not ended
 * @throws VersionConflict when somebody else was faster: read the item again and begin again
 */
export async function begin(item: TenantItem | undefined, props: BeginProps): Promise<TenantItem> {
  const { surroundings, kind, key, by, phase, facts = {}, attributes, counts } = props;
  const last = item?.operation;
  if (item && last?.kind === kind && last.key === key) return item;
  if (item && last && last.outcome === undefined) {
    throw new LifecycleError(
      `${item.tenantId}: an operation has not ended: ${last.kind} ${last.key}, in phase ${last.phase} since ${last.updatedAt}, begun by ${last.by}`,
      [`end it first: ${commandLine(`show ${item.tenantId}`, surroundings)}   says how`],
    );
  }
  const at = new Date(props.now).toISOString();
  const operation: TenantOperation = { kind, key, phase, by, facts, startedAt: at, updatedAt: at };
  const written = { createdAt: at, ...item, ...attributes, operation, updatedAt: at };
  const present = Object.entries(written).filter(([, value]) => value !== undefined);
  return surroundings.registry.write({
    item: { ...(Object.fromEntries(present) as unknown as TenantItem), version: (item?.version ?? 0) + 1 },
    ...(item && { expected: item.version }),
    ...(counts && { counts }),
  });
}
