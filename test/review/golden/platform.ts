import { change, type GoldenCase, one, policy } from './golden-case';

const key = (description: string) => ({ aws_kms_key: { it: { description, enable_key_rotation: true } } });
const backend = (more: object) => ({
  backend: { s3: { bucket: 'state', key: 'prod/a.tfstate', region: 'us-east-1', encrypt: true, ...more } },
});
const aws = (more: object) => ({
  aws: [
    { region: 'us-east-1', assume_role: [{ role_arn: 'arn:aws:iam::111111111111:role/deploy' }], ...more },
  ],
});
const contract = (fields: string, name = '/bulkhead/prod/use1a/network') => ({
  name,
  type: 'String',
  insecure_value: `\${jsonencode({${fields}})}`,
});
const secret = {
  aws_iam_role_policy: {
    it: {
      role: 'acme',
      policy: policy({
        Action: 'secretsmanager:GetSecretValue',
        Resource: 'arn:aws:secretsmanager:us-east-1:1:secret:bulkhead/tenant-acme/*',
      }),
    },
  },
};
const reaches = {
  aws_iam_role_policy: {
    it: {
      role: 'acme',
      policy: policy({
        Action: 'secretsmanager:GetSecretValue',
        Resource: [
          'arn:aws:secretsmanager:us-east-1:1:secret:bulkhead/tenant-acme/*',
          'arn:aws:secretsmanager:us-east-1:1:secret:bulkhead/tenant-globex/*',
        ],
      }),
    },
  },
};

