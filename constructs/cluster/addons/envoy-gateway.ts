import { Release } from '@cdktf/provider-helm/lib/release';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ChartAsset } from '../../core/chart-asset';
import { AddonNamespace } from './addon-namespace';
import { PinnedRelease } from './pinned-release';
import { resources, SYSTEM_POD, zoneSpread } from './system-pods';
import { CHARTS } from './versions';

export interface EnvoyGatewayProps {
  /** Pods of the controller. The proxies are the gateways' matter. */
  readonly replicas: number;
}

/** Envoy Gateway's controller with the CRDs of the Gateway API and its own. Gateways come with their own stack. */
export class EnvoyGateway extends Construct {
  public readonly namespace: string;
  public constructor(scope: Construct, id: string, { replicas }: EnvoyGatewayProps) {
    super(scope, id);
    // The proxies of gateways run here too, and their pods are Envoy Gateway's to shape: "baseline" asks nothing of
    // them but to stay off the host.
    const namespace = new AddonNamespace(this, 'Namespace', {
      name: 'envoy-gateway-system',
      podSecurity: 'baseline',
    });
    const crds = this.customResourceDefinitions(namespace);
    this.namespace = namespace.name;
    new PinnedRelease(this, 'Controller', {
      chart: CHARTS.envoyGateway,
      name: 'envoy-gateway',
      namespace: namespace.name,
      crdsElsewhere: true,
      values: {
        crds: { enabled: false },
        deployment: {
          replicas,
          priorityClassName: SYSTEM_POD.priorityClassName,
          pod: {
            nodeSelector: SYSTEM_POD.nodeSelector,
            tolerations: SYSTEM_POD.tolerations,
            topologySpreadConstraints: zoneSpread({ 'control-plane': 'envoy-gateway' }),
          },
          envoyGateway: { resources: resources('100m', '256Mi', '1Gi') },
        },
        podDisruptionBudget: { maxUnavailable: 1 },
        certgen: {
          job: {
            nodeSelector: SYSTEM_POD.nodeSelector,
            tolerations: SYSTEM_POD.tolerations,
            resources: resources('10m', '64Mi', '128Mi'),
          },
        },
      },
      dependsOn: [namespace.resource, crds],
    });
  }

  /**
   * The CRDs as a release of their own, so that an upgrade upgrades them and no removal removes them.
   *
   * Their chart cannot be released by itself: Helm keeps a chart's templates in the release's record, and this chart
   * alone exceeds the 1 MiB of a Kubernetes Secret (envoyproxy/gateway issue 6105). Helm does not keep those of a
   * chart that another chart depends on, so a chart with nothing but that dependency is released.
   */
  private customResourceDefinitions(namespace: AddonNamespace): ITerraformDependable {
    const { repository, chart, version } = CHARTS.envoyGatewayCrds;
    const wrapper = new ChartAsset(this, 'CrdsChart', {
      'Chart.yaml': `${JSON.stringify({
        apiVersion: 'v2',
        name: 'envoy-gateway-crds',
        version,
        dependencies: [{ name: chart, version, repository }],
      })}\n`,
      'values.yaml': `${JSON.stringify({
        [chart]: {
          crds: { gatewayAPI: { enabled: true, channel: 'standard' }, envoyGateway: { enabled: true } },
        },
      })}\n`,
    });
    return new Release(this, 'Crds', {
      name: 'envoy-gateway-crds',
      namespace: namespace.name,
      chart: wrapper.chart,
      dependencyUpdate: true,
      atomic: true,
      cleanupOnFail: true,
      maxHistory: 2,
      dependsOn: [namespace.resource],
      // Without them every gateway, route and policy of the cell is gone.
      lifecycle: { preventDestroy: true },
    });
  }
}
