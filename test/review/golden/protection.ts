import { change, type GoldenCase, one, setting } from './golden-case';

const table = (more: object) => ({
  name: 'a',
  billing_mode: 'PAY_PER_REQUEST',
  hash_key: 'pk',
  attribute: [{ name: 'pk', type: 'S' }],
  ...more,
});

const pipeline = (...tenants: readonly string[]) => ({
  name: 'p',
  role_arn: 'r',
  stage: [
    {
      name: 'Prod',
      before_entry: { condition: { result: 'FAIL' } },
      action: tenants.map((id) => ({
        name: `deploy-${id}`,
        category: 'Build',
        provider: 'CodeBuild',
        configuration: {
          ProjectName: 'release',
          EnvironmentVariables: JSON.stringify([{ name: 'TENANT', value: id }]),
        },
      })),
    },
  ],
});

export const PROTECTION: readonly GoldenCase[] = [
  setting(
    'a database may be deleted',
    'aws_rds_cluster',
    [
      { cluster_identifier: 'a', deletion_protection: true },
      { cluster_identifier: 'a', deletion_protection: false },
    ],
    [['high', 'protection', 'aws_rds_cluster.it', 'deletion_protection goes from true to false']],
    [],
  ),
  setting(
    'backups are kept for less long',
    'aws_rds_cluster',
    [
      { cluster_identifier: 'a', backup_retention_period: 35 },
      { cluster_identifier: 'a', backup_retention_period: 7 },
    ],
    [['high', 'protection', 'aws_rds_cluster.it', 'backup_retention_period goes from 35 to 7']],
    [],
  ),
  setting(
    'Terraform may destroy it',
    'aws_dynamodb_table',
    [table({ lifecycle: { prevent_destroy: true } }), table({})],
    [['high', 'protection', 'aws_dynamodb_table.it', 'prevent_destroy goes from true to unset']],
    [],
  ),
  setting(
    'no final snapshot is taken',
    'aws_rds_cluster',
    [
      { cluster_identifier: 'a', skip_final_snapshot: false, final_snapshot_identifier: 'f' },
      { cluster_identifier: 'a', skip_final_snapshot: true, final_snapshot_identifier: 'f' },
    ],
    [['high', 'protection', 'aws_rds_cluster.it', 'skip_final_snapshot goes from false to true']],
    [],
  ),
  setting(
    'a table cannot be restored to a moment',
    'aws_dynamodb_table',
    [
      table({ point_in_time_recovery: { enabled: true } }),
      table({ point_in_time_recovery: { enabled: false } }),
    ],
    [
      [
        'high',
        'protection',
        'aws_dynamodb_table.it',
        'point_in_time_recovery.enabled goes from true to false',
      ],
    ],
    [],
  ),
  setting(
    'a bucket forgets what was overwritten',
    'aws_s3_bucket_versioning',
    [
      { bucket: 'a', versioning_configuration: { status: 'Enabled' } },
      { bucket: 'a', versioning_configuration: { status: 'Suspended' } },
    ],
    [
      [
        'high',
        'protection',
        'aws_s3_bucket_versioning.it',
        'versioning_configuration.status goes from Enabled to Suspended',
      ],
    ],
    [],
  ),
  setting(
    'a bucket may be emptied by Terraform',
    'aws_s3_bucket',
    [{ bucket: 'a' }, { bucket: 'a', force_destroy: true }],
    [['high', 'protection', 'aws_s3_bucket.it', 'force_destroy goes from unset to true']],
    [],
  ),
  setting(
    'a bucket may be made public',
    'aws_s3_bucket_public_access_block',
    [
      {
        bucket: 'a',
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      },
      {
        bucket: 'a',
        block_public_acls: true,
        block_public_policy: false,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      },
    ],
    [
      [
        'high',
        'protection',
        'aws_s3_bucket_public_access_block.it',
        'block_public_policy goes from true to false',
      ],
    ],
    [],
  ),
  setting(
    'logs are kept for less long',
    'aws_cloudwatch_log_group',
    [
      { name: 'a', retention_in_days: 365 },
      { name: 'a', retention_in_days: 7 },
    ],
    [['high', 'protection', 'aws_cloudwatch_log_group.it', 'retention_in_days goes from 365 to 7']],
    [],
  ),
  setting(
    'a cluster writes fewer logs',
    'aws_eks_cluster',
    [
      { name: 'a', role_arn: 'r', enabled_cluster_log_types: ['api', 'audit'] },
      { name: 'a', role_arn: 'r', enabled_cluster_log_types: ['api'] },
    ],
    [['high', 'protection', 'aws_eks_cluster.it', 'writes fewer logs: without audit']],
    [],
  ),
  change(
    'nobody is told when it burns, and nobody sees who talks to whom',
    {
      resource: {
        aws_cloudwatch_metric_alarm: {
          burn: { alarm_name: 'burn', comparison_operator: 'GreaterThanThreshold', evaluation_periods: 1 },
        },
        aws_flow_log: { it: { vpc_id: 'v' } },
      },
    },
    {},
    [
      ['high', 'protection', 'aws_cloudwatch_metric_alarm.burn', 'nobody is told any more'],
      ['low', 'removed', 'aws_cloudwatch_metric_alarm.burn', 'is destroyed'],
      ['high', 'protection', 'aws_flow_log.it', 'nobody knows any more who talked to whom'],
      ['low', 'removed', 'aws_flow_log.it', 'is destroyed'],
    ],
    [],
  ),
  setting(
    'an alarm tells nobody, and later',
    'aws_cloudwatch_metric_alarm',
    [
      {
        alarm_name: 'burn',
        comparison_operator: 'GreaterThanThreshold',
        evaluation_periods: 1,
        threshold: 1,
        alarm_actions: ['arn:topic'],
      },
      {
        alarm_name: 'burn',
        comparison_operator: 'GreaterThanThreshold',
        evaluation_periods: 1,
        threshold: 100,
        alarm_actions: [],
      },
    ],
    [
      ['high', 'protection', 'aws_cloudwatch_metric_alarm.it', 'tells fewer of an alarm: without arn:topic'],
      ['low', 'protection', 'aws_cloudwatch_metric_alarm.it', 'threshold goes from 1 to 100'],
    ],
    [['low', 'protection', 'aws_cloudwatch_metric_alarm.it', 'threshold goes from 100 to 1']],
  ),
  setting(
    'a vault lets its recovery points be deleted sooner, and a plan copies them no more',
    'aws_backup_plan',
    [
      {
        name: 'a',
        rule: [
          {
            rule_name: 'daily',
            target_vault_name: 'v',
            schedule: 'cron(0 5 ? * * *)',
            lifecycle: { delete_after: 35 },
            copy_action: [{ destination_vault_arn: 'w' }],
          },
        ],
      },
      {
        name: 'a',
        rule: [
          {
            rule_name: 'daily',
            target_vault_name: 'v',
            schedule: 'cron(0 5 ? * * *)',
            lifecycle: { delete_after: 7 },
          },
        ],
      },
    ],
    [
      ['high', 'protection', 'aws_backup_plan.it', 'rule.lifecycle.delete_after goes from 35 to 7'],
      ['high', 'protection', 'aws_backup_plan.it', 'daily no longer copies to another vault'],
    ],
    [],
  ),
  change(
    'a vault loses its lock',
    {
      resource: {
        aws_backup_vault: { it: { name: 'v' } },
        aws_backup_vault_lock_configuration: {
          it: { backup_vault_name: '${aws_backup_vault.it.name}', min_retention_days: 7 },
        },
      },
    },
    one('aws_backup_vault', { name: 'v' }),
    [
      ['high', 'protection', 'aws_backup_vault_lock_configuration.it', 'recovery points can be deleted'],
      ['low', 'removed', 'aws_backup_vault_lock_configuration.it', 'is destroyed'],
    ],
    [],
  ),
  setting(
    'a key can be gone within a week',
    'aws_kms_key',
    [
      { description: 'k', deletion_window_in_days: 30, enable_key_rotation: true },
      { description: 'k', deletion_window_in_days: 7, enable_key_rotation: false },
    ],
    [
      ['high', 'protection', 'aws_kms_key.it', 'deletion_window_in_days goes from 30 to 7'],
      ['high', 'encryption', 'aws_kms_key.it', 'enable_key_rotation goes from true to false'],
    ],
    [],
  ),
  setting(
    'machines are of another size',
    'aws_rds_cluster_instance',
    [
      {
        identifier: 'a',
        cluster_identifier: 'c',
        engine: 'aurora-postgresql',
        instance_class: 'db.r6g.xlarge',
      },
      {
        identifier: 'a',
        cluster_identifier: 'c',
        engine: 'aurora-postgresql',
        instance_class: 'db.t4g.medium',
      },
    ],
    [
      [
        'low',
        'limit',
        'aws_rds_cluster_instance.it',
        'instance_class goes from db.r6g.xlarge to db.t4g.medium',
      ],
    ],
    [
      [
        'low',
        'limit',
        'aws_rds_cluster_instance.it',
        'instance_class goes from db.t4g.medium to db.r6g.xlarge',
      ],
    ],
  ),
  setting(
    'a pipeline asks nobody before production',
    'aws_codepipeline',
    [
      {
        name: 'p',
        role_arn: 'r',
        stage: [
          { name: 'Source', action: [{ name: 's', category: 'Source' }] },
          {
            name: 'Prod',
            before_entry: { condition: { result: 'FAIL' } },
            action: [
              { name: 'Approve', category: 'Approval' },
              { name: 'd', category: 'Build' },
            ],
          },
        ],
      },
      {
        name: 'p',
        role_arn: 'r',
        stage: [
          { name: 'Source', action: [{ name: 's', category: 'Source' }] },
          { name: 'Prod', action: [{ name: 'd', category: 'Build' }] },
        ],
      },
    ],
    [
      ['high', 'delivery', 'aws_codepipeline.it', 'before_entry of the stage Prod'],
      ['high', 'delivery', 'aws_codepipeline.it', 'the stage Prod goes without Approve'],
      ['high', 'delivery', 'aws_codepipeline.it', 'decides what is deployed'],
    ],
    [['high', 'delivery', 'aws_codepipeline.it', 'decides what is deployed']],
  ),
  setting(
    'a pipeline deploys to one more tenant, by the project that it has had',
    'aws_codepipeline',
    [pipeline('acme'), pipeline('acme', 'globex')],
    [['low', 'delivery', 'aws_codepipeline.it', 'does to more what it does: deploy-globex']],
    [['high', 'delivery', 'aws_codepipeline.it', 'decides what is deployed']],
  ),
];