export const PLATFORM: readonly GoldenCase[] = [
  change(
    'a state is kept elsewhere',
    { resource: key('a'), terraform: backend({}) },
    { resource: key('a'), terraform: backend({ key: 'prod/b.tfstate' }) },
    [
      [
        'high',
        'state',
        'terraform',
        'keeps its state elsewhere (key goes from prod/a.tfstate to prod/b.tfstate)',
      ],
    ],
    [
      [
        'high',
        'state',
        'terraform',
        'keeps its state elsewhere (key goes from prod/b.tfstate to prod/a.tfstate)',
      ],
    ],
  ),
  change(
    'a state is encrypted no more',
    { resource: key('a'), terraform: backend({}) },
    { resource: key('a'), terraform: backend({ encrypt: false }) },
    [['high', 'encryption', 'terraform', 'encrypt of its state goes from true to false']],
    [],
  ),
  change(
    'a stack is deployed in another region',
    { resource: key('a'), provider: aws({}) },
    { resource: key('a'), provider: aws({ region: 'eu-west-1' }) },
    [['high', 'state', 'provider.aws', 'deploys elsewhere (region goes from us-east-1 to eu-west-1)']],
    [['high', 'state', 'provider.aws', 'deploys elsewhere (region goes from eu-west-1 to us-east-1)']],
  ),
  change(
    'a stack is deployed to another account',
    { resource: key('a'), provider: aws({}) },
    {
      resource: key('a'),
      provider: aws({ assume_role: [{ role_arn: 'arn:aws:iam::999999999999:role/deploy' }] }),
    },
    [['high', 'state', 'provider.aws', 'deploys to another account']],
    [['high', 'state', 'provider.aws', 'deploys to another account']],
  ),
  change(
    'a stack is deployed by another role',
    { resource: key('a'), provider: aws({}) },
    {
      resource: key('a'),
      provider: aws({ assume_role: [{ role_arn: 'arn:aws:iam::111111111111:role/admin' }] }),
    },
    [['high', 'delivery', 'provider.aws', 'deploys as arn:aws:iam::111111111111:role/admin']],
    [['high', 'delivery', 'provider.aws', 'deploys as arn:aws:iam::111111111111:role/deploy']],
  ),
  change(
    'a provider and Terraform are of other versions',
    {
      resource: key('a'),
      terraform: {
        required_version: '>= 1.11',
        required_providers: { aws: { source: 'aws', version: '6.25.0' } },
      },
    },
    {
      resource: key('a'),
      terraform: {
        required_version: '>= 1.12',
        required_providers: { aws: { source: 'aws', version: '7.0.0' } },
      },
    },
    [
      ['low', 'state', 'terraform', 'provider aws goes from 6.25.0 to 7.0.0'],
      ['low', 'state', 'terraform', 'requires Terraform >= 1.12'],
    ],
    [
      ['low', 'state', 'terraform', 'provider aws goes from 7.0.0 to 6.25.0'],
      ['low', 'state', 'terraform', 'requires Terraform >= 1.11'],
    ],
  ),
  change(
    'a contract tells less, in another version',
    one('aws_ssm_parameter', contract('"version" = 1, "vpcId" = aws_vpc.a.id, "zone" = f("a, b", [1, 2])')),
    one('aws_ssm_parameter', contract('"version" = 2, "zone" = f("a, b", [1, 2])')),
    [
      ['high', 'contract', 'aws_ssm_parameter.it', 'no longer tells vpcId'],
      ['low', 'contract', 'aws_ssm_parameter.it', 'goes from version 1 to 2'],
    ],
    [['low', 'contract', 'aws_ssm_parameter.it', 'goes from version 2 to 1']],
  ),
  {
    name: 'something of one tenant reaches what is another’s',
    before: { 'use1a-tenant-acme': { resource: secret }, 'use1a-tenant-globex': {} },
    after: { 'use1a-tenant-acme': { resource: reaches }, 'use1a-tenant-globex': {} },
    expects: [
      ['high', 'isolation', 'aws_iam_role_policy.it', 'is tenant acme’s, and names tenant globex in policy'],
      [
        'high',
        'identity',
        'aws_iam_role_policy.it',
        'allows secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:1:secret:bulkhead/tenant-globex/*',
      ],
    ],
    reversed: [],
    affects: ['tenant acme in use1a'],
  },
  {
    name: 'a tenant comes: nobody else is affected',
    before: { 'use1a-shared': { resource: key('a') }, 'use1a-tenant-acme': { resource: key('acme') } },
    after: {
      'use1a-shared': { resource: key('a') },
      'use1a-tenant-acme': { resource: key('acme') },
      'use1a-tenant-globex': { resource: key('globex') },
    },
    expects: [],
    reversed: [['low', 'removed', 'use1a-tenant-globex', 'is written down no more']],
    affects: ['tenant globex in use1a'],
  },
  {
    name: 'a tier, a tenant and everybody are told apart',
    before: {
      'use1a-shared': one('aws_sqs_queue', { name: 'a' }),
      'use1a-tier-starter': one('aws_cloudwatch_log_group', { name: 'a', retention_in_days: 30 }),
      'use1a-tenant-acme': one('aws_rds_cluster', { cluster_identifier: 'a', deletion_protection: true }),
    },
    after: {
      'use1a-shared': one('aws_sqs_queue', { name: 'a', delay_seconds: 1 }),
      'use1a-tier-starter': one('aws_cloudwatch_log_group', { name: 'a', retention_in_days: 7 }),
      'use1a-tenant-acme': one('aws_rds_cluster', { cluster_identifier: 'a', deletion_protection: false }),
    },
    expects: [
      ['high', 'protection', 'aws_cloudwatch_log_group.it', 'retention_in_days goes from 30 to 7'],
      ['high', 'protection', 'aws_rds_cluster.it', 'deletion_protection goes from true to false'],
    ],
    reversed: [],
    affects: [
      'tenant acme in use1a',
      'tier starter in use1a',
      'everybody in use1a: acme, and all that are pooled',
    ],
  },
  change(
    'a resource has another id: it is a move that nobody wrote down',
    {
      resource: {
        aws_dynamodb_table: {
          old: {
            name: 'a',
            billing_mode: 'PAY_PER_REQUEST',
            hash_key: 'pk',
            attribute: [{ name: 'pk', type: 'S' }],
          },
        },
      },
    },
    {
      resource: {
        aws_dynamodb_table: {
          fresh: {
            name: 'a',
            billing_mode: 'PAY_PER_REQUEST',
            hash_key: 'pk',
            attribute: [{ name: 'pk', type: 'S' }],
          },
        },
      },
    },
    [['high', 'move', 'aws_dynamodb_table.fresh', 'is aws_dynamodb_table.old under another id']],
    [['high', 'move', 'aws_dynamodb_table.old', 'is aws_dynamodb_table.fresh under another id']],
  ),
];
