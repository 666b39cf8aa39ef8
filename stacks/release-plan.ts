import { didYouMean } from '../config/loader/suggest';
import type { Platform } from '../config/platform';
import { ValidationError } from '../constructs/core/validation';
import {
  PLAN_TIERS,
  type PlanTenant,
  planRelease,
  type ReleasePlan,
} from '../constructs/delivery/release-plan';
import { shardsOf } from './shards';

/**
 * The path of a service's releases through a platform. A tenant that leaves gets none.
 *
 * @param platform with all its tenants: a plan of some reaches only them
 * @throws ValidationError if the platform does not deliver the service
 */
export function releasePlanOf(platform: Platform, service: string): ReleasePlan {
  const { services, ...delivery } = platform.delivery;
  const settings = services[service];
  if (settings === undefined)
    throw new ValidationError(
      `no service "${service}" is delivered${didYouMean(service, Object.keys(services))}`,
    );
  return planRelease({
    service,
    schema: settings.schema,
    cells: platform.cells.map((cell) => ({
      id: cell.id,
      shards: shardsOf(platform, cell).map(({ id }) => `shard-${id}`),
    })),
    tiers: PLAN_TIERS.filter((tier) => platform.tiers[tier].services.includes(service)),
    tenants: platform.tenants.filter(({ lifecycle }) => lifecycle === 'active').map(planTenant),
    internalTenants: delivery.internalTenants,
    canaryPercent: delivery.canaryPercent,
    cellsPerWave: delivery.cellsPerWave,
    tenantsPerWave: delivery.tenantsPerWave,
    soakMinutes: delivery.soakMinutes,
    contractAfterDays: delivery.contractAfterDays,
  });
}

/** The paths of all services that the platform delivers, by name. */
export const releasePlansOf = (platform: Platform): readonly ReleasePlan[] =>
  Object.keys(platform.delivery.services)
    .sort()
    .map((service) => releasePlanOf(platform, service));

const planTenant = ({ id, cell, maintenanceWindow }: Platform['tenants'][number]): PlanTenant => ({
  ...{ id, cell },
  ...(maintenanceWindow && { maintenanceWindow }),
});
