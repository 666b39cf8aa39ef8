import { change, type GoldenCase, object, setting } from './golden-case';

const named = (kind: string, apiVersion: string, name = 'it') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'api' },
});
const at = (kind: string) => `helm_release.chart: ${kind} api/it`;
const ENVOY = 'gateway.envoyproxy.io/v1alpha1';
const GATEWAY = 'gateway.networking.k8s.io/v1';

const namespace = (level?: string) => ({
  metadata: {
    name: 'api',
    labels: { ...(level !== undefined && { 'pod-security.kubernetes.io/enforce': level }) },
  },
});
const rate = (requests: number, unit: string) => ({
  targetRefs: [{ kind: 'Gateway', name: 'shared' }],
  rateLimit: { type: 'Global', global: { rules: [{ limit: { requests, unit } }] } },
});
const jwt = {
  providers: [
    { name: 'pool', issuer: 'https://issuer.example', remoteJWKS: { uri: 'https://issuer.example/keys' } },
  ],
};
const listener = (more: object) => ({
  gatewayClassName: 'shared',
  listeners: [{ name: 'https', protocol: 'HTTPS', port: 443, ...more }],
});

export const KUBERNETES: readonly GoldenCase[] = [
  setting(
    'a namespace may take more of the cluster, and of one thing what it likes',
    'kubernetes_resource_quota_v1',
    [
      {
        metadata: { name: 'quota', namespace: 'api' },
        spec: { hard: { pods: '20', 'limits.memory': '40Gi' } },
      },
      { metadata: { name: 'quota', namespace: 'api' }, spec: { hard: { pods: '200' } } },
    ],
    [
      ['low', 'limit', 'kubernetes_resource_quota_v1.it', 'pods goes from 20 to 200'],
      ['high', 'limit', 'kubernetes_resource_quota_v1.it', 'limits.memory is no longer limited: it was 40Gi'],
    ],
    [
      [
        'low',
        'limit',
        'kubernetes_resource_quota_v1.it',
        'pods goes from 200 to 20: what takes more is refused',
      ],
    ],
  ),
  change(
    'a namespace loses its limits',
    {
      resource: {
        kubernetes_limit_range_v1: {
          it: {
            metadata: { name: 'l', namespace: 'api' },
            spec: { limit: [{ type: 'Container', max: { cpu: '4' } }] },
          },
        },
      },
    },
    {},
    [
      ['high', 'protection', 'kubernetes_limit_range_v1.it', 'its pods may take what they like'],
      ['low', 'removed', 'kubernetes_limit_range_v1.it', 'is destroyed'],
    ],
    [],
  ),
  setting(
    'pods may do more on their nodes',
    'kubernetes_namespace_v1',
    [namespace('restricted'), namespace('privileged')],
    [['high', 'protection', 'kubernetes_namespace_v1.it', 'enforce goes from restricted to privileged']],
    [],
  ),
  setting(
    'a container is privileged',
    'kubernetes_deployment_v1',
    [
      {
        metadata: { name: 'api', namespace: 'api' },
        spec: {
          template: {
            spec: {
              container: [
                { name: 'a', image: 'i', security_context: { privileged: false, run_as_non_root: true } },
              ],
            },
          },
        },
      },
      {
        metadata: { name: 'api', namespace: 'api' },
        spec: {
          template: {
            spec: { container: [{ name: 'a', image: 'i', security_context: { privileged: true } }] },
          },
        },
      },
    ],
    [
      ['high', 'protection', 'kubernetes_deployment_v1.it', 'privileged goes from false to true'],
      ['high', 'protection', 'kubernetes_deployment_v1.it', 'run_as_non_root goes from true to unset'],
    ],
    [],
  ),
  object(
    'a rate limit goes up',
    named('BackendTrafficPolicy', ENVOY),
    [rate(10, 'Second'), rate(6000, 'Minute')],
    [
      [
        'low',
        'limit',
        at('BackendTrafficPolicy'),
        'lets through 6000 per minute, and no longer 10 per second',
      ],
    ],
    [['low', 'limit', at('BackendTrafficPolicy'), 'lets through only 10 per second']],
  ),
  object(
    'a rate limit is gone',
    named('BackendTrafficPolicy', ENVOY),
    [rate(10, 'Second'), { targetRefs: [{ kind: 'Gateway', name: 'shared' }] }],
    [['high', 'limit', at('BackendTrafficPolicy'), 'nothing limits its requests any more']],
    [],
  ),
  object(
    'a gateway asks for no token',
    named('SecurityPolicy', ENVOY),
    [
      { jwt, authorization: { defaultAction: 'Deny', rules: [] } },
      { authorization: { defaultAction: 'Allow', rules: [] } },
    ],
    [
      ['high', 'identity', at('SecurityPolicy'), 'no longer asks for jwt'],
      ['high', 'identity', at('SecurityPolicy'), 'default_action goes from Deny to Allow'],
    ],
    [],
  ),
  object(
    'a gateway lets through when nobody answers for whom',
    named('SecurityPolicy', ENVOY),
    [
      { jwt, extAuth: { failOpen: false } },
      { jwt, extAuth: { failOpen: true } },
    ],
    [['high', 'identity', at('SecurityPolicy'), 'fail_open becomes true']],
    [],
  ),
  object(
    'a route answers for another host, and leads to another namespace',
    named('HTTPRoute', GATEWAY),
    [
      { hostnames: ['a.example'], rules: [{ backendRefs: [{ name: 'api', port: 80 }] }] },
      {
        hostnames: ['a.example', 'b.example'],
        rules: [{ backendRefs: [{ name: 'api', namespace: 'other', port: 80 }] }],
      },
    ],
    [
      ['high', 'network', at('HTTPRoute'), 'answers for b.example too'],
      ['high', 'isolation', at('HTTPRoute'), 'leads to another namespace: other'],
    ],
    [],
  ),
  object(
    'a gateway takes routes of all namespaces, and older TLS',
    named('Gateway', GATEWAY),
    [
      listener({ allowedRoutes: { namespaces: { from: 'Same' } } }),
      listener({ allowedRoutes: { namespaces: { from: 'All' } } }),
    ],
    [['high', 'isolation', at('Gateway'), 'listener https takes routes of namespaces All']],
    [],
  ),
  object(
    'clients may use older TLS',
    named('ClientTrafficPolicy', ENVOY),
    [{ tls: { minVersion: '1.3' } }, { tls: { minVersion: '1.0' } }],
    [['high', 'encryption', at('ClientTrafficPolicy'), 'min_version goes from 1.3 to 1.0']],
    [],
  ),
  object(
    'an admission policy refuses less, and only when it can be asked',
    named('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1'),
    [
      { failurePolicy: 'Fail', validations: [{ expression: 'a == b' }, { expression: 'c == d' }] },
      { failurePolicy: 'Ignore', validations: [{ expression: 'c == d' }] },
    ],
    [
      ['high', 'protection', at('ValidatingAdmissionPolicy'), 'no longer asks for a == b'],
      ['high', 'protection', at('ValidatingAdmissionPolicy'), 'failure_policy goes from Fail to Ignore'],
    ],
    [],
  ),
  object(
    'what an admission policy finds is only written down',
    named('ValidatingAdmissionPolicyBinding', 'admissionregistration.k8s.io/v1'),
    [
      { policyName: 'p', validationActions: ['Deny'] },
      { policyName: 'p', validationActions: ['Audit'] },
    ],
    [['high', 'protection', at('ValidatingAdmissionPolicyBinding'), 'has no longer this effect: Deny']],
    [['high', 'protection', at('ValidatingAdmissionPolicyBinding'), 'has no longer this effect: Audit']],
  ),
  object(
    'nodes may be as many as they like',
    named('NodePool', 'karpenter.sh/v1'),
    [{ limits: { cpu: 100, memory: '400Gi' } }, { limits: { cpu: 200 } }],
    [
      ['low', 'limit', at('NodePool'), 'limits.cpu goes from 100 to 200'],
      ['high', 'limit', at('NodePool'), 'limits.memory is no longer limited'],
    ],
    [['low', 'limit', at('NodePool'), 'limits.cpu goes from 200 to 100']],
  ),
  object(
    'a release goes on without its analysis',
    named('Rollout', 'argoproj.io/v1alpha1'),
    [
      {
        strategy: {
          blueGreen: {
            autoPromotionEnabled: false,
            prePromotionAnalysis: { templates: [{ templateName: 'smoke' }] },
          },
        },
      },
      { strategy: { blueGreen: { autoPromotionEnabled: true } } },
    ],
    [
      ['high', 'delivery', at('Rollout'), 'without an analysis of pre_promotion_analysis'],
      ['high', 'delivery', at('Rollout'), 'promotes new versions by itself'],
    ],
    [],
  ),
  object(
    'pods are in another security group',
    named('SecurityGroupPolicy', 'vpcresources.k8s.aws/v1beta1'),
    [
      { podSelector: {}, securityGroups: { groupIds: ['sg-1'] } },
      { podSelector: {}, securityGroups: { groupIds: ['sg-1', 'sg-2'] } },
    ],
    [['high', 'network', at('SecurityGroupPolicy'), 'more security groups: sg-2']],
    [],
  ),
  setting(
    'a database forgets whose rows are whose',
    'kubernetes_config_map_v1',
    [
      {
        metadata: { name: 'sql', namespace: 'api' },
        data: { 'tenancy.sql': 'begin;\nalter table t force row level security;\ncommit;' },
      },
      { metadata: { name: 'sql', namespace: 'api' }, data: { 'tenancy.sql': 'begin;\ncommit;' } },
    ],
    [
      [
        'high',
        'isolation',
        'kubernetes_config_map_v1.it',
        'tenancy.sql says other things of whose rows are whose',
      ],
    ],
    [
      [
        'high',
        'isolation',
        'kubernetes_config_map_v1.it',
        'tenancy.sql says other things of whose rows are whose',
      ],
    ],
  ),
  setting(
    'nobody enforces the policies of pods',
    'aws_eks_addon',
    [
      { cluster_name: 'a', addon_name: 'vpc-cni', configuration_values: '{"enableNetworkPolicy":"true"}' },
      { cluster_name: 'a', addon_name: 'vpc-cni', configuration_values: '{}' },
    ],
    [['high', 'network', 'aws_eks_addon.it', 'enforces network policies no more']],
    [['low', 'unseen', 'aws_eks_addon.it', 'configuration_values changed']],
  ),
  setting(
    'a cluster goes back to an earlier version',
    'aws_eks_cluster',
    [
      { name: 'a', role_arn: 'r', version: '1.34' },
      { name: 'a', role_arn: 'r', version: '1.33' },
    ],
    [['high', 'data', 'aws_eks_cluster.it', 'version goes from 1.34 to 1.33']],
    [['low', 'data', 'aws_eks_cluster.it', 'version is another one: 1.34']],
  ),
];
