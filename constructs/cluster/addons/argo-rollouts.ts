import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { AddonNamespace } from './addon-namespace';
import { MetricsProxy } from './metrics-proxy';
import { CHARTS } from './versions';
import { WorkloadRole } from './workload-role';

export interface ArgoRolloutsProps {
  readonly cluster: ICluster;
  /** Metrics by which releases are judged. */
  readonly metricsWorkspaceArn: string;
  /** Pods of the controller, of which one leads. */
  readonly replicas: number;
}

/** Traffic routers whose API the controller could change. Only the Gateway API is used here. */
const UNUSED_PROVIDERS = [
  ...['istio', 'smi', 'ambassador', 'awsLoadBalancerController', 'awsAppMesh', 'traefik', 'apisix'],
  ...['contour', 'glooPlatform'],
];

const SERVICE_ACCOUNT = 'argo-rollouts';

/** Argo Rollouts: blue-green releases with analysis before and after promotion. */
export class ArgoRollouts extends Construct {
  public constructor(scope: Construct, id: string, props: ArgoRolloutsProps) {
    super(scope, id);
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'argo-rollouts' });
    const role = new WorkloadRole(this, 'Role', {
      cluster: props.cluster,
      name: 'argo-rollouts',
      namespace: namespace.name,
      serviceAccount: SERVICE_ACCOUNT,
      statements: [{ sid: 'Judge', actions: ['aps:QueryMetrics'], resources: [props.metricsWorkspaceArn] }],
    });
    const proxy = new MetricsProxy(this, 'MetricsProxy', { namespace: namespace.name });
    new PinnedRelease(this, 'Controller', {
      chart: CHARTS.argoRollouts,
      name: 'argo-rollouts',
      namespace: namespace.name,
      // Containers meet the "restricted" standard by the chart's own values.
      values: {
        installCRDs: true,
        keepCRDs: true,
        serviceAccount: { name: SERVICE_ACCOUNT },
        controller: {
          ...SYSTEM_POD,
          replicas: props.replicas,
          initContainers: [proxy.container],
          volumes: [proxy.volume],
          topologySpreadConstraints: zoneSpread({ 'app.kubernetes.io/component': 'rollouts-controller' }),
          pdb: { enabled: true, maxUnavailable: 1 },
          resources: resources('100m', '128Mi', '512Mi'),
          logging: { format: 'json' },
          metrics: { enabled: true },
        },
        providerRBAC: {
          enabled: true,
          providers: {
            ...Object.fromEntries(UNUSED_PROVIDERS.map((provider) => [provider, false])),
            gatewayAPI: true,
          },
        },
        dashboard: { enabled: false },
      },
      dependsOn: [namespace.resource, role.association, proxy.configMap],
    });
  }
}
