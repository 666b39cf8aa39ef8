// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument */
import { A, ADDONS, CACHE, CLUSTER, contractField, ENTERPRISE, type Gap, PATH, SHARD, STARTER } from './leak';

/** A gap for every control, and for each thing that a resource must do to count. */
export const GAPS: readonly Gap[] = [
  {
    name: 'there is no database',
    plant: (s) => {
      s.remove(A, 'aws_rds_cluster');
    },
    stack: A,
    control: 'database',
    says: 'there is no database cluster in its own stack',
  },
  {
    name: 'an instance of the database is public',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster_instance', 'Instance1').publicly_accessible = true;
    },
    stack: A,
    control: 'database',
    says: 'can be reached from the internet',
  },
  {
    name: 'the database is not encrypted',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').storage_encrypted = false;
    },
    stack: A,
    control: 'database',
    says: 'is not encrypted',
  },
  {
    name: 'the database is encrypted with a key of the platform',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').kms_key_id = contractField(s, A, 'cache', 'keyArn');
    },
    stack: A,
    control: 'database',
    says: 'is encrypted with no key of dev1a-tenant-acme',
  },
  {
    name: 'the database may be deleted',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').deletion_protection = false;
    },
    stack: A,
    control: 'database',
    says: 'may be deleted by one call',
  },
  {
    name: 'a shard may be deleted',
    plant: (s) => {
      s.resource(SHARD, 'aws_rds_cluster').deletion_protection = false;
    },
    stack: STARTER,
    control: 'database',
    says: 'may be deleted by one call',
  },
  {
    name: 'the database has a password in the state',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').master_password = 'secret';
    },
    stack: A,
    control: 'database credentials',
    says: 'master_password',
  },
  {
    name: 'the service logs in as another user',
    plant: (s) => {
      const statement = s.statements(A, 'connect-Tenant-Database')[0];
      statement.resources = statement.resources.map((each: string) =>
        each.replace(/[^/]*$/, 'bulkhead_migrator'),
      );
    },
    stack: A,
    control: 'database credentials',
    says: "logs in as 'bulkhead_migrator'",
  },
  {
    name: 'the key is not rotated',
    plant: (s) => {
      s.resource(A, 'aws_kms_key', 'Secrets').enable_key_rotation = false;
    },
    stack: A,
    control: 'KMS key',
    says: 'is not rotated',
  },
  {
    name: 'there is no namespace',
    plant: (s) => {
      s.remove(A, 'kubernetes_namespace_v1');
    },
    stack: A,
    control: 'namespace',
    says: 'there is no namespace tenant-acme',
  },
  {
    name: 'load balancers are allowed',
    plant: (s) => {
      Reflect.deleteProperty(
        s.resource(A, 'kubernetes_resource_quota_v1').spec.hard as object,
        'services.loadbalancers',
      );
    },
    stack: A,
    control: 'quota',
    says: 'does not forbid services.loadbalancers',
  },
  {
    name: 'pods are not counted',
    plant: (s) => {
      Reflect.deleteProperty(s.resource(STARTER, 'kubernetes_resource_quota_v1').spec.hard as object, 'pods');
    },
    stack: STARTER,
    control: 'quota',
    says: 'sets no finite pods',
  },
  {
    name: 'the quota counts only some pods',
    plant: (s) => {
      s.resource(A, 'kubernetes_resource_quota_v1').spec.scopes = ['Terminating'];
    },
    stack: A,
    control: 'quota',
    says: 'counts only some of the pods',
  },
  {
    name: 'containers have no size',
    plant: (s) => {
      s.resource(A, 'kubernetes_limit_range_v1').spec.limit[0].type = 'Pod';
    },
    stack: A,
    control: 'limits',
    says: 'limits no containers',
  },
  {
    name: 'deny-all denies only some pods',
    plant: (s) => {
      s.resource(A, 'kubernetes_network_policy_v1', 'DenyAll').spec.pod_selector = {
        match_labels: { app: 'api' },
      };
    },
    stack: A,
    control: 'network policy',
    says: 'selects only some of the pods',
  },
  {
    name: 'deny-all denies only what comes in',
    plant: (s) => {
      s.resource(A, 'kubernetes_network_policy_v1', 'DenyAll').spec.policy_types = ['Ingress'];
    },
    stack: A,
    control: 'network policy',
    says: 'lets everything out',
  },
  {
    name: 'pods need not be restricted',
    plant: (s) => {
      s.resource(A, 'kubernetes_namespace_v1').metadata.labels['pod-security.kubernetes.io/enforce'] =
        'baseline';
    },
    stack: A,
    control: 'pod security',
    says: "enforces 'baseline' and not restricted",
  },
  {
    name: 'the default account mounts its token',
    plant: (s) => {
      s.remove(A, 'kubernetes_default_service_account_v1');
    },
    stack: A,
    control: 'pod security',
    says: 'default service account',
  },
  {
    name: 'a service account mounts its token',
    plant: (s) => {
      s.resource(A, 'kubernetes_service_account_v1', 'Service-api').automount_service_account_token = true;
    },
    stack: A,
    control: 'pod security',
    says: 'lets account api mount its token',
  },
  {
    name: 'only some pods have a security group of their own',
    plant: (s) => {
      s.manifests(A, 'SecurityGroupPolicy', (text) =>
        text.replace('\\"podSelector\\":{}', '\\"podSelector\\":{\\"matchLabels\\":{\\"app\\":\\"api\\"}}'),
      );
    },
    stack: A,
    control: 'pod security group',
    says: 'selects only some of the pods',
  },
  {
    name: 'pods have no security group of their own',
    plant: (s) => {
      s.remove(A, 'helm_release', 'PodSecurityGroups');
    },
    stack: A,
    control: 'pod security group',
    says: 'there is no SecurityGroupPolicy',
  },
  {
    name: 'nodes have no taint',
    plant: (s) => {
      s.manifests(STARTER, 'NodePool', (text) => text.replace(/\\"taints\\":\[.*?\],/, ''));
    },
    stack: STARTER,
    control: 'node pool',
    says: 'has no taint node-pool=tier-starter:NoSchedule',
  },
  {
    name: 'the nodes of dedicated tenants have no taint',
    plant: (s) => {
      s.manifests(ENTERPRISE, 'NodePool', (text) => text.replace(/\\"taints\\":\[.*?\],/, ''));
    },
    stack: A,
    control: 'node pool',
    says: 'has no taint node-pool=tier-enterprise:NoSchedule',
  },
  {
    name: 'nodes have no limits',
    plant: (s) => {
      s.manifests(STARTER, 'NodePool', (text) => text.replace(/\\"limits\\":\{.*?\},/, ''));
    },
    stack: STARTER,
    control: 'node pool',
    says: 'has no limits',
  },
  {
    name: 'the namespace asks for another’s nodes',
    plant: (s) => {
      s.resource(A, 'kubernetes_namespace_v1').metadata.labels['bulkhead/node-pool'] = 'tier-starter';
    },
    stack: A,
    control: 'node pool',
    says: 'bulkhead/node-pool: tier-starter',
  },
  {
    name: 'nobody holds pods to the nodes of their namespace',
    plant: (s) => {
      s.manifests(ADDONS, 'ValidatingAdmissionPolicyBinding', (text) => text.replace('\\"Deny\\",', ''));
    },
    stack: A,
    control: 'node pool',
    says: 'may choose their nodes',
  },
  {
    name: 'the role is for another cluster',
    plant: (s) => {
      s.statements(A, 'Service-api/Role/Trust')[0].condition[0].values = [
        'arn:aws:eks:us-east-1:444444444444:cluster/other',
      ];
    },
    stack: A,
    control: 'IAM role',
    says: 'does not demand the cell’s cluster',
  },
  {
    name: 'the role belongs to no service account',
    plant: (s) => {
      s.remove(A, 'aws_eks_pod_identity_association', 'Service-api');
    },
    stack: A,
    control: 'IAM role',
    says: 'has no Pod Identity association',
  },
  {
    name: 'there is no cache user',
    plant: (s) => {
      s.remove(A, 'aws_elasticache_user');
    },
    stack: A,
    control: 'cache prefix',
    says: 'there is no cache user in its own stack',
  },
  {
    name: 'the cache has no user for a tier’s service',
    plant: (s) => {
      s.remove(CACHE, 'aws_elasticache_user', 'User-svc-starter-api');
    },
    stack: STARTER,
    control: 'cache prefix',
    says: 'is a user that the cache does not have',
  },
  {
    name: 'the secret has no key of the owner’s',
    plant: (s) => {
      Reflect.deleteProperty(
        s.resource(A, 'aws_secretsmanager_secret', 'Application') as object,
        'kms_key_id',
      );
    },
    stack: A,
    control: 'secrets path',
    says: 'is encrypted with no key of dev1a-tenant-acme',
  },
  {
    name: 'the secret is refused to nobody',
    plant: (s) => {
      s.remove(A, 'aws_secretsmanager_secret_policy', 'Application');
    },
    stack: A,
    control: 'secrets path',
    says: 'does not refuse GetSecretValue',
  },
  {
    name: 'the secret stands elsewhere',
    plant: (s) => {
      s.resource(A, 'aws_secretsmanager_secret', 'Application').name = `${PATH}/shared/acme`;
    },
    stack: A,
    control: 'secrets path',
    says: `is not below ${PATH}/tenant-acme/`,
  },
  {
    name: 'no gateway is let in',
    plant: (s) => {
      s.remove(A, 'kubernetes_network_policy_v1', 'FromGateway');
    },
    stack: A,
    control: 'gateway fleet',
    says: 'there is no network policy that lets a gateway in',
  },
  {
    name: 'the namespace is labelled for the other fleet',
    plant: (s) => {
      s.resource(A, 'kubernetes_namespace_v1').metadata.labels['bulkhead/gateway-fleet'] = 'shared';
    },
    stack: A,
    control: 'gateway fleet',
    says: 'bulkhead/gateway-fleet: shared',
  },
  {
    name: 'the cluster ignores network policies',
    plant: (s) => {
      const addon = s.resource(CLUSTER, 'aws_eks_addon', 'VpcCni');
      addon.configuration_values = addon.configuration_values.replace(
        '"enableNetworkPolicy":"true"',
        '"enableNetworkPolicy":"false"',
      );
    },
    stack: A,
    control: 'network policy',
    says: 'does not heed network policies',
  },
  {
    name: 'the cluster gives no pod a security group',
    plant: (s) => {
      const addon = s.resource(CLUSTER, 'aws_eks_addon', 'VpcCni');
      addon.configuration_values = addon.configuration_values.replace(
        '"ENABLE_POD_ENI":"true"',
        '"ENABLE_POD_ENI":"false"',
      );
    },
    stack: STARTER,
    control: 'pod security group',
    says: 'does not heed security groups of pods',
  },
  {
    name: 'the cache asks nobody who connects',
    plant: (s) => {
      s.resource(CACHE, 'aws_elasticache_replication_group').user_group_ids = [];
    },
    stack: A,
    control: 'cache prefix',
    says: 'has no user group',
  },
  {
    name: 'nobody puts row-level security into a shard',
    plant: (s) => {
      s.remove(SHARD, 'kubernetes_job_v1');
    },
    stack: STARTER,
    control: 'database',
    says: 'has no job that puts row-level security into it',
  },
  {
    name: 'the proxy of a shard takes passwords',
    plant: (s) => {
      s.resource(SHARD, 'aws_db_proxy').default_auth_scheme = 'NONE';
    },
    stack: STARTER,
    control: 'database',
    says: 'without tokens of IAM',
  },
  {
    name: 'a second database of a tenant is open',
    plant: (s) => {
      s.add(A, 'aws_rds_cluster', {
        ...s.resource(A, 'aws_rds_cluster'),
        '//': undefined,
        storage_encrypted: false,
      });
    },
    stack: A,
    control: 'database',
    says: 'aws_rds_cluster.Planted is not encrypted',
  },
  {
    name: 'the namespace is made a second time, without labels',
    plant: (s) => {
      s.add(A, 'kubernetes_manifest', {
        manifest: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-acme', labels: {} } },
      });
    },
    stack: A,
    control: 'pod security',
    says: "enforces '' and not restricted",
  },
];
