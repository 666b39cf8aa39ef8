import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import { CHARTS } from '../../constructs/cluster/addons/versions';
import { SELECTIVE } from '../../constructs/core/contract';
import { AddonsStack } from '../../stacks/addons';
import { generatedObjects, schemaProblems } from '../support/kubernetes-schemas';
import { synthStack, type Synthesized } from '../support/synth';

function build(environment: 'dev' | 'prod'): AddonsStack {
  const platform = loadPlatform(process.cwd(), environment);
  const [cell] = platform.cells;
  if (!cell) throw new Error(`${environment} has no cell`);
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  return new AddonsStack(app, { platform, cell });
}

const prodStack = build('prod');
const prod = synthStack(prodStack);
const dev = synthStack(build('dev'));

const values = (release: Synthesized): Record<string, unknown> =>
  JSON.parse((release['values'] as string[])[0] ?? '') as Record<string, unknown>;
const release = (name: string, stack = prod): Synthesized => {
  const [found, ...others] = stack
    .resources('helm_release')
    .filter((candidate) => candidate['name'] === name);
  if (!found || others.length > 0) throw new Error(`expected one release ${name}`);
  return found;
};
/** Addresses that an element waits for. */
const waitsFor = (element: Synthesized): readonly string[] => (element['depends_on'] ?? []) as string[];

/** Finds every value of a key, however deep. */
function deep(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]: [string, unknown]) => [
    ...(name === key ? [item] : []),
    ...deep(item, key),
  ]);
}

describe('the addons stack', () => {
  it('installs every add-on, and nothing that no version is pinned for', () => {
    const installed = prod
      .resources('helm_release')
      .map((found): [string, unknown] => [String(found['name']), found['version']]);
    expect(Object.fromEntries(installed)).toEqual({
      karpenter: CHARTS.karpenter.version,
      'karpenter-crd': CHARTS.karpenterCrds.version,
      'karpenter-nodes': undefined,
      'bulkhead-policies': undefined,
      'pod-interfaces': undefined,
      keda: CHARTS.keda.version,
      'envoy-gateway-crds': undefined,
      'argo-rollouts': CHARTS.argoRollouts.version,
      'external-secrets': CHARTS.externalSecrets.version,
      'aws-load-balancer-controller': CHARTS.loadBalancerController.version,
      'fluent-bit': CHARTS.fluentBit.version,
      'metrics-server': CHARTS.metricsServer.version,
      prometheus: CHARTS.prometheus.version,
    });
  });

  it('undoes what a failed release did, and keeps the history short', () => {
    for (const found of prod.resources('helm_release')) {
      expect(found).toMatchObject({ atomic: true, cleanup_on_fail: true });
      expect(found['max_history']).toBeLessThanOrEqual(5);
    }
  });

  it('generates objects that the schemas of their kinds accept', () => {
    const objects = generatedObjects(prodStack);
    const kinds = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(kinds).toEqual([
      'EC2NodeClass general',
      'NodePool general',
      ...['deployers', 'operators', 'workloads', 'routes', 'rollouts', 'releases', 'migrations'].flatMap(
        (name) => [
          `ValidatingAdmissionPolicy bulkhead-${name}`,
          `ValidatingAdmissionPolicyBinding bulkhead-${name}`,
        ],
      ),
      'SecurityGroupPolicy pods',
    ]);
    expect(schemaProblems(objects)).toEqual([]);
  });

  it('publishes where metrics and logs are', () => {
    const published = JSON.stringify(prod.only('aws_ssm_parameter', 'Contract'));
    for (const field of ['metricsWorkspaceId', 'metricsEndpoint', 'podLogGroup', 'gatewayNamespace']) {
      expect(published).toContain(field);
    }
  });
});

describe('order', () => {
  const address = (name: string): string => release(name).address;

  it.each([
    ['karpenter', 'karpenter-crd'],
    ['karpenter-nodes', 'karpenter'],
  ])('installs %s after %s', (later, earlier) => {
    expect(waitsFor(release(later))).toContain(address(earlier));
  });

  it.each(['karpenter'])('leaves the CRDs of %s to their own release', (name) => {
    expect(release(name)['skip_crds']).toBe(true);
  });

  it.each([
    ...['keda', 'external-secrets', 'aws-load-balancer-controller', 'fluent-bit', 'prometheus'],
    'argo-rollouts',
  ])('starts %s after its credentials and its namespace are there', (name) => {
    const waits = waitsFor(release(name)).map((waited) => waited.split('.')[0]);
    expect(waits).toEqual(
      expect.arrayContaining(['aws_eks_pod_identity_association', 'kubernetes_namespace_v1']),
    );
  });
});

