import { ControlPlane } from '../../constructs/gateway/control-plane';
import { cacheProxyConfig } from '../../constructs/gateway/cache-proxy';
import { CACHE_CLIENT } from '../../constructs/gateway/cache-clients';
import { CLUSTER, login, synthInCluster } from './surroundings';

const LOGIN = login('ratelimit');
const stack = synthInCluster(
  (scope) =>
    new ControlPlane(scope, 'ControlPlane', {
      cluster: CLUSTER,
      replicas: 2,
      rateLimitReplicas: 3,
      counters: { login: LOGIN, keyPrefix: 'plt:ratelimit:' },
      dependsOn: [],
    }),
);
const release = stack.only('helm_release');
// A chart's values have no fixed shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const values: any = JSON.parse((release['values'] as string[])[0] ?? '{}');
const gateway = values.config.envoyGateway;
const rateLimit = gateway.provider.kubernetes.rateLimitDeployment;
const pod = rateLimit.patch.value.spec.template.spec;

describe('the control plane', () => {
  it('is released without CRDs, which the add-ons bring', () => {
    expect(release).toMatchObject({
      name: 'envoy-gateway',
      namespace: 'envoy-gateway-system',
      skip_crds: true,
    });
    expect(values.crds).toEqual({ enabled: false });
  });

  it('runs on the system nodes, spread, evicted last, and never holds up a node', () => {
    expect(values.deployment).toMatchObject({ replicas: 2, priorityClassName: 'system-cluster-critical' });
    expect(values.deployment.pod.nodeSelector).toEqual({ 'node-pool': 'system' });
    expect(values.podDisruptionBudget).toEqual({ maxUnavailable: 1 });
  });

  it('takes no object that could change proxies at will', () => {
    expect(gateway.extensionApis).toEqual({
      enableEnvoyPatchPolicy: false,
      enableBackend: false,
      enableLua: false,
    });
  });

  it('looks at namespaces of gateways and their owners only', () => {
    expect(gateway.provider.kubernetes.watch).toEqual({
      type: 'NamespaceSelector',
      namespaceSelector: { matchExpressions: [{ key: 'bulkhead/gateway-fleet', operator: 'Exists' }] },
    });
  });

  it('makes no pod wait for a webhook of its own, and says so to chart and program alike', () => {
    expect(values.topologyInjector).toEqual({ enabled: false });
    expect(gateway.provider.kubernetes.proxyTopologyInjector).toEqual({ disabled: true });
  });
});

describe('the service that counts calls', () => {
  it('lets calls pass when it cannot count: the proxies have limits of their own', () => {
    expect(gateway.rateLimit).toEqual({
      backend: { type: 'Redis', redis: { url: '127.0.0.1:6379' } },
      timeout: '50ms',
      failClosed: false,
    });
  });

  it('is replaced one by one, spread over zones', () => {
    expect(rateLimit).toMatchObject({
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    expect(rateLimit.pod.topologySpreadConstraints[0].topologyKey).toBe('topology.kubernetes.io/zone');
    expect(gateway.provider.kubernetes.rateLimitPDB).toEqual({ maxUnavailable: 1 });
  });

  it('keeps counters under the prefix of its own user', () => {
    expect(rateLimit.container.env).toContainEqual({ name: 'CACHE_KEY_PREFIX', value: 'plt:ratelimit:' });
  });

  it('has the interface that the cache lets in', () => {
    expect(rateLimit.pod.labels).toEqual(CACHE_CLIENT);
  });

  it('starts after the way to its store, which lives as long as it does', () => {
    const [proxy] = pod.initContainers;
    expect(proxy).toMatchObject({ name: 'cache-proxy', restartPolicy: 'Always' });
    expect(proxy.startupProbe.httpGet).toEqual({ port: 19004, path: '/ready' });
    expect(pod.volumes).toEqual([
      { name: 'cache-proxy', configMap: { name: expect.stringContaining('CacheProxy') as string } },
    ]);
  });

  it('and what stands beside it may do nothing as root', () => {
    for (const container of [rateLimit.container, ...pod.initContainers]) {
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
      });
      expect(container.resources.limits).not.toHaveProperty('cpu');
    }
  });

  it('may connect as its own user, and has its credentials before it starts', () => {
    expect(stack.statements('RateLimitIdentity/Policy')).toEqual([
      {
        sid: 'ConnectToCache',
        effect: 'Allow',
        actions: ['elasticache:Connect'],
        resources: [LOGIN.cache.replicationGroupArn, LOGIN.userArn],
      },
    ]);
    expect(stack.only('aws_eks_pod_identity_association')).toMatchObject({
      namespace: 'envoy-gateway-system',
      service_account: 'envoy-ratelimit',
    });
    expect(release['depends_on']).toContain(stack.only('aws_eks_pod_identity_association').address);
  });
});

describe('the way to the store', () => {
  const config = JSON.stringify(
    cacheProxyConfig({ login: LOGIN, region: 'us-east-1', keyPrefix: 'plt:ratelimit:' }),
    null,
    1,
  );

  it('is one config map a configuration, made before the last one goes', () => {
    const map = stack.only('kubernetes_config_map_v1');
    expect(map).toMatchObject({ immutable: true, lifecycle: { create_before_destroy: true } });
    const [metadata] = [map['metadata']].flat() as { name: string }[];
    expect(metadata?.name).toMatch(/^rate-limit-cache-\$\{substr\(sha256\(jsonencode\(/);
  });

  it('signs in with IAM, over TLS that knows whom it talks to', () => {
    expect(config).toContain('"cache_name": "bulkhead-prod-use1a-cache"');
    expect(config).toContain('"inline_string": "bulkhead-prod-use1a-plt-ratelimit"');
    expect(config).toContain('"trusted_ca"');
    expect(/"exact": "(.*)"/.exec(config)?.[1]).toBe(LOGIN.cache.endpoint);
    expect(config).not.toMatch(/auth_password|trust_chain_verification/);
  });

  it('follows the cache to the node that has a key: discovery of nodes knows no IAM', () => {
    expect(config).toContain('"enable_redirection": true');
    expect(config).not.toContain('envoy.clusters.redis');
  });

  it('listens to its own pod only, and lets nothing through but counters', () => {
    expect(config).toMatch(/"address": "127.0.0.1",\s+"port_value": 6379/);
    expect(config).toMatch(/"prefix": "plt:ratelimit:"/);
    expect(config).not.toContain('catch_all_route');
  });

  it('gives up before the proxies do', () => {
    const seconds = Number(/"op_timeout": "([\d.]+)s"/.exec(config)?.[1]);
    expect(seconds * 1000).toBeLessThan(Number(String(gateway.rateLimit.timeout).replace('ms', '')));
  });
});
