import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GATEWAY_PORTS } from '../core/gateway-ports';
import { type CacheLogin, connectStatement, type ICluster } from '../core/interfaces';
import { placementOf } from '../core/placement';
import { PodIdentity } from '../core/pod-identity';
import { ProgramConfigMap } from '../core/program-config-map';
import { outside, type Rule, validateProps } from '../core/validation';
import { type Fleet, FLEETS, GATEWAY_NAMESPACE, WORKLOAD_LABELS } from '../core/workload-labels';
import { CACHE_CLIENT } from './cache-clients';
import { programContainer, programPod } from './program-pod';

/** A tier as authorizers know it. */
export interface AuthorizedTier {
  readonly fleet: Fleet;
  /** API calls per second and tenant. */
  readonly limit: number;
  /** Shed level from which on the tier is shed. @default - never */
  readonly shedAtLevel?: 1 | 2;
}

export interface AuthorizerProps {
  readonly cluster: Pick<ICluster, 'name'>;
  /** Whom it reads the deny-list and the shed level as. */
  readonly login: CacheLogin;
  /** Pods of each fleet, 1 to 100, spread over zones. */
  readonly replicas: number;
  /** Public zone of the cell, without a final dot. */
  readonly zoneName: string;
  readonly tiers: Readonly<Record<string, AuthorizedTier>>;
  /** Age of the deny-list, in seconds, up to which it is trusted while the cache is away. */
  readonly denyListStalenessSeconds: number;
  /** What is left of the limit of a tier that is shed, in percent. */
  readonly shedToPercent: number;
  /** What must be there before its pods: security group, network policies. */
  readonly dependsOn: readonly ITerraformDependable[];
}

const AUTHORIZER = 'authorizer';

/** Labels of the pods of both fleets. */
export const AUTHORIZER_PODS = { 'app.kubernetes.io/name': AUTHORIZER } as const;

const podsOf = (fleet: Fleet) => ({ ...AUTHORIZER_PODS, [WORKLOAD_LABELS.fleet]: fleet });

/** Name of the Service that the proxies of a fleet ask, and of its pods. */
export const authorizerService = (fleet: Fleet): string => `${AUTHORIZER}-${fleet}`;

/** How long calls are still answered after a pod was told to stop, in seconds: until proxies have heard of it. */
const DRAIN_SECONDS = 15;

const RULES: readonly Rule<AuthorizerProps>[] = [
  {
    fails: ({ replicas }) => !Number.isInteger(replicas) || outside(replicas, 1, 100),
    message: ({ replicas }) => `replicas must be a whole number from 1 to 100, got ${String(replicas)}`,
  },
  {
    fails: ({ tiers }) => Object.keys(tiers).length === 0,
    message: () => 'tiers must name at least one tier, got none: every call would be refused',
  },
  {
    fails: ({ tiers }) =>
      Object.values(tiers).some(
        ({ fleet, shedAtLevel }) => fleet === 'enterprise' && shedAtLevel !== undefined,
      ),
    message: () =>
      'tiers of the fleet enterprise must have no shedAtLevel, for dedicated tenants are never shed',
  },
];

/**
 * The service that decides of each call whether its token still counts (`services/authorizer`). Proxies that cannot reach it
 * refuse all calls, so it runs in every zone, is evicted last and leaves only when another pod is ready.
 *
 * Each fleet has pods of its own: it is asked before any limit is counted, and a flood from pooled tenants must not keep
 * dedicated ones waiting.
 *
 * Its number is fixed and no autoscaler's: a pod that starts must read the whole deny-list first, and one answers more calls
 * than a cell has.
 */
