import { TENANT_STATES, type TenantItem, type TenantState } from '../constructs/registry/tenant-item';
import { knownTenant } from './known';
import { Refused } from './mistake';
import { VersionConflict } from './registry';
import type { Surroundings } from './surroundings';

/** How often an item is read anew because somebody else has changed it. */
const TRIES = 5;

export interface StateChange {
  readonly surroundings: Pick<Surroundings, 'registry' | 'now' | 'environment' | 'kind'>;
  readonly tenantId: string;
  readonly to: TenantState;
  /** States that this command takes a tenant from: others may lead there too, by other commands. */
  readonly from: readonly TenantState[];
  /** What to do instead, for a state that it does not take a tenant from. */
  readonly instead: (item: TenantItem) => readonly string[];
}

/**
 * Puts a tenant into a state, unless it is in it already.
 *
 * @returns the item, and whether it was changed
 * @throws LifecycleError when there is no such tenant; Refused when its state does not allow it
 */
export async function changeState(
  change: StateChange,
): Promise<{ readonly item: TenantItem; readonly changed: boolean }> {
  const { surroundings, tenantId, to } = change;
  const { registry, now } = surroundings;
  for (let tries = 1; ; tries++) {
    const item = await knownTenant(tenantId, surroundings);
    if (item.state === to) return { item, changed: false };
    requireAllowed(item, change);
    const next: TenantItem = {
      ...item,
      state: to,
      version: item.version + 1,
      updatedAt: new Date(now()).toISOString(),
    };
    try {
      return { item: await registry.write({ item: next, expected: item.version }), changed: true };
    } catch (error) {
      if (!(error instanceof VersionConflict) || tries === TRIES) throw error;
    }
  }
}

function requireAllowed(item: TenantItem, { tenantId, to, from, instead }: StateChange): void {
  const allowed: readonly TenantState[] = TENANT_STATES[item.state];
  if (from.includes(item.state) && allowed.includes(to)) return;
  const list = allowed.length === 0 ? 'nothing' : allowed.join(', ');
  throw new Refused(
    `${tenantId} is ${item.state}, and so cannot become ${to} now: after ${item.state} comes ${list}`,
    instead(item),
  );
}
