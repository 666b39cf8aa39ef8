import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { IsolatedNamespace, type IsolatedNamespaceProps } from '../../constructs/compute/isolated-namespace';
import { generatedObjects } from '../support/kubernetes-schemas';
import { synth, type SynthesizedStack } from '../support/synth';
import { CONTAINERS, NAMESPACE, QUOTA } from './fixture';

/** Policies of a namespace by name, each as what it says. */
const policiesOf = (stack: SynthesizedStack): Record<string, unknown> =>
  Object.fromEntries(
    stack
      .resources('kubernetes_network_policy_v1')
      .map(({ metadata, spec }) => [String(metadata.name), spec as unknown] as const),
  );

function build(
  props: Partial<IsolatedNamespaceProps> = {},
  use: (namespace: IsolatedNamespace) => void = () => undefined,
): { readonly stack: SynthesizedStack; readonly objects: ReturnType<typeof generatedObjects> } {
  let objects: ReturnType<typeof generatedObjects> = [];
  const stack = synth((scope) => {
    new KubernetesProvider(scope, 'kubernetes');
    new HelmProvider(scope, 'helm');
    const namespace = new IsolatedNamespace(scope, 'Home', { ...NAMESPACE, ...props });
    use(namespace);
    objects = generatedObjects(scope);
  });
  return { stack, objects };
}

const refused = (props: Partial<IsolatedNamespaceProps>) => () => build(props);

describe('an isolated namespace', () => {
  const { stack, objects } = build();

  it('admits pods of the strictest standard only, and says whose it is', () => {
    expect(stack.only('kubernetes_namespace_v1')['metadata']).toEqual({
      name: 'tenant-acme',
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'latest',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/audit-version': 'latest',
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/warn-version': 'latest',
        'bulkhead/tier': 'enterprise',
        'bulkhead/tenant': 'acme',
        'bulkhead/node-pool': 'tenant-acme',
        'bulkhead/priority-class': 'tier-enterprise',
        'bulkhead/gateway-fleet': 'enterprise',
      },
    });
  });

  it('is not removed by a plan, unless it is disposable', () => {
    expect(stack.only('kubernetes_namespace_v1')['lifecycle']).toEqual({ prevent_destroy: true });
    expect(build({ disposable: true }).stack.only('kubernetes_namespace_v1')['lifecycle']).toEqual({
      prevent_destroy: false,
    });
  });

  it('forbids load balancers and ports of nodes, and limits all else', () => {
    expect(stack.only('kubernetes_resource_quota_v1')['spec'].hard).toEqual({
      pods: '20',
      'requests.cpu': '20',
      'requests.memory': '40Gi',
      'limits.memory': '40Gi',
      'requests.ephemeral-storage': '40Gi',
      'limits.ephemeral-storage': '40Gi',
      services: '10',
      'services.loadbalancers': '0',
      'services.nodeports': '0',
      persistentvolumeclaims: '0',
      'requests.storage': '0Gi',
    });
  });

  it('gives a container that says nothing little, and none more than it should have', () => {
    expect(stack.only('kubernetes_limit_range_v1')['spec'].limit).toEqual([
      {
        type: 'Container',
        default_request: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '128Mi' },
        default: { cpu: '4', memory: '512Mi', 'ephemeral-storage': '512Mi' },
        max: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '4Gi' },
      },
    ]);
  });

  it('lets nobody in but its fleet of the gateway, and nothing out but names and AWS', () => {
    const policies = policiesOf(stack);
    expect(Object.keys(policies).sort()).toEqual([
      ...['aws-services', 'deny-all', 'dns', 'from-gateway', 'from-smoke', 'smoke'],
    ]);
    expect(policies['deny-all']).toEqual({ pod_selector: {}, policy_types: ['Ingress', 'Egress'] });
    expect(policies['from-gateway']).toMatchObject({
      pod_selector: {},
      ingress: [
        {
          from: [
            {
              namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'envoy-gateway-system' } },
              pod_selector: { match_labels: { 'gateway.envoyproxy.io/owning-gateway-name': 'enterprise' } },
            },
          ],
          ports: [{ port: '8080', protocol: 'TCP' }],
        },
      ],
    });
  });

  it('leaves the network for AWS where AWS does not answer inside it', () => {
    const outside = build({ ranges: { ...NAMESPACE.ranges, interfaceEndpoints: false } });
    expect(policiesOf(outside.stack)['aws-services']).toMatchObject({
      egress: [
        { to: [{ ip_block: { cidr: '0.0.0.0/0', except: ['10.16.0.0/16'] } }], ports: [{ port: '443' }] },
        { to: [{ ip_block: { cidr: '169.254.170.23/32' } }], ports: [{ port: '80' }] },
      ],
    });
  });

  it('lets pods of smoke tests call the others on one port, which may not call one another', () => {
    const { 'from-smoke': inward, smoke: outward } = policiesOf(stack);
    const having = (operator: string) => ({
      match_expressions: [{ key: 'bulkhead/smoke', operator }],
    });
    const ports = [{ port: '8080', protocol: 'TCP' }];
    expect(inward).toEqual({
      pod_selector: having('DoesNotExist'),
      policy_types: ['Ingress'],
      ingress: [{ from: [{ pod_selector: having('Exists') }], ports }],
    });
    expect(outward).toEqual({
      pod_selector: having('Exists'),
      policy_types: ['Egress'],
      egress: [{ to: [{ pod_selector: having('DoesNotExist') }], ports }],
    });
  });

  it('gives its pods a security group of their own, which lets in nobody but one another', () => {
    const group = stack.only('aws_security_group');
    expect(group['name']).toBe('bulkhead-prod-use1a-tenant-acme-pods');
    const own = `\${${group.address}.id}`;
    for (const direction of ['ingress', 'egress']) {
      expect(stack.only(`aws_vpc_security_group_${direction}_rule`)).toMatchObject({
        ...{ security_group_id: own, referenced_security_group_id: own },
        ...{ ip_protocol: 'tcp', from_port: 8080, to_port: 8080 },
      });
    }
    expect(objects).toEqual([
      expect.objectContaining({
        kind: 'SecurityGroupPolicy',
        metadata: { name: 'pods', namespace: 'tenant-acme' },
      }),
    ]);
  });

  it('mounts the token of no account', () => {
    const accounts = [
      ...stack.resources('kubernetes_default_service_account_v1'),
      ...stack.resources('kubernetes_service_account_v1'),
    ];
    expect(accounts.map((account) => account['automount_service_account_token'] as unknown)).toEqual([
      false,
      false,
    ]);
  });

  it('is looked after by the operators of its tier, deployed by its deployers and gets releases, by what is bound here alone', () => {
    const bindings = stack
      .resources('kubernetes_role_binding_v1')
      .map(
        ({ metadata, subject, role_ref }) => [metadata.namespace, subject[0].name, role_ref.name] as unknown,
      );
    expect(bindings).toEqual([
      ['tenant-acme', 'bulkhead:deployers:tenant', 'bulkhead-namespace-deployer'],
      ['tenant-acme', 'bulkhead:operators:enterprise', 'bulkhead-operator'],
      ['tenant-acme', 'bulkhead:releases', 'bulkhead-release'],
    ]);
    expect(stack.resources('kubernetes_cluster_role_binding_v1')).toEqual([]);
  });

  it('without services has no role and no way to AWS', () => {
    const { stack: empty } = build({ services: [], quota: { ...QUOTA, pods: 0 } });
    expect(empty.resources('aws_iam_role')).toEqual([]);
    expect(Object.keys(policiesOf(empty)).sort()).toEqual(['deny-all', 'dns', 'from-gateway']);
    expect(empty.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
    // Whoever contracts a schema must see that nothing runs here.
    expect(
      empty
        .resources('kubernetes_role_binding_v1')
        .map(({ metadata }) => (metadata as { name: string }).name),
    ).toEqual(['deployer', 'operators', 'releases']);
  });
});

