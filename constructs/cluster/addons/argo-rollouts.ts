import { Construct } from 'constructs';
import { AddonNamespace } from './addon-namespace';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { CHARTS } from './versions';

export interface ArgoRolloutsProps {
  /** Pods of the controller, of which one leads. */
  readonly replicas: number;
}

/** Traffic routers whose API the controller could change. Only the Gateway API is used here. */
const UNUSED_PROVIDERS = [
  ...['istio', 'smi', 'ambassador', 'awsLoadBalancerController', 'awsAppMesh', 'traefik', 'apisix'],
  ...['contour', 'glooPlatform'],
];

/** Argo Rollouts: blue-green releases with analysis before promotion. */
export class ArgoRollouts extends Construct {
  public constructor(scope: Construct, id: string, { replicas }: ArgoRolloutsProps) {
    super(scope, id);
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'argo-rollouts' });
    new PinnedRelease(this, 'Controller', {
      chart: CHARTS.argoRollouts,
      name: 'argo-rollouts',
      namespace: namespace.name,
      // Containers meet the "restricted" standard by the chart's own values.
      values: {
        installCRDs: true,
        keepCRDs: true,
        controller: {
          ...SYSTEM_POD,
          replicas,
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
      dependsOn: [namespace.resource],
    });
  }
}
