// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call */
import { A, ACCOUNT, ADDONS, CLUSTER, G, PREFIX, SHARD, STARTER, type Gap, type Leak } from './leak';

/** Leaks by jobs, nodes, ways into the cluster, providers, sections of Terraform and names of hosts. */
export const FENCE_LEAKS: readonly Leak[] = [
  {
    name: 'a job runs as the account of a shard’s job',
    plant: (s) => {
      s.resource(A, 'kubernetes_job_v1').spec.template.spec.service_account_name = 'tenancy-shard-1';
    },
    from: A,
    to: SHARD,
    says: 'tenancy-shard-1, which may read the password',
  },
  {
    name: 'a job sees its node’s network and files',
    plant: (s) => {
      Object.assign(s.resource(A, 'kubernetes_job_v1').spec.template.spec as object, {
        host_network: true,
        volume: [{ host_path: { path: '/' } }],
      });
    },
    from: A,
    to: 'same node',
    says: 'hostNetwork',
  },
  {
    name: 'a job reads the SQL of another tenant',
    plant: (s) => {
      s.resource(A, 'kubernetes_job_v1').spec.template.spec.volume[0].config_map = {
        name: 'tenancy-tenant-globex',
      };
    },
    from: A,
    to: G,
    says: 'tenancy-tenant-globex',
  },
  {
    name: 'a shard’s role goes to the account of a tenant’s job',
    plant: (s) => {
      s.resource(SHARD, 'aws_eks_pod_identity_association', 'Tenancy').service_account =
        'tenancy-tenant-acme';
    },
    from: A,
    to: 'the platform',
    says: 'tenancy-tenant-acme',
  },
  {
    name: 'a pool takes any name that a pod asks for',
    plant: (s) => {
      s.manifests(STARTER, 'NodePool', (text) =>
        text.replace(
          '\\"requirements\\":[',
          '\\"requirements\\":[{\\"key\\":\\"node-pool\\",\\"operator\\":\\"Exists\\"},',
        ),
      );
    },
    from: STARTER,
    to: 'every other owner',
    says: 'any pool',
  },
  {
    name: 'a pool of the platform has no taint',
    plant: (s) => {
      s.manifests(ADDONS, 'NodePool', (text) => text.replaceAll('\\"general\\"', '\\"other\\"'));
    },
    from: ADDONS,
    to: 'every other owner',
    says: 'nodes of other have no taint',
  },
  {
    name: 'pods may ask their node for its role',
    plant: (s) => {
      s.manifests(STARTER, 'EC2NodeClass', (text) =>
        text.replace('httpPutResponseHopLimit\\":1', 'httpPutResponseHopLimit\\":2'),
      );
    },
    from: 'pods on its nodes',
    to: 'the node’s role reaches',
    says: 'metadataOptions',
  },
  {
    name: 'nodes carry another security group',
    plant: (s) => {
      s.manifests(ADDONS, 'EC2NodeClass', (text) =>
        text.replace(
          'securityGroupSelectorTerms\\":[{',
          'securityGroupSelectorTerms\\":[{\\"name\\":\\"x\\"},{',
        ),
      );
    },
    from: 'pods on its nodes',
    to: 'every other owner',
    says: 'securityGroupSelectorTerms',
  },
  {
    name: 'nodes start from another image',
    plant: (s) => {
      s.manifests(STARTER, 'EC2NodeClass', (text) => text.replace(/bottlerocket@[^\\]*/, 'al2023@latest'));
    },
    from: 'pods on its nodes',
    to: 'every other owner',
    says: 'amiSelectorTerms',
  },
  {
    name: 'deployers of tenants have the whole cluster',
    plant: (s) => {
      s.resource(CLUSTER, 'aws_eks_access_policy_association', 'deploy-tenant').access_scope = {
        type: 'cluster',
      };
    },
    from: CLUSTER,
    to: 'every other owner',
    says: 'in the whole cluster',
  },
  {
    name: 'a stranger gets into the group of deployers',
    plant: (s) => {
      s.add(CLUSTER, 'aws_eks_access_entry', {
        principal_arn: `arn:aws:iam::${ACCOUNT}:role/x`,
        kubernetes_groups: ['bulkhead:deployers:tenant'],
      });
    },
    from: CLUSTER,
    to: 'every other owner',
    says: 'bulkhead:deployers:tenant',
  },
  {
    name: 'a ConfigMap lets into the cluster',
    plant: (s) => {
      s.resource(CLUSTER, 'aws_eks_cluster').access_config.authentication_mode = 'API_AND_CONFIG_MAP';
    },
    from: 'ConfigMap',
    to: 'every other owner',
    says: 'authentication_mode',
  },
  {
    name: 'an identity provider lets into the cluster',
    plant: (s) => {
      s.add(CLUSTER, 'aws_eks_identity_provider_config', { oidc: {} });
    },
    from: 'that provider',
    to: 'every other owner',
    says: 'identity provider',
  },
  {
    name: 'a section reads what no data source shows',
    plant: (s) => {
      s.json(A).ephemeral = { aws_secretsmanager_secret_version: { X: { secret_id: 'x' } } };
    },
    from: A,
    to: 'every other owner',
    says: 'the section ephemeral',
  },
  {
    name: 'a second provider works with a profile',
    plant: (s) => {
      s.json(A).provider.aws.push({ alias: 'x', profile: 'admin' });
    },
    from: A,
    to: 'every other owner',
    says: 'as its alias, profile say',
  },
  {
    name: 'a tenant is deployed by the deployer of another cell',
    plant: (s) => {
      s.json(A).provider.aws[0].assume_role[0].role_arn =
        'arn:aws:iam::333333333333:role/bulkhead-dev-dev1b-deploy-tenant';
    },
    from: A,
    to: 'every other owner',
    says: '333333333333',
  },
  {
    name: 'a tenant’s objects are made as the deployer of the add-ons',
    plant: (s) => {
      const { args } = s.json(A).provider.kubernetes[0].exec[0];
      args[args.length - 1] = `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-deploy-addons`;
    },
    from: A,
    to: 'every other owner',
    says: 'logs in to the cluster as',
  },
  {
    name: 'a tenant’s objects go into another cluster',
    plant: (s) => {
      s.json(A).provider.kubernetes[0].exec[0].args[5] = 'bulkhead-dev-dev1b';
    },
    from: A,
    to: 'every other owner',
    says: 'into the cluster bulkhead-dev-dev1b',
  },
  {
    name: 'a host name stands below another tenant’s',
    plant: (s) => {
      const record = s.resource(A, 'aws_route53_record');
      record.name = record.name.replace('acme.', 'acme.globex.');
    },
    from: A,
    to: 'whoever',
    says: 'acme.globex.',
  },
  {
    name: 'a name is given away to other name servers',
    plant: (s) => {
      Object.assign(s.resource(A, 'aws_route53_record') as object, { type: 'NS', records: ['ns.example'] });
    },
    from: A,
    to: 'whoever',
    says: 'of type NS',
  },
];

