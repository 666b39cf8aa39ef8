import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart, type KubernetesObject } from '../core/chart';
import { type Rule, outside, validateProps } from '../core/validation';
import { type Fleet, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { backendTrafficPolicy, type FleetTier } from './backend-traffic-policy';
import { clientTrafficPolicy } from './client-traffic-policy';
import { envoyProxy } from './envoy-proxy';
import { fallbackRoutes } from './fallback-route';
import { gateway, gatewayClass } from './gateway';
import { securityPolicy } from './security-policy';

export type { FleetTier } from './backend-traffic-policy';

export interface GatewayFleetProps {
  readonly fleet: Fleet;

  /** Id of the cell. */
  readonly cell: string;

  /** The cell's public zone, without a final dot. */
  readonly zoneName: string;

  /** Tiers whose tenants the fleet serves; tokens of others are refused. At least one. */
  readonly tiers: readonly FleetTier[];

  /** Who signs tokens, and where the public keys are. A copy of them must be in the config map of `JWKS_MIRROR`. */
  readonly tokens: { readonly issuer: string; readonly jwksUri: string };

  /** Fewest and most proxies. */
  readonly proxies: { readonly min: number; readonly max: number };

  /** Latency objectives of the tiers, in milliseconds: what proxies measure tells whether they are kept. */
  readonly latencyObjectives: readonly number[];

  /** Largest request body, in KiB. */
  readonly maxRequestKiB: number;

  /** Longest that a call may take, all tries together, in seconds. */
  readonly requestTimeoutSeconds: number;

  /**
   * What must be there before: the control plane with rate limits switched on, the authorizer's Service, the config map with
   * keys. A policy that finds one of them missing answers every call with 500.
   */
  readonly dependsOn: readonly ITerraformDependable[];
}

const RULES: readonly Rule<GatewayFleetProps>[] = [
  { fails: ({ tiers }) => tiers.length === 0, message: () => 'tiers must not be empty' },
  {
    fails: ({ proxies }) => !(proxies.min >= 2 && proxies.min <= proxies.max),
    message: ({ proxies }) =>
      `proxies.min must be at least 2 and at most proxies.max, got ${proxies.min} and ${proxies.max}`,
  },
  {
    fails: ({ tiers }) => tiers.some((tier) => outside(tier.requestsPerSecond, 1, tier.netPerSecond)),
    message: ({ tiers }) =>
      `requestsPerSecond must be between 1 and netPerSecond, got ${tiers
        .map(({ tier, requestsPerSecond, netPerSecond }) => `${tier} ${requestsPerSecond} of ${netPerSecond}`)
        .join(', ')}`,
  },
  {
    fails: ({ latencyObjectives }) => !latencyObjectives.every((objective) => objective > 0),
    message: ({ latencyObjectives }) =>
      `latencyObjectives must be above 0, got ${latencyObjectives.join(', ')}`,
  },
  {
    fails: ({ maxRequestKiB }) => outside(maxRequestKiB, 1, 10_240),
    message: ({ maxRequestKiB }) => `maxRequestKiB must be between 1 and 10240, got ${maxRequestKiB}`,
  },
  {
    fails: ({ requestTimeoutSeconds }) => outside(requestTimeoutSeconds, 1, 3600),
    message: ({ requestTimeoutSeconds }) =>
      `requestTimeoutSeconds must be between 1 and 3600, got ${requestTimeoutSeconds}`,
  },
];

/** Everything that makes a fleet, as Envoy Gateway reads it. */
export const fleetObjects = (props: Omit<GatewayFleetProps, 'dependsOn'>): readonly KubernetesObject[] => [
  gatewayClass(props.fleet),
  envoyProxy(props),
  gateway(props.fleet),
  clientTrafficPolicy(props),
  securityPolicy({ ...props, tiers: props.tiers.map(({ tier }) => tier) }),
  backendTrafficPolicy(props),
  ...fallbackRoutes(props.fleet, props.zoneName),
];

/**
 * A fleet of gateway proxies: what they are, what they listen to, whom they let in, how much, and what they answer when no
 * owner's route takes a call. Owners bring their routes themselves.
 */
export class GatewayFleet extends Construct {
  public readonly objects: readonly KubernetesObject[];

  public constructor(scope: Construct, id: string, props: GatewayFleetProps) {
    super(scope, id);
    validateProps(this, 'GatewayFleet props', props, RULES);
    this.objects = fleetObjects(props);
    new GeneratedChart(this, 'Resources', {
      name: `gateway-${props.fleet}`,
      namespace: GATEWAY_NAMESPACE,
      objects: this.objects,
      dependsOn: props.dependsOn,
    });
  }
}
