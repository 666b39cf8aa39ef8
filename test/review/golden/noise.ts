import { change, type GoldenCase, policy, setting } from './golden-case';

const read = { Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' };

/** What differs and means nothing: nobody is to read of it. */
export const NOISE: readonly GoldenCase[] = [
  setting(
    'lists in another order',
    'aws_eks_cluster',
    [
      { name: 'a', role_arn: 'r', enabled_cluster_log_types: ['api', 'audit'] },
      { name: 'a', role_arn: 'r', enabled_cluster_log_types: ['audit', 'api'] },
    ],
    [],
    [],
  ),
  setting(
    'other tags',
    'aws_kms_key',
    [
      { description: 'k', tags: { team: 'a' } },
      { description: 'k', tags: { team: 'b' } },
    ],
    [],
    [],
  ),
  setting(
    'another description',
    'aws_security_group_rule',
    [
      {
        type: 'ingress',
        description: 'a',
        cidr_blocks: ['10.0.0.0/8'],
        from_port: 1,
        to_port: 1,
        protocol: 'tcp',
        security_group_id: 's',
      },
      {
        type: 'ingress',
        description: 'b',
        cidr_blocks: ['10.0.0.0/8'],
        from_port: 1,
        to_port: 1,
        protocol: 'tcp',
        security_group_id: 's',
      },
    ],
    [],
    [],
  ),
  setting(
    'names of statements',
    'aws_iam_role_policy',
    [
      { role: 'a', policy: policy({ ...read, Sid: 'A' }) },
      { role: 'a', policy: policy({ Sid: 'B', Resource: ['*'], Action: [...read.Action].reverse() }) },
    ],
    [],
    [],
  ),
  setting(
    'a block that is written as a list of one',
    'aws_dynamodb_table',
    [
      { name: 'a', hash_key: 'pk', point_in_time_recovery: { enabled: true } },
      { name: 'a', hash_key: 'pk', point_in_time_recovery: [{ enabled: true }] },
    ],
    [],
    [],
  ),
  change(
    'notes of the framework',
    {
      resource: { aws_sqs_queue: { it: { name: 'a', '//': { metadata: { path: 'a/b', uniqueId: 'x' } } } } },
    },
    {
      resource: { aws_sqs_queue: { it: { name: 'a', '//': { metadata: { path: 'c/d', uniqueId: 'y' } } } } },
    },
    [],
    [],
  ),
  change(
    'resources and settings in another order',
    {
      resource: {
        aws_sqs_queue: { a: { name: 'a', delay_seconds: 1 }, b: { name: 'b' } },
        aws_kms_key: { it: { description: 'k' } },
      },
    },
    {
      resource: {
        aws_kms_key: { it: { description: 'k' } },
        aws_sqs_queue: { b: { name: 'b' }, a: { delay_seconds: 1, name: 'a' } },
      },
    },
    [],
    [],
  ),
];
