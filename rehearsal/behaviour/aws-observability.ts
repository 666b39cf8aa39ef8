import type { TypeBehaviour } from './behaviour';

const from = (file: string): string => `hashicorp/terraform-provider-aws, internal/service/${file}.go`;

/** Logs, metrics and delivery streams, and what searches them. Log groups and alarms are with what writes to them. */
export const AWS_OBSERVABILITY: Readonly<Record<string, TypeBehaviour>> = {
  aws_athena_named_query: {
    source: from('athena/named_query'),
    id: '{uuid}',
  },
  aws_athena_workgroup: {
    source: from('athena/workgroup'),
    id: '{name}',
    arn: 'arn:{partition}:athena:{region}:{account}:workgroup/{name}',
    unique: { attributes: ['name'], error: 'InvalidRequestException: WorkGroup is already created' },
  },
  aws_cloudwatch_log_index_policy: { source: from('logs/index_policy') },
  aws_cloudwatch_log_metric_filter: {
    source: from('logs/metric_filter'),
    id: '{name}',
  },
  aws_cloudwatch_log_stream: {
    source: from('logs/stream'),
    id: '{name}',
    arn: 'arn:{partition}:logs:{region}:{account}:log-group:{log_group_name}:log-stream:{name}',
    unique: {
      attributes: ['log_group_name', 'name'],
      error: 'ResourceAlreadyExistsException: The specified log stream already exists',
    },
  },
  aws_cloudwatch_query_definition: {
    source: from('logs/query_definition'),
    id: '{uuid}',
    values: { query_definition_id: '{id}' },
  },
  aws_glue_catalog_database: {
    source: from('glue/catalog_database'),
    id: '{catalog_id}:{name}',
    arn: 'arn:{partition}:glue:{region}:{account}:database/{name}',
    values: { catalog_id: '{account}' },
    unique: { attributes: ['name'], error: 'AlreadyExistsException: Database already exists.' },
  },
  aws_glue_catalog_table: {
    source: from('glue/catalog_table'),
    id: '{catalog_id}:{database_name}:{name}',
    arn: 'arn:{partition}:glue:{region}:{account}:table/{database_name}/{name}',
    values: { catalog_id: '{account}' },
    unique: { attributes: ['database_name', 'name'], error: 'AlreadyExistsException: Table already exists.' },
  },
  aws_kinesis_firehose_delivery_stream: {
    source: from('firehose/delivery_stream'),
    id: '{arn}',
    arn: 'arn:{partition}:firehose:{region}:{account}:deliverystream/{name}',
    values: { destination_id: 'destinationId-000000000001', version_id: '1' },
    unique: {
      attributes: ['name'],
      error: 'ResourceInUseException: Firehose under the account already exists',
    },
  },
};
