import type { KubernetesObject } from '../../constructs/core/chart';
import { fleetObjects, type GatewayFleetProps } from '../../constructs/gateway/fleet';
import type { Fleet } from '../../constructs/core/workload-labels';
import type { SentObject } from '../support/kubernetes-objects';

export const ZONE = 'use1a.bulkhead.example';

/** What a fleet is told in these tests. */
export const fleetProps = (fleet: Fleet = 'shared'): GatewayFleetProps => ({
  fleet,
  cell: 'use1a',
  zoneName: ZONE,
  tiers:
    fleet === 'shared'
      ? [
          { tier: 'starter', requestsPerSecond: 10, netPerSecond: 2000 },
          { tier: 'professional', requestsPerSecond: 50, netPerSecond: 2000 },
        ]
      : [{ tier: 'enterprise', requestsPerSecond: 500, netPerSecond: 5000 }],
  tokens: {
    issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool',
    jwksUri: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool/.well-known/jwks.json',
  },
  proxies: { min: 3, max: 12 },
  latencyObjectives: fleet === 'shared' ? [800, 400] : [250],
  maxRequestKiB: 1024,
  requestTimeoutSeconds: 30,
  dependsOn: [],
});

/** The one object of a kind among those of a fleet. */
export function only(
  kind: string,
  objects: readonly KubernetesObject[] = fleetObjects(fleetProps()),
): SentObject {
  const found = objects.filter((object) => object.kind === kind);
  const [first] = found;
  if (found.length !== 1 || first === undefined) throw new Error(`${found.length} of kind ${kind}`);
  return first as SentObject;
}
