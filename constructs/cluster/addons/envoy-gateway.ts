import { Release } from '@cdktf/provider-helm/lib/release';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ChartAsset } from '../../core/chart-asset';
import { EVERY_FLEET, GATEWAY_NAMESPACE, WORKLOAD_LABELS } from '../../core/workload-labels';
import { AddonNamespace } from './addon-namespace';
import { CHARTS } from './versions';

/**
 * Where Envoy Gateway and its proxies run, and the CRDs of the Gateway API and of its own. The controller comes with the
 * gateways' stack: how it counts calls is set in its configuration, and that needs the cell's cache.
 */
export class EnvoyGateway extends Construct {
  public readonly namespace: string;
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    // The proxies of gateways run here, and their pods are Envoy Gateway's to shape: "baseline" asks nothing of
    // them but to stay off the host.
    const namespace = new AddonNamespace(this, 'Namespace', {
      name: GATEWAY_NAMESPACE,
      podSecurity: 'baseline',
      labels: {
        // Envoy Gateway watches the namespaces with this label: owners', and its own, where fallback routes are.
        [WORKLOAD_LABELS.fleet]: EVERY_FLEET,
        // A proxy counts as ready only when its load balancer sends it calls: until then the one that it replaces stays.
        'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
      },
    });
    this.customResourceDefinitions(namespace.resource);
    this.namespace = namespace.name;
  }

  /**
   * The CRDs as a release of their own, so that an upgrade upgrades them and no removal removes them.
   *
   * Their chart cannot be released by itself: Helm keeps a chart's templates in the release's record, and this chart
   * alone exceeds the 1 MiB of a Kubernetes Secret (envoyproxy/gateway issue 6105). Helm does not keep those of a
   * chart that another chart depends on, so a chart with nothing but that dependency is released.
   */
  private customResourceDefinitions(namespace: ITerraformDependable): void {
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
    new Release(this, 'Crds', {
      name: 'envoy-gateway-crds',
      namespace: GATEWAY_NAMESPACE,
      chart: wrapper.chart,
      dependencyUpdate: true,
      atomic: true,
      cleanupOnFail: true,
      maxHistory: 2,
      dependsOn: [namespace],
      // Without them every gateway, route and policy of the cell is gone.
      lifecycle: { preventDestroy: true },
    });
  }
}
