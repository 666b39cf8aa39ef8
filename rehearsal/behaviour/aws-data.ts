import type { ObjectValue } from '../protocol/value';
import type { TypeBehaviour } from './behaviour';

const from = (file: string): string => `hashicorp/terraform-provider-aws, internal/service/${file}.go`;
const rds = (kind: string, name: string): string =>
  `arn:{partition}:rds:{region}:{account}:${kind}:{${name}}`;

/** Default port of PostgreSQL. */
const POSTGRESQL_PORT = 5432;

/** A final snapshot must be named, or waived: RDS destroys nothing silently. */
function needsFinalSnapshot(object: ObjectValue): string | undefined {
  const waived = object['skip_final_snapshot'] === true;
  const named =
    typeof object['final_snapshot_identifier'] === 'string' && object['final_snapshot_identifier'] !== '';
  return waived || named
    ? undefined
    : 'final_snapshot_identifier is required when skip_final_snapshot is false';
}

/** Databases, caches, buckets, tables, keys and secrets: whatever holds data. */
export const AWS_DATA: Readonly<Record<string, TypeBehaviour>> = {
  aws_rds_cluster: {
    source: from('rds/cluster'),
    id: '{cluster_identifier}',
    arn: rds('cluster', 'cluster_identifier'),
    values: {
      cluster_identifier: '{cluster_identifier_prefix}tf-{digits:20}',
      cluster_resource_id: 'cluster-{HEX:26}',
      endpoint: '{cluster_identifier}.cluster-{hex:12}.{region}.rds.amazonaws.com',
      reader_endpoint: '{cluster_identifier}.cluster-ro-{hex:12}.{region}.rds.amazonaws.com',
      engine_version: '16.6',
      engine_version_actual: '16.6',
      hosted_zone_id: 'Z{HEX:13}',
      port: POSTGRESQL_PORT,
      network_type: 'IPV4',
      master_user_secret: [
        {
          kms_key_id: 'arn:{partition}:kms:{region}:{account}:key/{uuid}',
          secret_arn: 'arn:{partition}:secretsmanager:{region}:{account}:secret:rds!cluster-{uuid}-{hex:6}',
          secret_status: 'active',
        },
      ],
    },
    unique: {
      attributes: ['cluster_identifier'],
      error: 'DBClusterAlreadyExistsFault: DB Cluster already exists',
    },
    refusesDelete: (object) =>
      object['deletion_protection'] === true
        ? 'InvalidParameterCombination: Cannot delete protected Cluster, please disable deletion protection and try again.'
        : needsFinalSnapshot(object),
  },
  aws_rds_cluster_instance: {
    source: from('rds/cluster_instance'),
    id: '{identifier}',
    arn: rds('db', 'identifier'),
    values: {
      identifier: '{identifier_prefix}tf-{digits:20}',
      dbi_resource_id: 'db-{HEX:26}',
      endpoint: '{identifier}.{hex:12}.{region}.rds.amazonaws.com',
      port: POSTGRESQL_PORT,
      engine_version_actual: '16.6',
      storage_encrypted: true,
      ca_cert_identifier: 'rds-ca-rsa2048-g1',
    },
    unique: { attributes: ['identifier'], error: 'DBInstanceAlreadyExists: DB instance already exists' },
  },
  aws_db_instance: {
    source: from('rds/instance'),
    id: 'db-{HEX:26}',
    arn: rds('db', 'identifier'),
    values: {
      address: '{identifier}.{hex:12}.{region}.rds.amazonaws.com',
      endpoint: '{address}:{port}',
      port: POSTGRESQL_PORT,
      resource_id: '{id}',
    },
    unique: { attributes: ['identifier'], error: 'DBInstanceAlreadyExists: DB instance already exists' },
    refusesDelete: (object) =>
      object['deletion_protection'] === true
        ? 'InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.'
        : needsFinalSnapshot(object),
  },
  aws_rds_global_cluster: {
    source: from('rds/global_cluster'),
    id: '{global_cluster_identifier}',
    arn: 'arn:{partition}:rds::{account}:global-cluster:{global_cluster_identifier}',
    refusesDelete: ({ deletion_protection: on }) =>
      on === true
        ? 'InvalidParameterCombination: Cannot delete protected Cluster, please disable deletion protection and try again.'
        : undefined,
  },
  aws_db_subnet_group: {
    source: from('rds/subnet_group'),
    id: '{name}',
    arn: rds('subgrp', 'name'),
    unique: { attributes: ['name'], error: 'DBSubnetGroupAlreadyExists: The DB subnet group already exists' },
  },
  aws_rds_cluster_parameter_group: {
    source: from('rds/cluster_parameter_group'),
    id: '{name}',
    arn: rds('cluster-pg', 'name'),
    unique: { attributes: ['name'], error: 'DBParameterGroupAlreadyExists: Parameter group already exists' },
  },
  aws_db_parameter_group: {
    source: from('rds/parameter_group'),
    id: '{name}',
    arn: rds('pg', 'name'),
    unique: { attributes: ['name'], error: 'DBParameterGroupAlreadyExists: Parameter group already exists' },
  },
  aws_db_proxy: {
    source: from('rds/proxy'),
    id: '{name}',
    arn: 'arn:{partition}:rds:{region}:{account}:db-proxy:prx-{hex:17}',
    values: { endpoint: '{name}.proxy-{hex:12}.{region}.rds.amazonaws.com' },
    unique: { attributes: ['name'], error: 'DBProxyAlreadyExistsFault: DB Proxy already exists' },
  },
  aws_db_proxy_default_target_group: {
    source: from('rds/proxy_default_target_group'),
    id: '{db_proxy_name}',
    arn: 'arn:{partition}:rds:{region}:{account}:target-group:prx-tg-{hex:17}',
    values: { name: 'default' },
  },
  aws_db_proxy_target: {
    source: from('rds/proxy_target'),
    id: '{db_proxy_name}/{target_group_name}/TRACKED_CLUSTER/{db_cluster_identifier}',
    values: { type: 'TRACKED_CLUSTER', rds_resource_id: '{db_cluster_identifier}' },
  },
  aws_elasticache_replication_group: {
    source: from('elasticache/replication_group'),
    id: '{replication_group_id}',
    arn: 'arn:{partition}:elasticache:{region}:{account}:replicationgroup:{replication_group_id}',
    values: {
      configuration_endpoint_address: 'clustercfg.{replication_group_id}.{hex:6}.use1.cache.amazonaws.com',
      primary_endpoint_address: 'master.{replication_group_id}.{hex:6}.use1.cache.amazonaws.com',
      reader_endpoint_address: 'replica.{replication_group_id}.{hex:6}.use1.cache.amazonaws.com',
      engine_version_actual: '8.0.1',
      cluster_enabled: true,
      at_rest_encryption_enabled: 'true',
      auto_minor_version_upgrade: 'true',
      member_clusters: ['{replication_group_id}-0001-001', '{replication_group_id}-0001-002'],
    },
    unique: {
      attributes: ['replication_group_id'],
      error: 'ReplicationGroupAlreadyExists: Replication group already exists',
    },
  },
  aws_elasticache_subnet_group: {
    source: from('elasticache/subnet_group'),
    id: '{name}',
    arn: 'arn:{partition}:elasticache:{region}:{account}:subnetgroup:{name}',
    unique: {
      attributes: ['name'],
      error: 'CacheSubnetGroupAlreadyExists: Cache subnet group already exists',
    },
  },
  aws_elasticache_parameter_group: {
    source: from('elasticache/parameter_group'),
    id: '{name}',
    arn: 'arn:{partition}:elasticache:{region}:{account}:parametergroup:{name}',
  },
  aws_elasticache_user: {
    source: from('elasticache/user'),
    id: '{user_id}',
    arn: 'arn:{partition}:elasticache:{region}:{account}:user:{user_id}',
    unique: { attributes: ['user_id'], error: 'UserAlreadyExists: User already exists' },
  },
  aws_elasticache_user_group: {
    source: from('elasticache/user_group'),
    id: '{user_group_id}',
    arn: 'arn:{partition}:elasticache:{region}:{account}:usergroup:{user_group_id}',
    unique: { attributes: ['user_group_id'], error: 'UserGroupAlreadyExists: User group already exists' },
  },
  aws_dynamodb_table: {
    source: from('dynamodb/table'),
    id: '{name}',
    arn: 'arn:{partition}:dynamodb:{region}:{account}:table/{name}',
    values: {
      stream_arn: 'arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2024-01-01T00:00:00.000',
    },
    unique: { attributes: ['name'], error: 'ResourceInUseException: Table already exists' },
    refusesDelete: ({ deletion_protection_enabled: on }) =>
      on === true
        ? 'ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.'
        : undefined,
  },
  aws_dynamodb_table_item: {
    source: from('dynamodb/table_item'),
    // The provider has the key's value where the digits are.
    id: '{table_name}|{hash_key}||{hex:16}|',
    unique: {
      attributes: ['table_name', 'item'],
      error: 'ConditionalCheckFailedException: The conditional request failed',
    },
  },
  aws_s3_bucket: {
    source: from('s3/bucket'),
    id: '{bucket}',
    arn: 'arn:{partition}:s3:::{bucket}',
    values: {
      bucket: '{bucket_prefix}{digits:26}',
      bucket_domain_name: '{bucket}.s3.amazonaws.com',
      bucket_regional_domain_name: '{bucket}.s3.{region}.amazonaws.com',
      bucket_region: '{region}',
      hosted_zone_id: 'Z{HEX:13}',
    },
    unique: {
      attributes: ['bucket'],
      error:
        'BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is shared by all users of the system.',
      within: 'world',
    },
  },
  aws_s3_object: {
    source: from('s3/object'),
    id: '{bucket}/{key}',
    arn: 'arn:{partition}:s3:::{bucket}/{key}',
    values: { etag: '{hex:32}' },
  },
  aws_kms_key: {
    source: from('kms/key'),
    id: '{key_id}',
    arn: 'arn:{partition}:kms:{region}:{account}:key/{key_id}',
    values: { key_id: '{uuid}' },
  },
  aws_kms_replica_key: {
    source: from('kms/replica_key'),
    id: '{key_id}',
    arn: 'arn:{partition}:kms:{region}:{account}:key/{key_id}',
    values: { key_id: 'mrk-{hex:32}' },
  },
  aws_kms_alias: {
    source: from('kms/alias'),
    id: '{name}',
    arn: 'arn:{partition}:kms:{region}:{account}:{name}',
    values: { target_key_arn: 'arn:{partition}:kms:{region}:{account}:key/{target_key_id}' },
    unique: { attributes: ['name'], error: 'AlreadyExistsException: An alias with this name already exists' },
  },
  aws_secretsmanager_secret: {
    source: from('secretsmanager/secret'),
    id: '{arn}',
    arn: 'arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{hex:6}',
    unique: {
      attributes: ['name'],
      error: 'ResourceExistsException: The operation failed because the secret already exists.',
    },
  },
  aws_secretsmanager_secret_version: {
    source: from('secretsmanager/secret_version'),
    id: '{secret_id}|{version_id}',
    values: { version_id: '{uuid}' },
  },
  aws_ssm_parameter: {
    source: from('ssm/parameter'),
    id: '{name}',
    arn: 'arn:{partition}:ssm:{region}:{account}:parameter{name}',
    values: { version: 1, tier: 'Standard', data_type: 'text' },
    unique: {
      attributes: ['name'],
      error:
        'ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    },
  },
  aws_backup_vault: {
    source: from('backup/vault'),
    id: '{name}',
    arn: 'arn:{partition}:backup:{region}:{account}:backup-vault:{name}',
    unique: {
      attributes: ['name'],
      error: 'AlreadyExistsException: Backup vault with the same name already exists',
    },
  },
  aws_backup_plan: {
    source: from('backup/plan'),
    id: '{uuid}',
    arn: 'arn:{partition}:backup:{region}:{account}:backup-plan:{id}',
  },
  aws_ecr_repository: {
    source: from('ecr/repository'),
    id: '{name}',
    arn: 'arn:{partition}:ecr:{region}:{account}:repository/{name}',
    values: { repository_url: '{account}.dkr.ecr.{region}.amazonaws.com/{name}' },
    unique: {
      attributes: ['name'],
      error: 'RepositoryAlreadyExistsException: The repository already exists',
    },
  },
  aws_efs_file_system: {
    source: from('efs/file_system'),
    id: 'fs-{hex:17}',
    arn: 'arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}',
    values: { dns_name: '{id}.efs.{region}.amazonaws.com' },
  },
};