describe('access to the cluster', () => {
  it('is by a command that fetches a token as the deployer role, never by a token in the state', () => {
    const { provider } = prod.json as { provider: Record<string, Record<string, unknown>[]> };
    const exec = {
      api_version: 'client.authentication.k8s.io/v1beta1',
      command: 'aws',
      args: [
        ...['eks', 'get-token', '--output', 'json'],
        ...['--cluster-name', expect.stringContaining('.name}') as string, '--region', 'us-east-1'],
        ...['--role-arn', 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-deploy-addons'],
      ],
    };
    expect(provider['kubernetes']?.[0]?.['exec']).toEqual([exec]);
    expect(provider['helm']?.[0]?.['kubernetes']).toMatchObject({ exec });
    expect(deep(provider, 'token')).toEqual([]);
    expect(deep(provider, 'config_path')).toEqual([]);
  });
});

describe('controllers', () => {
  const CONTROLLERS: readonly [string, string[]][] = [
    ['karpenter', []],
    ['keda', []],
    ['argo-rollouts', ['controller']],
    ['external-secrets', []],
    ['external-secrets', ['webhook']],
    ['external-secrets', ['certController']],
    ['aws-load-balancer-controller', []],
    ['metrics-server', []],
    ['prometheus', ['server']],
  ];
  const at = (name: string, path: string[], stack = prod): Record<string, unknown> =>
    path.reduce((found, key) => found[key] as Record<string, unknown>, values(release(name, stack)));

  it.each(CONTROLLERS)('of %s %j run on the system nodes and are evicted last', (name, path) => {
    const found = at(name, path);
    expect(found['priorityClassName']).toBe('system-cluster-critical');
    expect(deep(found, 'nodeSelector')[0]).toEqual({ 'node-pool': 'system' });
    expect(deep(found, 'tolerations')[0]).toEqual([{ key: 'CriticalAddonsOnly', operator: 'Exists' }]);
  });

  it.each(CONTROLLERS)('of %s %j limit memory and never CPU', (name, path) => {
    const limits = deep(at(name, path), 'limits');
    expect(limits).not.toEqual([]);
    for (const limit of limits)
      expect(limit).toEqual({ memory: expect.stringMatching(/^\d+[MG]i$/) as string });
  });

  const replicas = (stack: typeof prod): unknown[] =>
    CONTROLLERS.flatMap(([name, path]) => {
      const found = at(name, path, stack);
      return name === 'keda' ? deep(found, 'replicaCount') : [found['replicas'] ?? found['replicaCount']];
    });

  it('run twice in prod and once in dev', () => {
    expect(replicas(prod)).toEqual(replicas(prod).map(() => 2));
    expect(replicas(dev)).toEqual(replicas(prod).map(() => 1));
  });

  it('never hold up a node that must go: with one pod, no budget asks for one to stay', () => {
    const budgets = dev
      .resources('helm_release')
      .filter((found) => found['version'] !== undefined && found['values'] !== undefined)
      .flatMap((found) => [...deep(values(found), 'podDisruptionBudget'), ...deep(values(found), 'pdb')])
      .map((budget) => budget as { enabled?: boolean; minAvailable?: number });
    expect(budgets.length).toBeGreaterThanOrEqual(8);
    expect(budgets.filter(({ enabled, minAvailable }) => enabled !== false && minAvailable)).toEqual([]);
  });

  it('read nothing that other programs own: the load balancer controller leaves Services, Ingresses and Gateways alone', () => {
    expect(values(release('aws-load-balancer-controller'))).toMatchObject({
      enableServiceMutatorWebhook: false,
      createIngressClassResource: false,
      controllerConfig: { featureGates: { ALBGatewayAPI: false, NLBGatewayAPI: false } },
    });
  });
});

describe('namespaces', () => {
  it("of gateways takes part in every fleet, and makes proxies wait for their load balancer's word", () => {
    const [found] = prod
      .resources('kubernetes_namespace_v1')
      .filter(({ metadata }) => metadata.name === 'envoy-gateway-system');
    expect(found?.['metadata'].labels).toMatchObject({
      'bulkhead/gateway-fleet': 'all',
      'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
    });
  });

  it('admit restricted pods only, unless a reason stands beside it', () => {
    const enforced = prod.resources('kubernetes_namespace_v1').map((found) => {
      const { name, labels } = found['metadata'] as { name: string; labels: Record<string, string> };
      expect(labels).toMatchObject({
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      });
      return [name, labels['pod-security.kubernetes.io/enforce']];
    });
    expect(Object.fromEntries(enforced)).toEqual({
      'argo-rollouts': 'restricted',
      'aws-load-balancer-controller': 'restricted',
      'data-migrations': 'restricted',
      'envoy-gateway-system': 'baseline',
      'external-secrets': 'restricted',
      keda: 'restricted',
      logging: 'privileged',
      metrics: 'restricted',
      'metrics-server': 'restricted',
    });
  });
});

describe('jobs that change databases', () => {
  const group = prod.only('aws_security_group', 'DataMigrations');

  it('carry a security group of their own, and the one of all workloads', () => {
    const values = JSON.stringify(release('pod-interfaces')['values']);
    expect(values).toContain(`${group.address}.id`);
    expect(values).toContain('workloadSecurityGroupId');
    expect(waitsFor(release('pod-interfaces'))).toEqual([
      prod.only('kubernetes_namespace_v1', 'DataMigrations').address,
    ]);
  });

  it('reach the isolated subnets on the port of databases, and nobody reaches them', () => {
    const rules = prod.resources('aws_vpc_security_group_egress_rule');
    expect(rules.map((rule) => [rule['cidr_ipv4'], rule['from_port'], rule['to_port']] as unknown)).toEqual([
      ['10.16.208.0/22', 5432, 5432],
      ['10.16.212.0/22', 5432, 5432],
      ['10.16.216.0/22', 5432, 5432],
    ]);
    expect(prod.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
    const blocks = deep(prod.only('kubernetes_network_policy_v1', 'DataMigrations/AllowJobs'), 'cidr');
    expect(blocks).toEqual(expect.arrayContaining(rules.map((rule) => rule['cidr_ipv4'] as unknown)));
  });

  it('are known to the stacks of databases by that group', () => {
    expect(prod.only('aws_ssm_parameter', 'Contract')['insecure_value']).toContain(
      `"migrationSecurityGroupId" = ${group.address}.id`,
    );
  });
});

describe('roles', () => {
  it('are for one service account of this cluster, within the permissions boundary', () => {
    const roles = prod.resources('aws_iam_role');
    expect(roles.map((role) => String(role['name'])).sort()).toEqual([
      'bulkhead-prod-use1a-addons-argo-rollouts',
      'bulkhead-prod-use1a-addons-external-secrets',
      'bulkhead-prod-use1a-addons-fluent-bit',
      'bulkhead-prod-use1a-addons-keda',
      'bulkhead-prod-use1a-addons-load-balancer-controller',
      'bulkhead-prod-use1a-addons-metrics-collector',
    ]);
    for (const role of roles) {
      expect(role['permissions_boundary']).toBe(
        'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
      );
    }
    expect(prod.resources('aws_eks_pod_identity_association')).toHaveLength(roles.length);
  });

  it('use a wildcard for the whole of AWS where an action takes no resource, and nowhere else', () => {
    const wide = prod
      .data('aws_iam_policy_document')
      .filter(({ path }) => path.endsWith('/Role/Policy'))
      .flatMap(({ path, ...document }) =>
        (document['statement'] as Synthesized[])
          .filter((statement) => (statement['resources'] as string[]).includes('*'))
          .map((statement) => `${path.split('/').at(-3) ?? ''} ${String(statement['sid'])}`),
      );
    expect(wide).toEqual(['LoadBalancerController Look']);
    const [look] = prod.statements('LoadBalancerController/Role/Policy');
    const changing = (look?.['actions'] as string[]).filter((action) => !/:(Describe|Get|List)/.test(action));
    expect(changing).toEqual([]);
  });

  it('let the load balancer controller change only what carries the tag of this cluster, or lies in this network', () => {
    const statements = prod.statements('LoadBalancerController/Role/Policy').slice(1);
    const free = statements
      .filter(
        ({ condition }) =>
          !/elbv2.k8s.aws\/cluster|targets-of-cluster|ec2:Vpc|iam:AWSServiceName/.test(
            JSON.stringify(condition),
          ),
      )
      .map(({ sid }) => sid as unknown);
    // Reading certificates, and naming this one network.
    expect(free).toEqual(['Certificates', 'InThisNetwork']);
  });

  it('read secrets of the cell, not of one tenant', () => {
    const resources = JSON.stringify(prod.statements('ExternalSecrets/Role/Policy'));
    expect(resources).toContain(':secret:bulkhead/prod/use1a/shared/*');
    expect(resources).not.toContain('secret:*');
  });
});

describe('nodes', () => {
  const [nodeClass, nodePool] = generatedObjects(prodStack) as unknown as { spec: Record<string, unknown> }[];

  it('are found, encrypted, and keep their credentials from pods', () => {
    expect(nodeClass?.spec).toMatchObject({
      amiSelectorTerms: [{ alias: expect.stringMatching(/^bottlerocket@v\d+\.\d+\.\d+$/) as string }],
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ ebs: { encrypted: true } }, { ebs: { encrypted: true } }],
      associatePublicIPAddress: false,
    });
    const [subnets, groups] = [
      nodeClass?.spec['subnetSelectorTerms'],
      nodeClass?.spec['securityGroupSelectorTerms'],
    ];
    expect(Object.keys(deep(subnets, 'tags')[0] ?? {})).toEqual(['karpenter.sh/discovery']);
    expect(groups).toEqual(subnets);
  });

  it('are tagged for cost allocation, because Terraform default tags do not reach them', () => {
    expect(nodeClass?.spec['tags']).toMatchObject({
      platform: 'bulkhead',
      environment: 'prod',
      cell: 'use1a',
      tier: 'shared',
      tenant: 'shared',
      'cost-centre': 'platform-engineering',
    });
  });

  it('have a ceiling, an age and a pace', () => {
    expect(nodePool?.spec).toMatchObject({
      limits: { cpu: '1000', memory: '4000Gi' },
      template: { spec: { expireAfter: '336h', terminationGracePeriod: '1h' } },
      disruption: { budgets: [{ nodes: '10%' }, { nodes: '1', reasons: ['Drifted'] }] },
    });
  });

  it('have the processor of the system nodes', () => {
    expect(JSON.stringify(nodePool)).toContain(
      '{"key":"kubernetes.io/arch","operator":"In","values":["arm64"]}',
    );
  });
});

