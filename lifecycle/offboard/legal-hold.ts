import type { TenantItem } from '../../constructs/registry/tenant-item';
import { commandLine } from '../command-line';
import { LifecycleError } from '../mistake';
import type { Surroundings } from '../surroundings';

/**
 * Forbids, or allows again, that anything of a tenant's is deleted. An offboarding goes on until it would delete something, and
 * waits there; one that is deleting rows stops before the next table.
 *
 * @returns the item, and whether anything was changed
 * @throws LifecycleError when there is no such tenant
 * @throws VersionConflict when somebody else changed it at the same time
 */
export async function setLegalHold(
  surroundings: Pick<Surroundings, 'registry' | 'caller' | 'now' | 'environment' | 'kind'>,
  tenantId: string,
  isOn: boolean,
): Promise<{ readonly item: TenantItem; readonly isChanged: boolean }> {
  const { registry } = surroundings;
  const item = await registry.get(tenantId);
  if (!item) {
    throw new LifecycleError(`${tenantId} is no tenant of the registry`, [
      `${commandLine('list', surroundings)}   says who there is`,
    ]);
  }
  const { legalHold, ...rest } = item;
  if (isOn === (legalHold !== undefined)) return { item, isChanged: false };
  const at = new Date(surroundings.now()).toISOString();
  const written = await registry.write({
    item: {
      ...rest,
      ...(isOn && { legalHold: { by: await surroundings.caller(), since: at } }),
      version: item.version + 1,
      updatedAt: at,
    },
    expected: item.version,
  });
  return { item: written, isChanged: true };
}
