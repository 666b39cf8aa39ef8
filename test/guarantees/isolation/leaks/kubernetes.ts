// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument */
import {
  A,
  ACCOUNT,
  ADDONS,
  CLUSTER,
  contractField,
  ENTERPRISE,
  EU,
  G,
  type Leak,
  PREFIX,
  STARTER,
} from './leak';
import type { Loose, Scratch } from '../scratch';

const METADATA_NAME = 'kubernetes.io/metadata.name';

const policy = (s: Scratch, within: string): Loose =>
  s.resource(A, 'kubernetes_network_policy_v1', within).spec;

const binding = (namespace: string, subject: object, role = 'bulkhead-operator'): object => ({
  metadata: { name: 'planted', namespace },
  role_ref: { api_group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subject: [{ api_group: 'rbac.authorization.k8s.io', ...subject }],
});

/** Leaks by network policies, objects, roles of the cluster, nodes and security groups of pods. */
export const KUBERNETES_LEAKS: readonly Leak[] = [
  {
    name: 'a network policy lets in pods of another tenant',
    plant: (s) => {
      policy(s, 'FromGateway').ingress[0].from.push({
        namespace_selector: { match_labels: { [METADATA_NAME]: 'tenant-globex' } },
      });
    },
    from: G,
    to: A,
    says: 'network policy from-gateway lets in',
  },
  {
    name: 'a network policy lets in all tenants by a label',
    plant: (s) => {
      policy(s, 'FromGateway').ingress[0].from.push({
        namespace_selector: { match_labels: { 'bulkhead/tier': 'enterprise' } },
      });
    },
    from: EU,
    to: A,
    says: 'bulkhead/tier',
  },
  {
    name: 'a network policy lets in all but a few, by an expression',
    plant: (s) => {
      policy(s, 'FromGateway').ingress[0].from.push({
        namespace_selector: {
          match_expressions: [
            { key: 'bulkhead/tenant', operator: 'NotIn', values: ['globex', 'acme-eu', 'shared'] },
          ],
        },
      });
    },
    from: 'a tenant that could come',
    to: A,
    says: 'NotIn',
  },
  {
    name: 'a network policy lets in every namespace by an empty selector',
    plant: (s) => {
      policy(s, 'FromGateway').ingress[0].from = [{ namespace_selector: {} }];
    },
    from: EU,
    to: A,
    says: 'lets in {"namespaceSelector":{}}',
  },
  {
    name: 'a network policy names namespace and pods as two peers instead of one',
    plant: (s) => {
      const [peer] = policy(s, 'FromGateway').ingress[0].from;
      policy(s, 'FromGateway').ingress[0].from = [
        { namespace_selector: peer.namespace_selector },
        { pod_selector: peer.pod_selector },
      ];
    },
    from: 'pods outside',
    to: A,
    says: 'envoy-gateway-system',
  },
  {
    name: 'a network policy lets in gateways of the other fleet',
    plant: (s) => {
      policy(s, 'FromGateway').ingress[0].from[0].pod_selector.match_labels[
        'gateway.envoyproxy.io/owning-gateway-name'
      ] = 'shared';
    },
    from: 'pods outside',
    to: A,
    says: '"shared"',
  },
  {
    name: 'a network policy lets in addresses',
    plant: (s) => {
      policy(s, 'FromGateway').ingress[0].from.push({ ip_block: { cidr: '10.0.0.0/8' } });
    },
    from: 'everybody in 10.0.0.0/8',
    to: A,
    says: '10.0.0.0/8',
  },
  {
    name: 'a network policy names no peers, which are all',
    plant: (s) => {
      Reflect.deleteProperty(policy(s, 'FromGateway').ingress[0] as object, 'from');
    },
    from: 'every other owner',
    to: A,
    says: 'lets in everybody',
  },
  {
    name: 'a network policy names no ports, which are all',
    plant: (s) => {
      Reflect.deleteProperty(policy(s, 'FromGateway').ingress[0] as object, 'ports');
    },
    from: 'envoy-gateway-system',
    to: A,
    says: 'all ports',
  },
  {
    name: 'a network policy lets out to pods of another tenant, whatever that one lets in',
    plant: (s) => {
      policy(s, 'Dns').egress.push({
        to: [{ namespace_selector: { match_labels: { [METADATA_NAME]: 'tenant-globex' } } }],
      });
    },
    from: A,
    to: G,
    says: 'network policy dns lets out',
  },
  {
    name: 'a network policy lets out to the subnets of pods on the port of services',
    plant: (s) => {
      policy(s, 'Databases').egress.push({
        to: [{ ip_block: { cidr: '10.0.0.0/16' } }],
        ports: [{ port: '8080', protocol: 'TCP' }],
      });
    },
    from: A,
    to: 'everybody in 10.0.0.0/16',
    says: '8080',
  },
  {
    name: 'a network policy lets out to the whole network on the port of databases',
    plant: (s) => {
      policy(s, 'Databases').egress[0].to = [{ ip_block: { cidr: '0.0.0.0/0' } }];
    },
    from: A,
    to: 'everybody in 0.0.0.0/0',
    says: '5432',
  },
  {
    name: 'a network policy lets everything out',
    plant: (s) => {
      policy(s, 'Dns').egress.push({});
    },
    from: A,
    to: 'every other owner',
    says: 'lets out to everybody',
  },
  {
    name: 'the pods’ security group lets in another tenant’s',
    plant: (s) => {
      s.add(A, 'aws_vpc_security_group_ingress_rule', {
        security_group_id: `\${${s.address(A, 'aws_security_group', 'PodSecurityGroup')}.id}`,
        ip_protocol: 'tcp',
        from_port: 8080,
        to_port: 8080,
        referenced_security_group_id: contractField(s, A, 'tenant-globex', 'podSecurityGroupId'),
      });
    },
    from: G,
    to: A,
    says: 'tcp 8080',
  },
  {
    name: 'the group that all pods carry lets its own members in',
    plant: (s) => {
      const group = `\${${s.address(CLUSTER, 'aws_security_group', 'Workloads')}.id}`;
      s.add(CLUSTER, 'aws_vpc_security_group_ingress_rule', {
        security_group_id: group,
        ip_protocol: '-1',
        referenced_security_group_id: group,
      });
    },
    from: 'dev1a-cluster',
    to: 'all owners',
    says: 'all ports',
  },
  {
    name: 'tenants reach the nodes’ kubelets',
    plant: (s) => {
      const [rule] = Object.values(s.json(CLUSTER).resource.aws_vpc_security_group_ingress_rule).filter(
        (each: Loose) => each.from_port === 53,
      ) as Loose[];
      rule.from_port = 0;
      rule.to_port = 65535;
    },
    from: 'dev1a-cluster',
    to: 'dev1a-cluster',
    says: 'tcp 0-65535',
  },
  {
    name: 'pods carry another tenant’s security group',
    plant: (s) => {
      const field = contractField(s, A, 'tenant-globex', 'podSecurityGroupId').slice(2, -1);
      const release = s.resource(A, 'helm_release', 'PodSecurityGroups');
      release.values[0] = release.values[0].replace(/"1" = .*?\.workloadSecurityGroupId/, `"1" = ${field}`);
    },
    from: A,
    to: G,
    says: 'the security group',
  },
  {
    name: 'pods carry the security group of the nodes',
    plant: (s) => {
      const release = s.resource(A, 'helm_release', 'PodSecurityGroups');
      release.values[0] = release.values[0].replace('.workloadSecurityGroupId', '.securityGroupId');
    },
    from: A,
    to: 'whoever lets that group in',
    says: 'aws_eks_cluster',
  },
  {
    name: 'an object stands in the namespace of another tenant',
    plant: (s) => {
      s.resource(A, 'kubernetes_service_account_v1', 'Service-api').metadata.namespace = 'tenant-globex';
    },
    from: A,
    to: G,
    says: 'ServiceAccount tenant-globex/api',
  },
  {
    name: 'an object of the platform stands in the namespace of a tenant',
    plant: (s) => {
      s.add(ADDONS, 'kubernetes_network_policy_v1', {
        metadata: { name: 'open', namespace: 'tenant-acme' },
        spec: { pod_selector: {}, ingress: [{}], policy_types: ['Ingress'] },
      });
    },
    from: ADDONS,
    to: A,
    says: 'NetworkPolicy tenant-acme/open',
  },
  {
    name: 'an object in a chart stands in the namespace of another',
    plant: (s) => {
      s.manifests(A, 'SecurityGroupPolicy', (text) => text.replace('tenant-acme', 'tenant-globex'));
    },
    from: A,
    to: G,
    says: 'SecurityGroupPolicy tenant-globex/pods',
  },
  {
    name: 'a chart of somebody else is put into a tenant’s namespace',
    plant: (s) => {
      s.add(A, 'helm_release', {
        name: 'planted',
        namespace: 'tenant-acme',
        chart: 'nginx',
        repository: 'https://charts.example',
      });
    },
    from: A,
    to: 'every other owner',
    says: 'the chart nginx',
  },
  {
    name: 'a job takes the account of another tenant’s job',
    plant: (s) => {
      s.resource(A, 'kubernetes_service_account_v1', 'Tenancy').metadata.name = 'tenancy-tenant-acme-eu';
    },
    from: A,
    to: 'namespace',
    says: 'tenancy-tenant-acme-eu',
  },
  {
    name: 'a kind that nobody has thought about',
    plant: (s) => {
      s.add(A, 'kubernetes_manifest', {
        manifest: {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'TLSRoute',
          metadata: { name: 'x', namespace: 'tenant-acme' },
          spec: {},
        },
      });
    },
    from: A,
    to: 'every other owner',
    says: 'nobody has checked yet whom a TLSRoute can reach',
  },
  {
    name: 'everybody who is logged in may look into a namespace',
    plant: (s) => {
      s.add(
        A,
        'kubernetes_role_binding_v1',
        binding('tenant-acme', { kind: 'Group', name: 'system:authenticated' }),
      );
    },
    from: 'every other owner',
    to: A,
    says: 'system:authenticated',
  },
  {
    name: 'accounts of another tenant may look into a namespace',
    plant: (s) => {
      s.add(
        A,
        'kubernetes_role_binding_v1',
        binding('tenant-acme', { kind: 'Group', name: 'system:serviceaccounts:tenant-globex' }),
      );
    },
    from: G,
    to: A,
    says: 'system:serviceaccounts:tenant-globex',
  },
  {
    name: 'operators of another tier may look into a namespace',
    plant: (s) => {
      s.resource(A, 'kubernetes_role_binding_v1', 'Binding-operators').subject[0].name =
        'bulkhead:operators:starter';
    },
    from: STARTER,
    to: A,
    says: 'bulkhead:operators:starter',
  },
  {
    name: 'an account gets a role over the whole cluster',
    plant: (s) => {
      s.add(A, 'kubernetes_cluster_role_binding_v1', {
        metadata: { name: 'planted' },
        role_ref: { kind: 'ClusterRole', name: 'view' },
        subject: [{ kind: 'ServiceAccount', namespace: 'tenant-acme', name: 'api' }],
      });
    },
    from: A,
    to: 'every other owner',
    says: 'act in all namespaces',
  },
  {
    name: 'the addons stack gives operators a role over the whole cluster',
    plant: (s) => {
      s.add(ADDONS, 'kubernetes_cluster_role_binding_v1', {
        metadata: { name: 'planted' },
        role_ref: { kind: 'ClusterRole', name: 'bulkhead-operator' },
        subject: [{ kind: 'Group', name: 'bulkhead:operators:starter' }],
      });
    },
    from: STARTER,
    to: 'every other owner',
    says: 'act in all namespaces',
  },
  {
    name: 'a stranger’s role is bound in a namespace',
    plant: (s) => {
      s.resource(A, 'kubernetes_role_binding_v1', 'Binding-operators').role_ref.name = 'cluster-admin';
    },
    from: A,
    to: 'every other owner',
    says: 'cluster-admin',
  },
  {
    name: 'an access entry makes operators of another tier',
    plant: (s) => {
      s.add(STARTER, 'aws_eks_access_entry', {
        cluster_name: PREFIX,
        principal_arn: `arn:aws:iam::${ACCOUNT}:role/people`,
        kubernetes_groups: ['bulkhead:operators:enterprise'],
      });
    },
    from: STARTER,
    to: ENTERPRISE,
    says: 'bulkhead:operators:enterprise',
  },
  {
    name: 'an access policy holds for the whole cluster',
    plant: (s) => {
      s.add(STARTER, 'aws_eks_access_policy_association', {
        cluster_name: PREFIX,
        principal_arn: `arn:aws:iam::${ACCOUNT}:role/people`,
        policy_arn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy',
        access_scope: { type: 'cluster' },
      });
    },
    from: STARTER,
    to: 'every other owner',
    says: 'AmazonEKSViewPolicy in the whole cluster',
  },
  {
    name: 'a tenant’s role gets into the cluster',
    plant: (s) => {
      s.add(CLUSTER, 'aws_eks_access_entry', {
        cluster_name: PREFIX,
        principal_arn: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-acme.api`,
      });
    },
    from: A,
    to: 'every other owner',
    says: 'into the cluster',
  },
  {
    name: 'nodes of a tier carry the taint of another pool',
    plant: (s) => {
      s.manifests(STARTER, 'NodePool', (text) =>
        text.replace('\\"value\\":\\"tier-starter\\"', '\\"value\\":\\"tier-enterprise\\"'),
      );
    },
    from: STARTER,
    to: ENTERPRISE,
    says: 'the taint of tier-enterprise',
  },
  {
    name: 'nodes of a tier carry the label of another pool',
    plant: (s) => {
      s.manifests(STARTER, 'NodePool', (text) =>
        text.replace('\\"node-pool\\":\\"tier-starter\\"', '\\"node-pool\\":\\"tier-enterprise\\"'),
      );
    },
    from: STARTER,
    to: ENTERPRISE,
    says: 'the label of tier-enterprise',
  },
  {
    name: 'a namespace is labelled as another tenant’s',
    plant: (s) => {
      s.resource(A, 'kubernetes_namespace_v1').metadata.labels['bulkhead/tenant'] = 'globex';
    },
    from: A,
    to: 'tenant globex',
    says: 'bulkhead/tenant: globex',
  },
  {
    name: 'a stack makes the namespace of another tenant',
    plant: (s) => {
      s.add(A, 'kubernetes_namespace_v1', { metadata: { name: 'tenant-globex' } });
    },
    from: A,
    to: G,
    says: 'Namespace tenant-globex',
  },
  {
    name: 'a job runs as the account of another tenant’s job',
    plant: (s) => {
      s.resource(A, 'kubernetes_job_v1').spec.template.spec.service_account_name = 'tenancy-tenant-globex';
    },
    from: A,
    to: G,
    says: 'tenancy-tenant-globex, which may read the password',
  },
  {
    name: 'a service account takes another tenant’s role by annotation',
    plant: (s) => {
      s.resource(A, 'kubernetes_service_account_v1', 'Service-api').metadata.annotations = {
        'eks.amazonaws.com/role-arn': `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-globex.api`,
      };
    },
    from: A,
    to: G,
    says: 'by annotation',
  },
  {
    name: 'labels of a namespace are changed by a patch',
    plant: (s) => {
      s.add(A, 'kubernetes_labels', {
        api_version: 'v1',
        kind: 'Namespace',
        metadata: { name: 'tenant-acme' },
        labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
      });
    },
    from: A,
    to: 'every other owner',
    says: 'change of a Namespace',
  },
  {
    name: 'a release changes the values of a generated chart',
    plant: (s) => {
      s.resource(A, 'helm_release', 'PodSecurityGroups').set = [{ name: 'terraform.0', value: 'sg-0123' }];
    },
    from: A,
    to: 'every other owner',
    says: 'nobody knows what the chart',
  },
  {
    name: 'a priority class is the default of the cluster',
    plant: (s) => {
      s.resource(STARTER, 'kubernetes_priority_class_v1').global_default = true;
    },
    from: STARTER,
    to: 'every other owner',
    says: 'is the default of the whole cluster',
  },
];
