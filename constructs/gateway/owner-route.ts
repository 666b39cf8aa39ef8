import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart, type KubernetesObject } from '../core/chart';
import { type Owner, ownerName } from '../core/owner';
import { IDENTITY_HEADERS } from '../core/tenant-token';
import type { Fleet } from '../core/workload-labels';
import { WORKLOAD_PORT } from '../core/workload-port';
import { fleetHostname } from './fallback-route';
import { httpRoute, refusedFilter, refusedRule } from './routes';

export interface OwnerRouteProps {
  readonly owner: Owner;
  /** The cell's public zone, without a final dot. */
  readonly zoneName: string;
  /** Services that calls may reach, each by a path of its name. */
  readonly services: readonly string[];
}

/** Name of the route, and of its answer, for calls that no service of an owner takes. */
const FALLBACK = 'fallback';

/** Fleet that serves an owner. */
export const fleetOf = ({ kind }: Owner): Fleet => (kind === 'tier' ? 'shared' : 'enterprise');

/** Host name of an owner: the fleet's for pooled tiers, a dedicated tenant's own. */
export const hostnameOf = (owner: Owner, zoneName: string): string =>
  owner.kind === 'tier' ? fleetHostname('shared', zoneName) : `${owner.tenantId}.${zoneName}`;

/** Header, and its value, without which no call reaches an owner's services: what the token must have said. */
export const identityOf = (owner: Owner): { readonly name: string; readonly value: string } =>
  owner.kind === 'tier'
    ? { name: IDENTITY_HEADERS.tier.header, value: owner.tier }
    : { name: IDENTITY_HEADERS.tenant.header, value: owner.tenantId };

/**
 * Routes of an owner: `/<service>` on its host leads to the service, for callers whose verified token names the owner. On a
 * host of its own an owner says as well what all others get; for the shared host the fleet does.
 *
 * One route for each service, for a route holds 16 rules and an owner may have more services.
 */
export function ownerRoutes({ owner, zoneName, services }: OwnerRouteProps): readonly KubernetesObject[] {
  const namespace = ownerName(owner);
  const fleet = fleetOf(owner);
  const hostnames = [hostnameOf(owner, zoneName)];
  const identity = identityOf(owner);
  const routes = services.map((service) =>
    httpRoute(fleet, { name: `service-${service}`, namespace }, hostnames, [
      {
        matches: [
          {
            path: { type: 'PathPrefix', value: `/${service}` },
            headers: [{ type: 'Exact', ...identity }],
          },
        ],
        backendRefs: [{ group: '', kind: 'Service', name: service, port: WORKLOAD_PORT, weight: 1 }],
      },
    ]),
  );
  if (owner.kind === 'tier') return routes;
  return [
    ...routes,
    httpRoute(fleet, { name: FALLBACK, namespace }, hostnames, [refusedRule(FALLBACK)]),
    refusedFilter(namespace, FALLBACK),
  ];
}

export interface OwnerRoutesProps extends OwnerRouteProps {
  /** What must be there before: the owner's namespace. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** The {@link ownerRoutes} of an owner, in its namespace. An owner without services may have none. */
export class OwnerRoutes extends Construct {
  /** Host name under which the owner's services are called. */
  public readonly hostname: string;

  public constructor(scope: Construct, id: string, props: OwnerRoutesProps) {
    super(scope, id);
    this.hostname = hostnameOf(props.owner, props.zoneName);
    const objects = ownerRoutes(props);
    if (objects.length === 0) return;
    new GeneratedChart(this, 'Resources', {
      name: 'routes',
      namespace: ownerName(props.owner),
      objects,
      dependsOn: props.dependsOn,
    });
  }
}
