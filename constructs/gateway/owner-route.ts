import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart, type KubernetesObject } from '../core/chart';
import { type Owner, ownerName } from '../core/owner';
import { releaseName, releaseRoute, type Slice, SLICES } from '../core/releases';
import { bucketOf, IDENTITY_HEADERS } from '../core/tenant-token';
import type { Fleet } from '../core/workload-labels';
import { WORKLOAD_PORT } from '../core/workload-port';
import { bucketsBelow } from './buckets';
import { fleetHostname } from './fallback-route';
import { httpRoute, refusedFilter, refusedRule } from './routes';

export interface OwnerRouteProps {
  readonly owner: Owner;
  /** The cell's public zone, without a final dot. */
  readonly zoneName: string;
  /** Services that calls may reach, each by a path of its name. */
  readonly services: readonly string[];
  /** Tenants of the owner who get a release before the others, by rollouts of their own. @default - none, all are one */
  readonly early?: EarlyTenants;
}

/** Tenants of a pooled tier who get a release before the others. */
export interface EarlyTenants {
  /** Ids of those who get it first, at most 64: as many matches as a rule holds. */
  readonly internal: readonly string[];
  /** Those whose bucket is below this get it next, 1 to 128. */
  readonly canaryBuckets: number;
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
 * One route for each service and slice, for a route holds 16 rules and an owner may have more services; and by the route's name
 * the calls of a slice are counted. Of matches alike in path and method the one with more headers wins ("HTTPRouteRule",
 * `matches`, Gateway API reference): the canary's ask for one more than those of all tenants, the internal tenants' for two.
 */
export function ownerRoutes({
  owner,
  zoneName,
  services,
  early,
}: OwnerRouteProps): readonly KubernetesObject[] {
  const namespace = ownerName(owner);
  const fleet = fleetOf(owner);
  const hostnames = [hostnameOf(owner, zoneName)];
  const identity = identityOf(owner);
  const routes = services.flatMap((service) =>
    slicesOf(early).map((slice) =>
      httpRoute(fleet, { name: releaseRoute(service, slice), namespace }, hostnames, [
        {
          matches: tenantsOf(slice, early).map((tenants) => ({
            path: { type: 'PathPrefix', value: `/${service}` },
            headers: [{ type: 'Exact', ...identity }, ...tenants],
          })),
          backendRefs: [
            { group: '', kind: 'Service', name: releaseName(service, slice), port: WORKLOAD_PORT, weight: 1 },
          ],
        },
      ]),
    ),
  );
  if (owner.kind === 'tier') return routes;
  return [
    ...routes,
    httpRoute(fleet, { name: FALLBACK, namespace }, hostnames, [refusedRule(FALLBACK)]),
    refusedFilter(namespace, FALLBACK),
  ];
}

interface Header {
  readonly type: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

/** Slices that routes lead to. Of some tenants only where there are any. */
const slicesOf = (early: EarlyTenants | undefined): readonly Slice[] =>
  early ? SLICES.filter((slice) => slice !== 'internal' || early.internal.length > 0) : ['main'];

function tenantsOf(slice: Slice, early: EarlyTenants | undefined): readonly (readonly Header[])[] {
  if (slice === 'main' || early === undefined) return [[]];
  if (slice === 'internal') {
    return early.internal.map((tenant) => [
      { type: 'Exact', name: IDENTITY_HEADERS.tenant.header, value: tenant },
      // Says nothing new of the tenant, and wins over the canary's match where that has the tenant's bucket.
      { type: 'Exact', name: IDENTITY_HEADERS.bucket.header, value: String(bucketOf(tenant)) },
    ]);
  }
  return [
    [
      {
        type: 'RegularExpression',
        name: IDENTITY_HEADERS.bucket.header,
        value: bucketsBelow(early.canaryBuckets),
      },
    ],
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