describe("the role of a service's pods", () => {
  const { stack } = build({ services: ['api', 'worker'] });

  it('can be taken by pods of one account in one namespace of one cluster', () => {
    const [trust] = stack.statements('Service-worker/Role/Trust');
    expect(trust).toMatchObject({
      principals: [{ type: 'Service', identifiers: ['pods.eks.amazonaws.com'] }],
      condition: [
        { test: 'StringEquals', values: ['arn:aws:eks:us-east-1:222222222222:cluster/bulkhead-prod-use1a'] },
        { test: 'StringEquals', values: ['tenant-acme'] },
        { test: 'StringEquals', values: ['worker'] },
      ],
    });
  });

  it('has a name that no other tenant and service have together', () => {
    expect(stack.resources('aws_iam_role').map(({ name }) => String(name))).toEqual([
      'bulkhead-prod-use1a-tenant-acme.api',
      'bulkhead-prod-use1a-tenant-acme.worker',
    ]);
  });

  it('reaches what carries the name of the namespace that the pods run in, and ends where names end', () => {
    const resources = stack
      .statements('Service-api/Policy')
      .map(({ sid, resources: [first] }) => [sid, first] as unknown);
    const tag = '&{aws:PrincipalTag/kubernetes-namespace}';
    expect(resources).toEqual([
      ['OwnSecrets', `arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/${tag}/*`],
      ['DecryptOwnSecrets', 'arn:aws:kms:us-east-1:222222222222:key/acme'],
      ['OwnParameters', `arn:aws:ssm:us-east-1:222222222222:parameter/bulkhead/prod/use1a/${tag}/*`],
      ['OwnQueues', `arn:aws:sqs:us-east-1:222222222222:bulkhead-prod-use1a-${tag}_*`],
    ]);
  });

  it('is associated with its account', () => {
    expect(stack.only('aws_eks_pod_identity_association', 'Service-api')).toMatchObject({
      namespace: 'tenant-acme',
      service_account: 'api',
    });
  });
});

describe('IsolatedNamespace props', () => {
  it('are refused with every problem named at once', () => {
    expect(
      refused({
        quota: { ...QUOTA, pods: 1, cpu: -1, volumes: 2 },
        containers: { ...CONTAINERS, memoryMiB: 1024, maxEphemeralGiB: 0 },
        services: ['api', 'api'],
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Home] invalid IsolatedNamespace props:
       - quota.cpu must be a whole number, 0 or more, got -1
       - quota.volumes and quota.storageGiB must both be 0 or both be more, got 2 and 0
       - containers.memoryMiB must be at most containers.memoryLimitMiB, got 1024 and 512
       - containers.ephemeralLimitMiB must be at most containers.maxEphemeralGiB (0 GiB), got 512
       - services must differ, got api, api
       - quota.pods must leave a pod for each of 2 services, got 1"
    `);
  });

  it('name an owner that names can be made of', () => {
    expect(refused({ owner: { kind: 'tenant', tier: 'enterprise', tenantId: 'Acme_' } }))
      .toThrowErrorMatchingInlineSnapshot(`
     "[test/Home] invalid owner:
       - tenantId must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got 'Acme_'"
    `);
  });

  it('name services that names can be made of', () => {
    expect(refused({ services: ['a.b'] })).toThrow(
      "service must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got 'a.b'",
    );
  });
});
