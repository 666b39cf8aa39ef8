// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/restrict-plus-operands */
import type { Scratch } from '../scratch';
import { A, arn, CACHE, contractField, type Gap, type Leak, PATH, PREFIX, SHARD, STARTER } from './leak';

const STRANGER = 'arn:aws:iam::999999999999:root';
const DATA = 'dev1a-data';

/** Commands of Valkey that are about keys of all, by name or as a subcommand. */
const COMMANDS = [
  ...['config|get', 'client|list', 'client|kill', 'acl|setuser', 'script|load', 'function|load'],
  ...['bgrewriteaof', 'commandlog|get', 'keys', '@read'],
];

const command = (name: string): Leak => ({
  name: `a tenant’s cache user may use ${name}`,
  plant: (s) => {
    s.resource(A, 'aws_elasticache_user').access_string += ` +${name}`;
  },
  from: A,
  to: 'every other owner',
  says: `may use +${name}`,
});

const proxy = (name: string, attributes: object, says: string): Leak => ({
  name: `a shard’s proxy ${name}`,
  plant: (s) => {
    Object.assign(s.resource(SHARD, 'aws_db_proxy'), attributes);
  },
  from: 'every other owner',
  to: `all owners in ${SHARD}`,
  says,
});

const shard = (name: string, attributes: object, says: string): Leak => ({
  name: `a shard ${name}`,
  plant: (s) => {
    Object.assign(s.resource(SHARD, 'aws_rds_cluster'), attributes);
  },
  from: 'every other owner',
  to: `all owners in ${SHARD}`,
  says,
});

const source = (name: string, attributes: object, says: string): Leak => ({
  name: `a tenant’s database is made from ${name}`,
  plant: (s) => {
    Object.assign(s.resource(A, 'aws_rds_cluster'), attributes);
  },
  from: A,
  to: 'every other owner',
  says,
});

const stranger = (s: Scratch, stack: string, within: string): void => {
  s.statements(stack, within).push({
    sid: 'Stranger',
    actions: ['kms:Decrypt'],
    resources: ['*'],
    principals: [{ type: 'AWS', identifiers: [STRANGER] }],
  });
};