/** Controls that settings elsewhere undo. */
export const FENCE_GAPS: readonly Gap[] = [
  {
    name: 'a quota of no pods counts only some pods, so nothing is excused',
    plant: (s) => {
      s.add(STARTER, 'kubernetes_resource_quota_v1', {
        metadata: { name: 'zero', namespace: 'tier-starter' },
        spec: { hard: { pods: '0' }, scopes: ['BestEffort'] },
      });
      s.remove(STARTER, 'kubernetes_network_policy_v1', 'DenyAll');
    },
    stack: STARTER,
    control: 'network policy',
    says: 'there is no network policy',
  },
  {
    name: 'deny-all names no directions and so denies only what comes in',
    plant: (s) => {
      Reflect.deleteProperty(
        s.resource(A, 'kubernetes_network_policy_v1', 'DenyAll').spec as object,
        'policy_types',
      );
    },
    stack: A,
    control: 'network policy',
    says: 'lets everything out',
  },
  {
    name: 'pods that have a security group are no longer under network policies',
    plant: (s) => {
      const addon = s.resource(CLUSTER, 'aws_eks_addon', 'VpcCni');
      addon.configuration_values = addon.configuration_values.replace('MODE":"standard', 'MODE":"strict');
    },
    stack: A,
    control: 'network policy',
    says: 'POD_SECURITY_GROUP_ENFORCING_MODE',
  },
  {
    name: 'the policy for pods is about another version of them',
    plant: (s) => {
      s.manifests(ADDONS, 'ValidatingAdmissionPolicy', (text) =>
        text.replaceAll('\\"v1\\"]', '\\"v1beta1\\"]'),
      );
    },
    stack: A,
    control: 'node pool',
    says: 'may choose their nodes',
  },
];