export class Authorizer extends Construct {
  /** What must be there before a policy names the Service. */
  public readonly ready: readonly ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: AuthorizerProps) {
    super(scope, id);
    validateProps(this, 'Authorizer props', props, RULES);
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      metadata: { name: AUTHORIZER, namespace: GATEWAY_NAMESPACE },
      automountServiceAccountToken: false,
    });
    const identity = new PodIdentity(this, 'Identity', {
      cluster: props.cluster,
      name: ['gateway', AUTHORIZER],
      namespace: GATEWAY_NAMESPACE,
      serviceAccount: AUTHORIZER,
      statements: [connectStatement(props.login)],
    });
    const program = new ProgramConfigMap(this, 'Program', {
      name: AUTHORIZER,
      namespace: GATEWAY_NAMESPACE,
      entry: 'services/authorizer/main.ts',
    });
    const dependsOn = [account, identity.association, ...props.dependsOn];
    this.ready = FLEETS.flatMap((fleet) => [
      this.pods(fleet, props, program, dependsOn),
      this.service(fleet),
    ]);
  }

  private service(fleet: Fleet): ServiceV1 {
    const metadata = { name: authorizerService(fleet), namespace: GATEWAY_NAMESPACE };
    new PodDisruptionBudgetV1(this, `Budget-${fleet}`, {
      metadata,
      spec: { maxUnavailable: '1', selector: { matchLabels: podsOf(fleet) } },
    });
    return new ServiceV1(this, `Service-${fleet}`, {
      metadata,
      spec: {
        selector: podsOf(fleet),
        port: [
          {
            name: 'grpc',
            port: GATEWAY_PORTS.authorizer,
            targetPort: String(GATEWAY_PORTS.authorizer),
            // HTTP/2 without TLS: inside the namespace, between pods that network policies name.
            appProtocol: 'kubernetes.io/h2c',
          },
        ],
      },
      // Nothing to wait for: it is an address, not a load balancer.
      waitForLoadBalancer: false,
    });
  }

  private pods(
    fleet: Fleet,
    props: AuthorizerProps,
    program: ProgramConfigMap,
    dependsOn: readonly ITerraformDependable[],
  ): DeploymentV1 {
    const matchLabels = podsOf(fleet);
    const pod = {
      name: AUTHORIZER,
      serviceAccount: AUTHORIZER,
      program,
      environment: this.environment(props),
      // Half a million revocations and the calls under way.
      memoryMiB: 512,
      // Checks wait for the collector. Its threads wait for processors that are busy: 12 ms a collection on two of them, and 3
      // without such threads (`npm run bench:authorizer`).
      nodeFlags: ['--single-threaded-gc'],
      cpu: '500m',
    };
    return new DeploymentV1(this, `Deployment-${fleet}`, {
      metadata: { name: authorizerService(fleet), namespace: GATEWAY_NAMESPACE, labels: matchLabels },
      spec: {
        replicas: String(props.replicas),
        selector: { matchLabels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '1', maxUnavailable: '0' } },
        template: {
          metadata: {
            labels: { ...matchLabels, ...CACHE_CLIENT },
            annotations: {
              'prometheus.io/scrape': 'true',
              'prometheus.io/port': String(GATEWAY_PORTS.authorizerMetrics),
            },
          },
          spec: {
            ...programPod(pod),
            priorityClassName: 'system-cluster-critical',
            terminationGracePeriodSeconds: DRAIN_SECONDS + 15,
            topologySpreadConstraint: [
              {
                maxSkew: 1,
                topologyKey: 'topology.kubernetes.io/zone',
                whenUnsatisfiable: 'ScheduleAnyway',
                labelSelector: [{ matchLabels }],
              },
            ],
            container: [{ ...programContainer(pod), ...PROBES }],
          },
        },
      },
      dependsOn: [...dependsOn],
    });
  }

  /** What `services/authorizer/config.ts` reads. */
  private environment(props: AuthorizerProps): Record<string, string> {
    const { region, cell = '' } = placementOf(this);
    const { cache, userId } = props.login;
    return {
      CELL: cell,
      ZONE: props.zoneName,
      TIERS: JSON.stringify(props.tiers),
      DENY_LIST_MAX_AGE_SECONDS: String(props.denyListStalenessSeconds),
      SHED_TO_PERCENT: String(props.shedToPercent),
      DRAIN_SECONDS: String(DRAIN_SECONDS),
      GRPC_PORT: String(GATEWAY_PORTS.authorizer),
      HTTP_PORT: String(GATEWAY_PORTS.authorizerMetrics),
      VALKEY_HOST: cache.endpoint,
      VALKEY_PORT: cache.port,
      VALKEY_TLS: 'true',
      VALKEY_CLUSTER: 'true',
      VALKEY_USER: userId,
      VALKEY_GROUP: cache.replicationGroupId,
      AWS_REGION: region,
    };
  }
}

const ports = [
  { name: 'grpc', containerPort: GATEWAY_PORTS.authorizer },
  { name: 'metrics', containerPort: GATEWAY_PORTS.authorizerMetrics },
];

const health = {
  httpGet: { path: '/healthz', port: String(GATEWAY_PORTS.authorizerMetrics) },
  timeoutSeconds: 2,
};

const PROBES = {
  port: ports,
  // Ready is who has a deny-list, as the gRPC health service says: calls it could only refuse go to others.
  readinessProbe: {
    grpc: [{ port: GATEWAY_PORTS.authorizer }],
    periodSeconds: 5,
    timeoutSeconds: 2,
    failureThreshold: 2,
  },
  startupProbe: { ...health, periodSeconds: 2, failureThreshold: 30 },
  livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 3 },
};
