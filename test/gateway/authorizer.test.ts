import { authorizerConfig } from '../../services/authorizer/config';
import { Authorizer, type AuthorizerProps } from '../../constructs/gateway/authorizer';
import { CACHE_CLIENT } from '../../constructs/gateway/cache-clients';
import { testStack } from '../support/synth';
import { CLUSTER, login, synthInCluster, ZONE } from './surroundings';

jest.mock('../../constructs/core/program-bundle', () => ({ bundleOf: () => Buffer.from('program') }));

const LOGIN = login('authorizer');
const PROPS: AuthorizerProps = {
  cluster: CLUSTER,
  login: LOGIN,
  replicas: 3,
  zoneName: ZONE.name,
  tiers: {
    starter: { fleet: 'shared', limit: 10, shedAtLevel: 1 },
    professional: { fleet: 'shared', limit: 50, shedAtLevel: 2 },
    enterprise: { fleet: 'enterprise', limit: 500 },
  },
  denyListStalenessSeconds: 60,
  shedToPercent: 10,
  dependsOn: [],
};
const stack = synthInCluster((scope) => new Authorizer(scope, 'Authorizer', PROPS));
const deployment = stack.only('kubernetes_deployment_v1', 'Deployment-shared');
// Terraform's JSON has no fixed shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const spec: any = deployment['spec'];
const pod = spec.template.spec;
const [container] = pod.container;

describe('authorizers', () => {
  it('run in as many pods as asked, spread over zones, evicted last', () => {
    expect(spec.replicas).toBe('3');
    expect(pod.priority_class_name).toBe('system-cluster-critical');
    expect(pod.topology_spread_constraint[0].topology_key).toBe('topology.kubernetes.io/zone');
    expect(stack.only('kubernetes_pod_disruption_budget_v1', 'shared')['spec']).toMatchObject({
      max_unavailable: '1',
    });
  });

  it('are replaced without one being missing, and end after all that they were asked', () => {
    expect(spec.strategy).toEqual({
      type: 'RollingUpdate',
      rolling_update: { max_surge: '1', max_unavailable: '0' },
    });
    const drain = Number(environment()['DRAIN_SECONDS']);
    expect(pod.termination_grace_period_seconds).toBeGreaterThan(drain);
  });

  it('get calls as soon as they know the deny-list, as their own protocol says', () => {
    expect(container.readiness_probe.grpc).toEqual([{ port: 9001 }]);
    for (const probe of ['startup_probe', 'liveness_probe'])
      expect(container[probe].http_get).toEqual({ path: '/healthz', port: '9090' });
  });

  it('run a program of the project on a public image, which can change nothing', () => {
    expect(container).toMatchObject({
      image: expect.stringMatching(/^public\.ecr\.aws\/docker\/library\/node:\d+\.\d+\.\d+/) as string,
      command: ['node'],
      args: ['--single-threaded-gc', '--max-old-space-size=384', '/program/index.js'],
      security_context: {
        allow_privilege_escalation: false,
        read_only_root_filesystem: true,
        run_as_non_root: true,
        capabilities: { drop: ['ALL'] },
      },
    });
    const map = stack.only('kubernetes_config_map_v1');
    expect(map).toMatchObject({ immutable: true, lifecycle: { create_before_destroy: true } });
    expect(map['data']['index.js']).toMatch(/^\$\{file\("\.\/assets\/.*\/index\.js"\)\}$/);
    expect(pod.volume).toEqual([{ name: 'program', config_map: { name: map['metadata'].name } }]);
    expect(map['metadata'].name).toMatch(/^authorizer-[0-9a-f]{12}$/);
  });

  it('have no token of the API server, and the interface that the cache lets in', () => {
    expect(pod.automount_service_account_token).toBe(false);
    expect(spec.template.metadata.labels).toMatchObject(CACHE_CLIENT);
  });

  it('may connect to the cache as their own user and do nothing else, before they start', () => {
    expect(stack.statements('Identity/Policy')).toEqual([
      {
        sid: 'ConnectToCache',
        effect: 'Allow',
        actions: ['elasticache:Connect'],
        resources: [LOGIN.cache.replicationGroupArn, LOGIN.userArn],
      },
    ]);
    expect(deployment['depends_on']).toContain(stack.only('aws_eks_pod_identity_association').address);
  });

  it('are told what their program wants to know, in a form that it takes', () => {
    const config = authorizerConfig(environment());
    expect(config).toMatchObject({
      cell: 'use1a',
      zone: 'use1a.bulkhead.example',
      maxAgeMs: 60_000,
      shedToPercent: 10,
      grpcPort: 9001,
      httpPort: 9090,
      valkey: { cluster: true, tls: true, iam: { userId: LOGIN.userId, region: 'us-east-1' } },
    });
    expect(Object.fromEntries(config.tiers)).toEqual(PROPS.tiers);
  });

  it.each(['shared', 'enterprise'])('of fleet %s are its own, found under one name, by HTTP/2', (fleet) => {
    const pods = stack.only('kubernetes_deployment_v1', `Deployment-${fleet}`)['spec'];
    expect(stack.only('kubernetes_service_v1', fleet)).toMatchObject({
      metadata: { name: `authorizer-${fleet}`, namespace: 'envoy-gateway-system' },
      spec: {
        selector: { 'bulkhead/gateway-fleet': fleet },
        port: [{ port: 9001, target_port: '9001', app_protocol: 'kubernetes.io/h2c' }],
      },
    });
    expect(pods.selector.match_labels).toEqual(
      pods.template.spec.topology_spread_constraint[0].label_selector[0].match_labels,
    );
    expect(pods.selector.match_labels).toEqual(stack.only('kubernetes_service_v1', fleet)['spec'].selector);
  });

  it.each<[string, Partial<AuthorizerProps>]>([
    ['replicas must be a whole number from 1 to 100, got 0', { replicas: 0 }],
    ['replicas must be a whole number from 1 to 100, got 101', { replicas: 101 }],
    ['tiers must name at least one tier', { tiers: {} }],
    [
      'tiers of the fleet enterprise must have no shedAtLevel',
      { tiers: { enterprise: { fleet: 'enterprise', limit: 1, shedAtLevel: 1 } } },
    ],
  ])('refuse: %s', (message, props) => {
    expect(() => new Authorizer(testStack(), 'Authorizer', { ...PROPS, ...props })).toThrow(message);
  });
});

function environment(): Record<string, string> {
  return Object.fromEntries(
    (container.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
  );
}
