import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { placementOf } from '../../core/placement';
import { AddonNamespace } from './addon-namespace';
import { loadBalancerStatements } from './load-balancer-permissions';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, RESTRICTED_CONTAINER, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { CHARTS } from './versions';
import { WorkloadRole } from './workload-role';

export interface LoadBalancerControllerProps {
  readonly cluster: ICluster;
  readonly vpcId: string;
  /** Pods of the controller, of which one leads. */
  readonly replicas: number;
  /** Tags of every load balancer. Terraform's default tags do not reach them. */
  readonly tags: Readonly<Record<string, string>>;
}

const SERVICE_ACCOUNT = 'aws-load-balancer-controller';

/**
 * AWS Load Balancer Controller: network load balancers for Services that ask for its class. Ingresses and the Gateway API
 * are Envoy Gateway's, so their parts of it are off.
 */
export class LoadBalancerController extends Construct {
  public constructor(scope: Construct, id: string, props: LoadBalancerControllerProps) {
    super(scope, id);
    const { cluster, vpcId } = props;
    const placement = placementOf(this);
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'aws-load-balancer-controller' });
    const role = new WorkloadRole(this, 'Role', {
      cluster,
      name: 'load-balancer-controller',
      namespace: namespace.name,
      serviceAccount: SERVICE_ACCOUNT,
      statements: loadBalancerStatements(placement, cluster.name, vpcId),
    });
    new PinnedRelease(this, 'Controller', {
      chart: CHARTS.loadBalancerController,
      name: 'aws-load-balancer-controller',
      namespace: namespace.name,
      values: {
        ...SYSTEM_POD,
        replicaCount: props.replicas,
        clusterName: cluster.name,
        region: placement.region,
        // Given, for pods cannot ask the instance metadata.
        vpcId,
        serviceAccount: { name: SERVICE_ACCOUNT },
        // Services get a load balancer by naming the class, never by being created.
        enableServiceMutatorWebhook: false,
        defaultTargetType: 'ip',
        defaultTags: props.tags,
        createIngressClassResource: false,
        ingressClassParams: { create: false },
        controllerConfig: { featureGates: { ALBGatewayAPI: false, NLBGatewayAPI: false } },
        // Application load balancers only, and there are none.
        enableShield: false,
        enableWaf: false,
        enableWafv2: false,
        podDisruptionBudget: { maxUnavailable: 1 },
        topologySpreadConstraints: zoneSpread({
          'app.kubernetes.io/name': 'aws-load-balancer-controller',
        }),
        resources: resources('50m', '128Mi', '512Mi'),
        podSecurityContext: { fsGroup: 65534, seccompProfile: { type: 'RuntimeDefault' } },
        securityContext: RESTRICTED_CONTAINER,
      },
      dependsOn: [namespace.resource, role.association],
    });
  }
}
