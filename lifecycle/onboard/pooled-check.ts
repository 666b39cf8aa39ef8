import { marshall } from '@aws-sdk/util-dynamodb';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { TENANT_ATTRIBUTE } from '../../constructs/core/tenant-token';
import { claimsOf } from '../../services/token-claims/claims';
import { readEntry } from '../../services/token-claims/entry';
import { Refusal } from '../../services/token-claims/refusal';
import { LifecycleError } from '../mistake';
import type { Surroundings } from '../surroundings';

/**
 * Reads an item as the cell's token function reads it, and makes the claims that a person of the tenant would get.
 *
 * @returns what the claims are, for people
 * @throws LifecycleError when there would be no token
 */
export function requireServed(
  item: TenantItem | undefined,
  surroundings: Pick<Surroundings, 'platform' | 'now'>,
): readonly string[] {
  if (item === undefined) throw new LifecycleError('the registry has lost the tenant');
  const { tenantId, cell: id } = item;
  const cell = surroundings.platform().cells.find((known) => known.id === id);
  if (cell === undefined)
    throw new LifecycleError(`${tenantId} is in cell ${id ?? 'none'}, which config does not have`);
  try {
    const entry = readEntry(marshall(item, { removeUndefinedValues: true }));
    const { accessTokenGeneration: token } = claimsOf(
      {
        ...{ version: '3', cause: 'person', userName: undefined, clientId: undefined, scopes: [] },
        attributes: { [TENANT_ATTRIBUTE]: tenantId },
      },
      entry,
      surroundings.now(),
      { cell: cell.id, refreshAfterMinutes: cell.identity.refreshAfterMinutes },
    );
    const claims = Object.entries(token.claimsToAddOrOverride).map(([claim, value]) => `${claim} ${value}`);
    return [`tokens: ${claims.join(', ')}; scopes ${entry.scopes.join(' ') || 'none'}`];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new LifecycleError(`${tenantId} would get no token: ${error.reason}`);
  }
}