/** Leaks by databases, caches and what the platform keeps for all. */
export const STORE_LEAKS: readonly Leak[] = [
  ...COMMANDS.map(command),
  {
    name: 'an access string that only Terraform knows',
    plant: (s) => {
      s.resource(A, 'aws_elasticache_user').access_string = '${var.access}';
    },
    from: A,
    to: 'every other owner',
    says: 'cannot be read before it is deployed',
  },
  {
    name: 'AWS’s default user is in the cache’s group',
    plant: (s) => {
      s.resource(CACHE, 'aws_elasticache_user_group').user_ids = ['default'];
    },
    from: CACHE,
    to: 'every other owner',
    says: 'default a member',
  },
  {
    name: 'AWS’s default user is brought into the cache’s group',
    plant: (s) => {
      s.add(CACHE, 'aws_elasticache_user_group_association', {
        user_group_id: `${PREFIX}-cache`,
        user_id: 'default',
      });
    },
    from: CACHE,
    to: 'every other owner',
    says: 'default a member',
  },
  {
    name: 'the cache lets in another group',
    plant: (s) => {
      s.resource(CACHE, 'aws_elasticache_replication_group').user_group_ids = ['open-group'];
    },
    from: 'every other owner',
    to: 'every other owner',
    says: 'open-group',
  },
  {
    name: 'a cache beside the cell’s',
    plant: (s) => {
      s.add(CACHE, 'aws_elasticache_serverless_cache', { name: 'planted', engine: 'valkey' });
    },
    from: 'every other owner',
    to: 'every other owner',
    says: 'aws_elasticache_serverless_cache',
  },
  {
    name: 'a tenant’s user is in another group',
    plant: (s) => {
      s.resource(A, 'aws_elasticache_user_group_association').user_group_id = 'other-group';
    },
    from: A,
    to: 'every other owner',
    says: 'other-group',
  },
  shard('takes no tokens', { iam_database_authentication_enabled: false }, 'takes no tokens'),
  shard('has a password in its state', { master_password: 'planted' }, '(master_password)'),
  proxy('takes passwords', { default_auth_scheme: 'NONE' }, 'without tokens'),
  proxy('takes passwords besides', { auth: [{ iam_auth: 'DISABLED' }] }, 'without tokens'),
  proxy('takes connections without TLS', { require_tls: false }, 'without TLS'),
  source('a snapshot of a shard', { snapshot_identifier: `${PREFIX}-shard-1-final` }, 'shard-1-final'),
  source(
    'a snapshot whose name tells nobody whose it is',
    { snapshot_identifier: arn('rds', 'cluster-snapshot:awsbackup:job-1234') },
    'awsbackup:job-1234',
  ),
  source(
    'a shard as it was',
    { restore_to_point_in_time: { source_cluster_identifier: `${PREFIX}-shard-1` } },
    '(source_cluster_identifier)',
  ),
  source('a bucket', { s3_import: { bucket_name: 'planted' } }, '(s3_import)'),
  {
    name: 'a tenant’s proxy leads to a shard',
    plant: (s) => {
      s.add(A, 'aws_db_proxy_target', {
        db_proxy_name: `${PREFIX}-tenant-acme`,
        target_group_name: 'default',
        db_cluster_identifier: `${PREFIX}-shard-1`,
      });
    },
    from: A,
    to: 'every other owner',
    says: 'its proxy leads to',
  },
  {
    name: 'a tenant’s proxy takes passwords',
    plant: (s) => {
      s.add(A, 'aws_db_proxy', { name: `${PREFIX}-tenant-acme`, require_tls: false });
    },
    from: 'every other owner',
    to: A,
    says: 'without tokens',
  },
  {
    name: 'a tenant’s database acts as a role',
    plant: (s) => {
      s.resource(A, 'aws_rds_cluster').iam_roles = ['arn:aws:iam::444444444444:role/export'];
    },
    from: A,
    to: 'every other owner',
    says: 'role/export',
  },
  {
    name: 'a tenant’s database stands in public subnets',
    plant: (s) => {
      s.resource(A, 'aws_db_subnet_group').subnet_ids = contractField(s, A, 'network', 'publicSubnetIds');
    },
    from: 'every other owner',
    to: 'every other owner',
    says: '(subnet_ids)',
  },
  {
    name: 'the value of a secret',
    plant: (s) => {
      s.add(A, 'aws_secretsmanager_secret_version', {
        secret_id: `\${${s.address(A, 'aws_secretsmanager_secret', 'Application')}.id}`,
        secret_string: 'planted',
      });
    },
    from: 'whoever reads the state',
    to: A,
    says: 'it puts the value of a secret',
  },
  {
    name: 'a shard’s key lets in another account',
    plant: (s) => {
      stranger(s, SHARD, 'Aurora/Key/Policy');
    },
    from: 'account 999999999999',
    to: 'the platform',
    says: 'statement Stranger',
  },
  {
    name: 'a vault of backups lets in another account',
    plant: (s) => {
      s.add(DATA, 'aws_backup_vault_policy', {
        backup_vault_name: `\${${s.address(DATA, 'aws_backup_vault')}.name}`,
        policy: JSON.stringify({
          Statement: {
            Sid: 'Stranger',
            Effect: 'Allow',
            Principal: { AWS: STRANGER },
            Action: 'backup:CopyFromBackupVault',
            Resource: '*',
          },
        }),
      });
    },
    from: 'account 999999999999',
    to: 'the platform',
    says: 'statement Stranger',
  },
  {
    name: 'a shard is shared with other accounts',
    plant: (s) => {
      s.add(SHARD, 'aws_ram_resource_association', {
        resource_arn: `\${${s.address(SHARD, 'aws_rds_cluster')}.arn}`,
        resource_share_arn: arn('ram', 'resource-share/planted'),
      });
    },
    from: SHARD,
    to: 'every other owner',
    says: 'with other accounts',
  },
];

/** Controls of keys, secrets and the cache that do not count any more. */
export const STORE_GAPS: readonly Gap[] = [
  {
    name: 'the secret’s policy is about another secret',
    plant: (s) => {
      s.statements(A, 'Secrets/Policy')[0].resources = [arn('secretsmanager', 'secret:other')];
    },
    stack: A,
    control: 'secrets path',
    says: 'does not refuse GetSecretValue',
  },
  {
    name: 'a second secret that nothing guards',
    plant: (s) => {
      s.add(A, 'aws_secretsmanager_secret', { name: `${PATH}/tenant-acme/second` });
    },
    stack: A,
    control: 'secrets path',
    says: 'aws_secretsmanager_secret.Planted',
  },
  {
    name: 'a copy of the secret under the account’s key',
    plant: (s) => {
      s.resource(A, 'aws_secretsmanager_secret', 'Application').replica = [{ region: 'us-west-2' }];
    },
    stack: A,
    control: 'secrets path',
    says: '(replica)',
  },
  {
    name: 'a service that the cache does not know',
    plant: (s) => {
      s.remove(CACHE, 'aws_elasticache_user', 'User-svc-starter-api');
    },
    stack: STARTER,
    control: 'cache prefix',
    says: 'cells.dev1a.cache.services',
  },
  {
    name: 'a shard takes no tokens',
    plant: (s) => {
      s.resource(SHARD, 'aws_rds_cluster').iam_database_authentication_enabled = false;
    },
    stack: STARTER,
    control: 'database',
    says: 'takes no tokens',
  },
  {
    name: 'others than pods may take the role',
    plant: (s) => {
      s.statements(A, 'Service-api/Role/Trust').push({
        sid: 'Machines',
        actions: ['sts:AssumeRole'],
        principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }],
      });
    },
    stack: A,
    control: 'IAM role',
    says: 'others than pods (statement Machines)',
  },
];
