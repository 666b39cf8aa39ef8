// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/restrict-plus-operands */
import {
  A,
  ACCOUNT,
  ADDONS,
  arn,
  CACHE,
  contractField,
  EU,
  G,
  type Leak,
  PATH,
  PREFIX,
  PROFESSIONAL,
  SHARD,
  STARTER,
} from './leak';

const ingress = (group: string, peer: object, port = 5432): object => ({
  security_group_id: group,
  ip_protocol: 'tcp',
  from_port: port,
  to_port: port,
  ...peer,
});

/** Leaks by keys, secrets, databases and the cache. */
export const DATA_LEAKS: readonly Leak[] = [
  {
    name: 'a key lets in a role of another tenant',
    plant: (s) => {
      s.statements(A, 'Secrets/Key/Policy').push({
        sid: 'Other',
        principals: [
          { type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-globex.api`] },
        ],
        actions: ['kms:Decrypt'],
        resources: ['*'],
      });
    },
    from: G,
    to: A,
    says: 'statement Other',
  },
  {
    name: 'a key lets in everybody',
    plant: (s) => {
      s.resource(A, 'aws_kms_key', 'Secrets').policy = JSON.stringify({
        Statement: [{ Sid: 'All', Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
      });
    },
    from: 'every other owner',
    to: A,
    says: 'statement All',
  },
  {
    name: 'a key lets in everybody but one',
    plant: (s) => {
      s.statements(A, 'Secrets/Key/Policy').push({
        sid: 'ButOne',
        not_principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:root`] }],
        actions: ['kms:Decrypt'],
        resources: ['*'],
      });
    },
    from: 'every other owner',
    to: A,
    says: 'NotPrincipal',
  },
  {
    name: 'CloudWatch Logs may use a tenant’s key for logs of another',
    plant: (s) => {
      s.statements(A, 'Aurora/Key/Policy')[1].condition[0].values = [
        arn('logs', `log-group:/aws/rds/cluster/${PREFIX}-tenant-acme*`),
      ];
    },
    from: 'logs.',
    to: A,
    says: 'statement LogsEncrypts',
  },
  {
    name: 'a key of the platform lets in a tenant',
    plant: (s) => {
      s.statements(CACHE, 'Cache/Key/Policy').push({
        sid: 'Tenant',
        principals: [
          { type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-acme.api`] },
        ],
        actions: ['kms:Decrypt'],
        resources: ['*'],
      });
    },
    from: A,
    to: 'the platform',
    says: 'statement Tenant',
  },
  {
    name: 'a grant gives a key to another tenant’s role',
    plant: (s) => {
      s.add(A, 'aws_kms_grant', {
        key_id: `\${${s.address(A, 'aws_kms_key', 'Secrets')}.key_id}`,
        grantee_principal: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-globex.api`,
        operations: ['Decrypt'],
      });
    },
    from: G,
    to: A,
    says: 'the use of',
  },
  {
    name: 'a secret lets in another tenant',
    plant: (s) => {
      s.statements(A, 'Secrets/Policy').push({
        sid: 'Friend',
        principals: [
          { type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-globex.api`] },
        ],
        actions: ['secretsmanager:GetSecretValue'],
        resources: ['*'],
      });
    },
    from: G,
    to: A,
    says: 'statement Friend',
  },
  {
    name: 'a secret stands below the path of another',
    plant: (s) => {
      s.resource(A, 'aws_secretsmanager_secret', 'Application').name = `${PATH}/tenant-globex/application`;
    },
    from: A,
    to: G,
    says: 'it is called bulkhead/dev/dev1a/tenant-globex/application',
  },
  {
    name: 'a parameter stands below the path of another',
    plant: (s) => {
      s.add(A, 'aws_ssm_parameter', { name: `/${PATH}/tenant-globex/setting`, type: 'String', value: 'x' });
    },
    from: A,
    to: G,
    says: 'tenant-globex/setting',
  },
  {
    name: 'a secret of the platform stands below a tenant’s path',
    plant: (s) => {
      s.add(ADDONS, 'aws_secretsmanager_secret', { name: `${PATH}/tenant-acme/other` });
    },
    from: ADDONS,
    to: A,
    says: 'which only dev1a-tenant-acme may have',
  },
  {
    name: 'a database is encrypted with another tenant’s key',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').kms_key_id = contractField(s, A, 'tenant-globex', 'databaseKeyArn');
    },
    from: A,
    to: G,
    says: 'databaseKeyArn',
  },
  {
    name: 'the contract of another tenant is read',
    plant: (s) => {
      contractField(s, A, 'tenant-globex', 'namespace');
    },
    from: A,
    to: G,
    says: `it reads the contract /${PATH}/tenant-globex`,
  },
  {
    name: 'a pooled tier reads the contract of a tenant',
    plant: (s) => {
      contractField(s, STARTER, 'tenant-acme', 'namespace');
    },
    from: STARTER,
    to: A,
    says: `it reads the contract /${PATH}/tenant-acme`,
  },
  {
    name: 'the contract of another tenant is written',
    plant: (s) => {
      s.resource(A, 'aws_ssm_parameter').name = `/${PATH}/tenant-globex`;
    },
    from: A,
    to: G,
    says: 'tenant-globex',
  },
  {
    name: 'the state of another stack is read',
    plant: (s) => {
      s.addData(A, 'terraform_remote_state', 'Other', {
        backend: 's3',
        config: { key: 'dev/dev1a-tenant-globex.tfstate' },
      });
    },
    from: A,
    to: 'every other owner',
    says: 'it reads the whole state of another stack',
  },
  {
    name: 'another’s database is looked up',
    plant: (s) => {
      s.addData(A, 'aws_rds_cluster', 'Other', { cluster_identifier: `${PREFIX}-tenant-globex` });
    },
    from: A,
    to: 'every other owner',
    says: 'it looks up aws_rds_cluster',
  },
  {
    name: 'a database lets in a range of addresses',
    plant: (s) => {
      const group = `\${${s.address(A, 'aws_security_group', 'Aurora')}.id}`;
      s.add(A, 'aws_vpc_security_group_ingress_rule', ingress(group, { cidr_ipv4: '10.0.0.0/8' }));
    },
    from: 'everybody in 10.0.0.0/8',
    to: A,
    says: 'tcp 5432',
  },
  {
    name: 'a database lets in the whole cluster, by a rule of the old type',
    plant: (s) => {
      s.add(A, 'aws_security_group_rule', {
        type: 'ingress',
        security_group_id: `\${${s.address(A, 'aws_security_group', 'Aurora')}.id}`,
        protocol: '-1',
        from_port: 0,
        to_port: 0,
        source_security_group_id:
          '${jsondecode(data.aws_ssm_parameter.Contract-cluster.insecure_value).securityGroupId}',
      });
    },
    from: 'dev1a-cluster',
    to: A,
    says: 'all ports',
  },
  {
    name: 'a database lets in everybody, by a rule inside its group',
    plant: (s) => {
      s.resource(A, 'aws_security_group', 'Aurora').ingress = [
        { protocol: 'tcp', from_port: 5432, to_port: 5432, cidr_blocks: ['0.0.0.0/0'] },
      ];
    },
    from: 'everybody in 0.0.0.0/0',
    to: A,
    says: 'tcp 5432',
  },
  {
    name: 'a database lets in all tenants’ pods, by the group that they share',
    plant: (s) => {
      const group = `\${${s.address(A, 'aws_security_group', 'Aurora')}.id}`;
      s.add(
        A,
        'aws_vpc_security_group_ingress_rule',
        ingress(group, {
          referenced_security_group_id:
            '${jsondecode(data.aws_ssm_parameter.Contract-cluster.insecure_value).workloadSecurityGroupId}',
        }),
      );
    },
    from: 'dev1a-cluster:aws_security_group',
    to: A,
    says: 'lets in',
  },
  {
    name: 'a database lets in a group that is known by its id only',
    plant: (s) => {
      const group = `\${${s.address(A, 'aws_security_group', 'Aurora')}.id}`;
      s.add(
        A,
        'aws_vpc_security_group_ingress_rule',
        ingress(group, { referenced_security_group_id: 'sg-0123456789abcdef0' }),
      );
    },
    from: 'sg-0123456789abcdef0',
    to: A,
    says: 'tcp 5432',
  },
  {
    name: 'a database stands behind the security group of the cluster',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').vpc_security_group_ids = [
        '${jsondecode(data.aws_ssm_parameter.Contract-cluster.insecure_value).securityGroupId}',
      ];
    },
    from: 'every other owner',
    to: A,
    says: 'stands behind',
  },
  {
    name: 'a tenant opens a shard for itself',
    plant: (s) => {
      const group = contractField(s, A, 'data-shard-1', 'securityGroupId');
      s.add(
        A,
        'aws_vpc_security_group_ingress_rule',
        ingress(group, {
          referenced_security_group_id: `\${${s.address(A, 'aws_security_group', 'PodSecurityGroup')}.id}`,
        }),
      );
    },
    from: A,
    to: SHARD,
    says: 'a security group that is not its own',
  },
  {
    name: 'a shard lets in the whole cluster',
    plant: (s) => {
      const group = `\${${s.address(SHARD, 'aws_security_group', 'Proxy')}.id}`;
      s.add(
        SHARD,
        'aws_vpc_security_group_ingress_rule',
        ingress(group, {
          referenced_security_group_id:
            '${jsondecode(data.aws_ssm_parameter.Contract-cluster.insecure_value).securityGroupId}',
        }),
      );
    },
    from: 'dev1a-cluster',
    to: 'all owners in dev1a-data-shard-1',
    says: 'tcp 5432',
  },
  {
    name: 'a shard lets in the network',
    plant: (s) => {
      const group = `\${${s.address(SHARD, 'aws_security_group', 'Aurora')}.id}`;
      s.add(SHARD, 'aws_vpc_security_group_ingress_rule', ingress(group, { cidr_ipv4: '10.0.0.0/16' }));
    },
    from: 'everybody in 10.0.0.0/16',
    to: 'all owners in dev1a-data-shard-1',
    says: 'tcp 5432',
  },
  {
    name: 'the cache lets in the network',
    plant: (s) => {
      const group = `\${${s.address(CACHE, 'aws_security_group')}.id}`;
      s.add(CACHE, 'aws_vpc_security_group_ingress_rule', ingress(group, { cidr_ipv4: '0.0.0.0/0' }, 6379));
    },
    from: 'everybody in 0.0.0.0/0',
    to: 'all owners in dev1a-cache',
    says: 'tcp 6379',
  },
  {
    name: 'a tenant’s cache user may use all keys',
    plant: (s) => {
      const user = s.resource(A, 'aws_elasticache_user');
      user.access_string = user.access_string.replace('~ten:acme:*', '~*');
    },
    from: A,
    to: 'every other owner',
    says: 'may use the keys ~*',
  },
  {
    name: 'a tenant’s cache user may use keys of one whose name begins alike',
    plant: (s) => {
      const user = s.resource(A, 'aws_elasticache_user');
      user.access_string = user.access_string.replace('~ten:acme:*', '~ten:acme*');
    },
    from: A,
    to: 'such as acme-x',
    says: '~ten:acme*',
  },
  {
    name: 'a tenant’s cache user may read another’s keys',
    plant: (s) => {
      const user = s.resource(A, 'aws_elasticache_user');
      user.access_string += ' %R~ten:globex:*';
    },
    from: A,
    to: G,
    says: '~ten:globex:*',
  },
  {
    name: 'a tenant’s cache user may use all keys by a selector',
    plant: (s) => {
      s.resource(A, 'aws_elasticache_user').access_string += ' (%RW~* +get)';
    },
    from: A,
    to: 'every other owner',
    says: 'may use the keys ~*',
  },
  {
    name: 'a tenant’s cache user may ask for everybody’s keys',
    plant: (s) => {
      s.resource(A, 'aws_elasticache_user').access_string += ' +@read';
    },
    from: A,
    to: 'every other owner',
    says: '+@read',
  },
  {
    name: 'a tenant’s cache user may scan',
    plant: (s) => {
      s.resource(A, 'aws_elasticache_user').access_string += ' +scan';
    },
    from: A,
    to: 'every other owner',
    says: '+scan',
  },
  {
    name: 'a tenant’s cache user may listen to all channels',
    plant: (s) => {
      s.resource(A, 'aws_elasticache_user').access_string += ' allchannels';
    },
    from: A,
    to: 'every other owner',
    says: 'channels &*',
  },
  {
    name: 'a cache user needs no password',
    plant: (s) => {
      const user = s.resource(A, 'aws_elasticache_user');
      user.access_string += ' nopass';
      user.authentication_mode = { type: 'no-password-required' };
    },
    from: 'every other owner',
    to: A,
    says: 'nopass',
  },
  {
    name: 'a tier’s cache user may use keys of another tier',
    plant: (s) => {
      const user = s.resource(CACHE, 'aws_elasticache_user', 'User-svc-starter-api');
      user.access_string = user.access_string.replace('svc:starter:', 'svc:professional:');
    },
    from: CACHE,
    to: PROFESSIONAL,
    says: '~svc:professional:api:*',
  },
  {
    name: 'the user that can do nothing can do everything',
    plant: (s) => {
      s.resource(CACHE, 'aws_elasticache_user', 'Nobody').access_string = 'on ~* +@all';
    },
    from: CACHE,
    to: 'every other owner',
    says: '~*',
  },
  {
    name: 'a tenant’s stack makes a cache user of another',
    plant: (s) => {
      const user = s.resource(A, 'aws_elasticache_user');
      user.user_id = user.user_name = `${PREFIX}-ten-globex`;
    },
    from: A,
    to: G,
    says: 'ten-globex',
  },
  {
    name: 'a tenant has the host name of another',
    plant: (s) => {
      const record = s.resource(A, 'aws_route53_record');
      record.name = record.name.replace('acme.', 'globex.');
    },
    from: A,
    to: G,
    says: 'globex.dev1a',
  },
  {
    name: 'a tenant has all host names',
    plant: (s) => {
      const record = s.resource(A, 'aws_route53_record');
      record.name = record.name.replace('acme.', '*.');
    },
    from: A,
    to: 'whoever',
    says: '*.dev1a',
  },
  {
    name: 'resources carry the tag of another tenant',
    plant: (s) => {
      s.json(A).provider.aws[0].default_tags[0].tags.tenant = 'acme-eu';
    },
    from: A,
    to: 'tenant acme-eu',
    says: 'its tag tenant is acme-eu',
  },
  {
    name: 'one resource carries the tag of another tenant',
    plant: (s) => {
      s.resource(A, 'aws_kms_key', 'Secrets').tags = { tenant: 'globex' };
    },
    from: A,
    to: 'tenant globex',
    says: 'its tag tenant is globex',
  },
  {
    name: 'the state is kept where another’s is',
    plant: (s) => {
      s.json(A).terraform.backend = { s3: { key: 'dev/dev1a-tenant-acme-eu.tfstate' } };
    },
    from: A,
    to: EU,
    says: 'its state is',
  },
  {
    name: 'a type of resource that nobody has thought about',
    plant: (s) => {
      s.add(A, 'aws_ram_resource_share', { name: 'planted', allow_external_principals: true });
    },
    from: A,
    to: 'every other owner',
    says: 'aws_ram_resource_share',
  },
  {
    name: 'a database is restored from a snapshot of another tenant’s',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').snapshot_identifier = `${PREFIX}-tenant-globex-final`;
    },
    from: A,
    to: G,
    says: 'snapshot_identifier',
  },
  {
    name: 'a database follows the one of a tenant whose name begins alike',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').restore_to_point_in_time = {
        source_cluster_identifier: `${PREFIX}-tenant-acme-eu`,
      };
    },
    from: A,
    to: EU,
    says: 'source_cluster_identifier',
  },
  {
    name: 'a host name leads to another tenant’s',
    plant: (s) => {
      s.resource(A, 'aws_route53_record').records = ['globex.dev1a.dev.bulkhead.example'];
    },
    from: A,
    to: G,
    says: 'its name leads to globex',
  },
  {
    name: 'a module of Terraform',
    plant: (s) => {
      s.json(A).module = { planted: { source: './planted' } };
    },
    from: A,
    to: 'every other owner',
    says: 'module.planted',
  },
  {
    name: 'rules of a security group that Terraform computes',
    plant: (s) => {
      s.resource(A, 'aws_security_group', 'Aurora').dynamic = {
        ingress: { for_each: '${var.rules}', content: {} },
      };
    },
    from: A,
    to: 'every other owner',
    says: '(dynamic)',
  },
  {
    name: 'a queue lets in another account',
    plant: (s) => {
      s.add(A, 'aws_sqs_queue', { name: `${PREFIX}-tenant-acme_jobs` });
      s.add(A, 'aws_sqs_queue_policy', {
        queue_url: '${aws_sqs_queue.Planted.id}',
        policy: JSON.stringify({
          Statement: {
            Sid: 'Guest',
            Effect: 'Allow',
            Principal: { AWS: '999999999999' },
            Action: 'sqs:*',
            Resource: '*',
          },
        }),
      });
    },
    from: '999999999999',
    to: A,
    says: 'statement Guest',
  },
];
