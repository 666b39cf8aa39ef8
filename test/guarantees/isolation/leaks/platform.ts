// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call */
import { A, ACCOUNT, ADDONS, CACHE, CLUSTER, contractField, PATH, PREFIX, type Leak } from './leak';

/** Leaks by stacks of the platform: objects for all namespaces, the namespace of migrations, and names of owners. */
export const PLATFORM_LEAKS: readonly Leak[] = [
  {
    name: 'the add-ons read a secret of a tenant',
    plant: (s) => {
      s.addData(ADDONS, 'aws_secretsmanager_secret_version', 'Planted', {
        secret_id: `${PATH}/tenant-acme/application`,
      });
    },
    from: ADDONS,
    to: A,
    says: 'its secret_id is',
  },
  {
    name: 'the add-ons read the contract of a tenant',
    plant: (s) => {
      contractField(s, ADDONS, 'tenant-acme', 'keyArn');
    },
    from: ADDONS,
    to: A,
    says: 'its name is /bulkhead/dev/dev1a/tenant-acme',
  },
  {
    name: 'an alias of a tenant’s key leads to another key',
    plant: (s) => {
      s.add(ADDONS, 'aws_kms_alias', { name: `alias/${PREFIX}-tenant/acme`, target_key_id: 'x' });
    },
    from: ADDONS,
    to: A,
    says: 'its name is alias/',
  },
  {
    name: 'logs of a tenant’s database go elsewhere',
    plant: (s) => {
      s.add(ADDONS, 'aws_cloudwatch_log_subscription_filter', {
        name: 'x',
        log_group_name: `/aws/rds/cluster/${PREFIX}-tenant-acme/postgresql`,
        destination_arn: 'x',
      });
    },
    from: ADDONS,
    to: A,
    says: 'its log_group_name is',
  },
  {
    name: 'an object by another provider, in a long text',
    plant: (s) => {
      s.add(ADDONS, 'kubectl_manifest', {
        yaml_body: `${'#'.repeat(9000)}\nmetadata:\n  namespace: tenant-acme\n`,
      });
    },
    from: ADDONS,
    to: A,
    says: '(content)',
  },
  {
    name: 'an add-on of the cluster takes a tenant’s role',
    plant: (s) => {
      s.resource(CLUSTER, 'aws_eks_addon', 'VpcCni').pod_identity_association = [
        { role_arn: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-acme.api`, service_account: 'aws-node' },
      ];
    },
    from: CLUSTER,
    to: A,
    says: 'pod_identity_association',
  },
  {
    name: 'operators may read secrets',
    plant: (s) => {
      s.resource(ADDONS, 'kubernetes_cluster_role_v1', 'bulkhead-operator').rule.push({
        api_groups: [''],
        resources: ['secrets'],
        verbs: ['get'],
      });
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'bulkhead-operator allows get on secrets',
  },
  {
    name: 'a cluster role widens another by a label',
    plant: (s) => {
      s.add(ADDONS, 'kubernetes_cluster_role_v1', {
        metadata: { name: 'x', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      });
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'aggregate-to-view',
  },
  {
    name: 'a tenant’s account is bound in the namespace of migrations',
    plant: (s) => {
      s.add(ADDONS, 'kubernetes_role_binding_v1', {
        metadata: { name: 'planted', namespace: 'data-migrations' },
        role_ref: { kind: 'ClusterRole', name: 'edit' },
        subject: [{ kind: 'ServiceAccount', name: 'api', namespace: 'tenant-acme' }],
      });
    },
    from: A,
    to: 'every other owner',
    says: 'act in data-migrations',
  },
  {
    name: 'all accounts are bound in a namespace of the platform',
    plant: (s) => {
      s.add(ADDONS, 'kubernetes_role_binding_v1', {
        metadata: { name: 'planted', namespace: 'kube-system' },
        role_ref: { kind: 'ClusterRole', name: 'admin' },
        subject: [{ kind: 'Group', name: 'system:serviceaccounts' }],
      });
    },
    from: 'every other owner',
    to: 'every other owner',
    says: 'system:serviceaccounts act in kube-system',
  },
  {
    name: 'whoever is not logged in has the whole cluster',
    plant: (s) => {
      s.add(ADDONS, 'kubernetes_cluster_role_binding_v1', {
        metadata: { name: 'planted', namespace: '' },
        role_ref: { kind: 'ClusterRole', name: 'cluster-admin' },
        subject: [{ kind: 'User', name: 'system:anonymous' }],
      });
    },
    from: 'every other owner',
    to: 'every other owner',
    says: 'system:anonymous act in all namespaces',
  },
  {
    name: 'deployers of tenants have another role over the whole cluster',
    plant: (s) => {
      s.resource(ADDONS, 'kubernetes_cluster_role_binding_v1', 'Deployers').role_ref.name = 'cluster-admin';
    },
    from: 'bulkhead:deployers:tenant',
    to: 'every other owner',
    says: 'act in all namespaces',
  },
  {
    name: 'a policy of the whole cluster goes before all others',
    plant: (s) => {
      s.manifests(ADDONS, 'SecurityGroupPolicy', (text) =>
        text.replace('\\"SecurityGroupPolicy\\"', '\\"AdminNetworkPolicy\\"'),
      );
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'goes before the network policies of all namespaces',
  },
  {
    name: 'jobs that change databases let somebody in',
    plant: (s) => {
      s.resource(ADDONS, 'kubernetes_network_policy_v1', 'AllowJobs').spec.ingress = [{}];
    },
    from: 'every other owner',
    to: 'every database',
    says: 'lets somebody in',
  },
  {
    name: 'nothing denies at first what jobs that change databases do',
    plant: (s) => {
      s.remove(ADDONS, 'kubernetes_network_policy_v1', 'DenyAll');
    },
    from: 'every other owner',
    to: 'every database',
    says: 'no network policy that denies everything',
  },
  {
    name: 'pods in the namespace of migrations may be privileged',
    plant: (s) => {
      s.resource(ADDONS, 'kubernetes_namespace_v1', 'DataMigrations').metadata.labels[
        'pod-security.kubernetes.io/enforce'
      ] = 'privileged';
    },
    from: 'every other owner',
    to: 'every database',
    says: 'restricted Pod Security Standard',
  },
  {
    name: 'other pods carry the group that every database lets in',
    plant: (s) => {
      s.manifests(ADDONS, 'SecurityGroupPolicy', (text) => text.replace('data-migrations', 'keda'));
    },
    from: ADDONS,
    to: 'every database',
    says: 'carries the security group of jobs',
  },
  {
    name: 'a machine carries the group that every database lets in',
    plant: (s) => {
      s.add(ADDONS, 'aws_network_interface_sg_attachment', {
        security_group_id: `\${${s.address(ADDONS, 'aws_security_group', 'DataMigrations')}.id}`,
        network_interface_id: 'eni-1',
      });
    },
    from: ADDONS,
    to: 'every database',
    says: 'carries the security group of jobs',
  },
  {
    name: 'the policy that holds deployers is gone',
    plant: (s) => {
      s.manifests(ADDONS, 'ValidatingAdmissionPolicy', (text) =>
        text.replace('\\"name\\":\\"bulkhead-deployers\\"', '\\"name\\":\\"other\\"'),
      );
    },
    from: 'operators and deployers',
    to: 'every other owner',
    says: 'bulkhead-deployers is not there',
  },
  {
    name: 'the policy that holds operators only warns',
    plant: (s) => {
      s.manifests(ADDONS, 'ValidatingAdmissionPolicyBinding', (text) => text.replace('\\"Deny\\",', ''));
    },
    from: 'operators and deployers',
    to: 'every other owner',
    says: 'bulkhead-operators has no binding with Deny',
  },
  {
    name: 'the stack’s tag is of another cell',
    plant: (s) => {
      s.json(ADDONS).provider.aws[0].default_tags[0].tags.cell = 'dev1b';
    },
    from: ADDONS,
    to: 'cell dev1b',
    says: 'its tag cell is dev1b',
  },
  {
    name: 'nobody publishes a contract that is read',
    plant: (s) => {
      s.json(CACHE).resource.aws_ssm_parameter = {};
    },
    from: A,
    to: 'every other owner',
    says: 'which no stack publishes',
  },
  {
    name: 'rules that Terraform computes in a stack of the platform',
    plant: (s) => {
      s.resource(ADDONS, 'aws_security_group').dynamic = { ingress: {} };
    },
    from: ADDONS,
    to: 'every other owner',
    says: '(dynamic)',
  },
];
