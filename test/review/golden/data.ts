import { change, type GoldenCase, one, setting } from './golden-case';

const cluster = (more: object = {}) => ({
  cluster_identifier: 'a',
  engine: 'aurora-postgresql',
  engine_version: '16.4',
  storage_encrypted: true,
  kms_key_id: '${aws_kms_key.a.arn}',
  deletion_protection: true,
  backup_retention_period: 35,
  skip_final_snapshot: false,
  final_snapshot_identifier: 'a-final',
  ...more,
});

export const DATA: readonly GoldenCase[] = [
  change(
    'a database is destroyed',
    one('aws_rds_cluster', cluster()),
    {},
    [['high', 'data', 'aws_rds_cluster.it', 'is destroyed, and with it its data']],
    [],
  ),
  setting(
    'a database is made anew, for its key is another one',
    'aws_rds_cluster',
    [cluster(), cluster({ kms_key_id: '${aws_kms_key.b.arn}' })],
    [
      ['high', 'data', 'aws_rds_cluster.it', 'is replaced, and with it its data'],
      ['high', 'encryption', 'aws_rds_cluster.it', 'kms_key_id is another one'],
    ],
    [
      ['high', 'data', 'aws_rds_cluster.it', 'is replaced, and with it its data'],
      ['high', 'encryption', 'aws_rds_cluster.it', 'kms_key_id is another one'],
    ],
  ),
  setting(
    'a database goes back to an earlier version',
    'aws_rds_cluster',
    [cluster(), cluster({ engine_version: '15.7' })],
    [['high', 'data', 'aws_rds_cluster.it', 'engine_version goes from 16.4 to 15.7']],
    [['low', 'data', 'aws_rds_cluster.it', 'engine_version is another one: 16.4']],
  ),
  setting(
    'a table has another key: it is made anew',
    'aws_dynamodb_table',
    [
      { name: 'a', billing_mode: 'PAY_PER_REQUEST', hash_key: 'pk', attribute: [{ name: 'pk', type: 'S' }] },
      { name: 'a', billing_mode: 'PAY_PER_REQUEST', hash_key: 'id', attribute: [{ name: 'id', type: 'S' }] },
    ],
    [['high', 'data', 'aws_dynamodb_table.it', 'is replaced, and with it its items']],
    [['high', 'data', 'aws_dynamodb_table.it', 'is replaced, and with it its items']],
  ),
  setting(
    'a bucket is called otherwise',
    'aws_s3_bucket',
    [{ bucket: 'logs-a' }, { bucket: 'logs-b' }],
    [['high', 'data', 'aws_s3_bucket.it', 'is replaced, and with it its objects']],
    [['high', 'data', 'aws_s3_bucket.it', 'is replaced, and with it its objects']],
  ),
  setting(
    'a namespace is called otherwise',
    'kubernetes_namespace_v1',
    [{ metadata: { name: 'tenant-acme' } }, { metadata: { name: 'tenant-acme-2' } }],
    [['high', 'data', 'kubernetes_namespace_v1.it', 'is replaced, and with it everything in the namespace']],
    [['high', 'data', 'kubernetes_namespace_v1.it', 'is replaced, and with it everything in the namespace']],
  ),
  setting(
    'objects are deleted sooner',
    'aws_s3_bucket_lifecycle_configuration',
    [
      { bucket: 'a', rule: [{ id: 'old', status: 'Enabled', expiration: { days: 365 } }] },
      { bucket: 'a', rule: [{ id: 'old', status: 'Enabled', expiration: { days: 30 } }] },
    ],
    [
      [
        'high',
        'data',
        'aws_s3_bucket_lifecycle_configuration.it',
        'rule.expiration.days goes from 365 to 30',
      ],
    ],
    [],
  ),
  setting(
    'an encryption key is another one',
    'aws_sqs_queue',
    [
      { name: 'a', kms_master_key_id: '${aws_kms_key.a.arn}' },
      { name: 'a', kms_master_key_id: '${aws_kms_key.b.arn}' },
    ],
    [['high', 'encryption', 'aws_sqs_queue.it', 'kms_master_key_id is another one']],
    [['high', 'encryption', 'aws_sqs_queue.it', 'kms_master_key_id is another one']],
  ),
  setting(
    'a log is encrypted no more',
    'aws_cloudwatch_log_group',
    [
      { name: 'a', kms_key_id: 'arn:aws:kms:us-east-1:1:key/1', retention_in_days: 30 },
      { name: 'a', retention_in_days: 30 },
    ],
    [
      [
        'high',
        'encryption',
        'aws_cloudwatch_log_group.it',
        'kms_key_id goes from arn:aws:kms:us-east-1:1:key/1 to unset',
      ],
    ],
    [],
  ),
  setting(
    'a cache takes connections without TLS',
    'aws_elasticache_replication_group',
    [
      {
        replication_group_id: 'a',
        engine: 'valkey',
        transit_encryption_enabled: true,
        transit_encryption_mode: 'required',
      },
      {
        replication_group_id: 'a',
        engine: 'valkey',
        transit_encryption_enabled: true,
        transit_encryption_mode: 'preferred',
      },
    ],
    [
      [
        'high',
        'encryption',
        'aws_elasticache_replication_group.it',
        'transit_encryption_mode goes from required to preferred',
      ],
    ],
    [],
  ),
  setting(
    'a listener takes older versions of TLS',
    'aws_lb_listener',
    [
      {
        load_balancer_arn: 'a',
        port: 443,
        protocol: 'TLS',
        ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      },
      { load_balancer_arn: 'a', port: 443, protocol: 'TLS', ssl_policy: 'ELBSecurityPolicy-2016-08' },
    ],
    [
      [
        'high',
        'encryption',
        'aws_lb_listener.it',
        'ssl_policy goes from ELBSecurityPolicy-TLS13-1-2-2021-06',
      ],
    ],
    [],
  ),
  setting(
    'a database takes connections without TLS',
    'aws_rds_cluster_parameter_group',
    [
      { name: 'a', family: 'aurora-postgresql16', parameter: [{ name: 'rds.force_ssl', value: '1' }] },
      { name: 'a', family: 'aurora-postgresql16', parameter: [{ name: 'rds.force_ssl', value: '0' }] },
    ],
    [['high', 'encryption', 'aws_rds_cluster_parameter_group.it', 'rds.force_ssl goes from 1 to 0']],
    [],
  ),
];
