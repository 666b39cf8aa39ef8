import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { ArgoRollouts } from '../../constructs/cluster/addons/argo-rollouts';
import { metricsProxyConfig } from '../../constructs/cluster/addons/metrics-proxy';
import { metricsAddress } from '../../constructs/core/metrics-address';
import { synth } from '../support/synth';

interface Listener {
  readonly address: { readonly socket_address: { readonly address: string; readonly port_value: number } };
  readonly filter_chains: {
    filters: {
      typed_config: { route_config: { virtual_hosts: { routes: Route[] }[] }; http_filters: object[] };
    }[];
  }[];
}
interface Route {
  readonly match: { readonly safe_regex?: { readonly regex: string } };
}
const { listeners } = (
  metricsProxyConfig('us-east-1') as { static_resources: { listeners: readonly Listener[] } }
).static_resources;
const [queries] = listeners;
const manager = queries?.filter_chains[0]?.filters[0]?.typed_config;

const stack = synth((scope) => {
  new KubernetesProvider(scope, 'kubernetes');
  new HelmProvider(scope, 'helm');
  new ArgoRollouts(scope, 'Rollouts', {
    cluster: { name: 'test' } as never,
    metricsWorkspaceArn: 'arn:aws:aps:us-east-1:222222222222:workspace/ws-1',
    replicas: 2,
  });
});

it('listens where analyses ask, which no other pod can reach', () => {
  const at = new URL(metricsAddress('ws-1'));
  expect(queries?.address.socket_address).toEqual({ address: at.hostname, port_value: Number(at.port) });
  expect(at.hostname).toBe('127.0.0.1');
});

it('passes queries on, and nothing else', () => {
  const routes = manager?.route_config.virtual_hosts.flatMap((host) => host.routes) ?? [];
  const passes = (path: string): boolean =>
    routes.some(({ match }) => new RegExp(`^(${match.safe_regex?.regex ?? ''})$`).test(path));
  expect(passes(`${new URL(metricsAddress('ws-1')).pathname}/api/v1/query`)).toBe(true);
  for (const path of ['/workspaces/ws-1/api/v1/remote_write', '/workspaces/ws-1/api/v1/series', '/'])
    expect(passes(path)).toBe(false);
});

it('signs for Amazon Managed Prometheus and its host, before the call is passed on', () => {
  expect(manager?.http_filters).toMatchObject([
    {
      name: 'envoy.filters.http.aws_request_signing',
      typed_config: {
        service_name: 'aps',
        region: 'us-east-1',
        host_rewrite: 'aps-workspaces.us-east-1.amazonaws.com',
      },
    },
    { name: 'envoy.filters.http.router' },
  ]);
});

it('is in the pods of Argo Rollouts, whose role may query this one workspace', () => {
  const [values = ''] = stack.only('helm_release')['values'] as string[];
  const { controller, serviceAccount } = JSON.parse(values) as {
    controller: { initContainers: { name: string; restartPolicy: string }[]; volumes: object[] };
    serviceAccount: { name: string };
  };
  expect(controller.initContainers).toMatchObject([{ name: 'metrics-proxy', restartPolicy: 'Always' }]);
  expect(JSON.stringify(controller.volumes)).toContain('kubernetes_config_map_v1');
  expect(stack.only('aws_eks_pod_identity_association')['service_account']).toBe(serviceAccount.name);
  expect(stack.statements('Role/Policy')).toMatchObject([
    {
      actions: ['aps:QueryMetrics'],
      resources: ['arn:aws:aps:us-east-1:222222222222:workspace/ws-1'],
    },
  ]);
});
