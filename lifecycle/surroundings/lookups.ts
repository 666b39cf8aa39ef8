import type { Cell, Platform } from '../../config/platform';
import type { TenantItem } from '../../constructs/registry/tenant-item';
import { LifecycleError } from '../mistake';
import type { Place, Registry } from '../registry';
import type { Stacks } from '../surroundings';

/** Kind of the stack of a dedicated tenant, and so the name of its place: `tenant-acme`. A public contract (`stacks/tenant.ts`). */
export const dedicatedPlace = (tenantId: string): string => `tenant-${tenantId}`;

/** @throws LifecycleError when there is no such cell */
export function cellOf({ cells }: Platform, id: string): Cell {
  const cell = cells.find((one) => one.id === id);
  if (cell) return cell;
  throw new LifecycleError(
    `there is no cell ${id} in platform.yaml; there are: ${cells.map((one) => one.id).join(', ')}`,
  );
}

/** @throws LifecycleError when there is no such tenant */
export async function tenantItem(registry: Registry, tenantId: string): Promise<TenantItem> {
  const item = await registry.get(tenantId);
  if (item) return item;
  throw new LifecycleError(`the registry has no tenant ${tenantId}`);
}

/** What the stack of a dedicated tenant publishes: `tenantContract` of `stacks/contracts.ts`, as far as it is read here. */
export interface TenantContract {
  readonly hostname: string;
  readonly namespace: string;
  readonly databaseEndpoint: string;
  readonly databaseName: string;
  readonly machineClientId: string;
  readonly machineSecretName: string;
  readonly rateLimitPerSecond: string;
}

const FIELDS: readonly (keyof TenantContract)[] = [
  'hostname',
  'namespace',
  'databaseEndpoint',
  'databaseName',
  'machineClientId',
  'machineSecretName',
  'rateLimitPerSecond',
];

/** @throws LifecycleError when the tenant's stack is not deployed, or says too little */
export async function dedicatedContract(
  stacks: Pick<Stacks, 'contract'>,
  tenantId: string,
  { cell }: Pick<Place, 'cell'>,
): Promise<TenantContract> {
  const stack = dedicatedPlace(tenantId);
  const contract = await stacks.contract({ cell, stack });
  if (!contract) {
    // Whoever asks says how to go on.
    throw new LifecycleError(`${cell}-${stack} is not deployed: it has published nothing`);
  }
  const missing = FIELDS.filter((field) => (contract[field] ?? '') === '');
  if (missing.length > 0) {
    throw new LifecycleError(
      `the contract of ${cell}-${stack} lacks ${missing.join(', ')}: deploy the stack again`,
    );
  }
  return contract as unknown as TenantContract;
}