describe('data', () => {
  it('stays: metrics, logs and their key cannot be destroyed', () => {
    expect(prod.only('aws_prometheus_workspace')).toMatchObject({ lifecycle: { prevent_destroy: true } });
    expect(prod.only('aws_cloudwatch_log_group', 'FluentBit')).toMatchObject({
      lifecycle: { prevent_destroy: true },
      retention_in_days: 365,
    });
    expect(prod.only('aws_kms_key')).toMatchObject({
      lifecycle: { prevent_destroy: true },
      enable_key_rotation: true,
    });
  });

  it('is encrypted with the key of the stack', () => {
    for (const group of prod.resources('aws_cloudwatch_log_group')) {
      expect(group['kms_key_id']).toMatch(/^\$\{aws_kms_key\./);
    }
    expect(prod.only('aws_prometheus_workspace')['kms_key_arn']).toMatch(/^\$\{aws_kms_key\./);
  });

  it('is sent by two collectors and kept once', () => {
    expect(values(release('prometheus'))).toMatchObject({
      server: {
        replicaCount: 2,
        global: { external_labels: { cluster: expect.any(String) as string, __replica__: '$POD_NAME' } },
        remoteWrite: [
          { url: expect.stringMatching(/prometheus_endpoint\}api\/v1\/remote_write$/) as string },
        ],
      },
    });
  });
});
