import { change, type GoldenCase, one, policy, setting } from './golden-case';

const ROLE_POLICY = 'aws_iam_role_policy';
const ROLE_ADDRESS = 'aws_iam_role_policy.it';
const read = { Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::a/*'] };
const may = (...statements: readonly object[]) => ({ role: 'api', policy: policy(...statements) });
const trusts = (principal: unknown, more: object = {}) => ({
  name: 'api',
  assume_role_policy: policy({ Action: 'sts:AssumeRole', Principal: principal, ...more }),
});

export const IDENTITY: readonly GoldenCase[] = [
  setting(
    'a role may do more',
    ROLE_POLICY,
    [may(read), may({ ...read, Action: [...read.Action, 's3:DeleteObject'] })],
    [['high', 'identity', ROLE_ADDRESS, 'policy allows s3:DeleteObject on arn:aws:s3:::a']],
    [],
  ),
  setting(
    'a role may do everything',
    ROLE_POLICY,
    [may(read), may({ ...read, Action: '*' })],
    [['high', 'identity', ROLE_ADDRESS, 'allows * on']],
    [],
  ),
  setting(
    'a role may do it to everything',
    ROLE_POLICY,
    [may(read), may({ ...read, Resource: '*' })],
    [['high', 'identity', ROLE_ADDRESS, 'allows s3:GetObject, s3:ListBucket on *']],
    [],
  ),
  setting(
    'a statement is written as two, in another order and case: no change',
    ROLE_POLICY,
    [
      may(read),
      may(
        { Action: 'S3:listbucket', Resource: read.Resource, Sid: 'b' },
        { Action: ['s3:GetObject'], Resource: [...read.Resource].reverse() },
      ),
    ],
    [],
    [],
  ),
  setting(
    'a condition is dropped',
    ROLE_POLICY,
    [may({ ...read, Condition: { StringEquals: { 'aws:ResourceAccount': '111111111111' } } }), may(read)],
    [
      [
        'high',
        'identity',
        ROLE_ADDRESS,
        'before only with StringEquals aws:ResourceAccount 111111111111, now always',
      ],
    ],
    [],
  ),
  setting(
    'a condition asks only where there is such a key',
    ROLE_POLICY,
    [
      may({ ...read, Condition: { StringEquals: { 'aws:PrincipalTag/tenant': 'acme' } } }),
      may({ ...read, Condition: { StringEqualsIfExists: { 'aws:PrincipalTag/tenant': 'acme' } } }),
    ],
    [['high', 'identity', ROLE_ADDRESS, 'now with StringEqualsIfExists']],
    [],
  ),
  setting(
    'a network in a condition is wider',
    ROLE_POLICY,
    [
      may({ ...read, Condition: { IpAddress: { 'aws:SourceIp': '10.1.0.0/16' } } }),
      may({ ...read, Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8'] } } }),
    ],
    [['high', 'identity', ROLE_ADDRESS, 'IpAddress aws:SourceIp 10.0.0.0/8']],
    [],
  ),
  setting(
    'all but some becomes all but fewer',
    ROLE_POLICY,
    [
      may({ NotAction: ['iam:*', 'organizations:*'], Resource: '*' }),
      may({ NotAction: ['iam:*'], Resource: '*' }),
    ],
    [['high', 'identity', ROLE_ADDRESS, 'allows all but iam:* on *']],
    [],
  ),
  change(
    'a policy that a data source says refuses no more what comes without TLS',
    {
      resource: {
        aws_s3_bucket_policy: { it: { bucket: 'logs', policy: '${data.aws_iam_policy_document.it.json}' } },
      },
      data: {
        aws_iam_policy_document: {
          it: {
            statement: [
              {
                sid: 'TlsOnly',
                effect: 'Deny',
                actions: ['s3:*'],
                resources: ['arn:aws:s3:::logs/*'],
                principals: [{ type: '*', identifiers: ['*'] }],
                condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
              },
              {
                actions: ['s3:GetObject'],
                resources: ['arn:aws:s3:::logs/*'],
                principals: [{ type: 'AWS', identifiers: ['111111111111'] }],
              },
            ],
          },
        },
      },
    },
    {
      resource: {
        aws_s3_bucket_policy: { it: { bucket: 'logs', policy: '${data.aws_iam_policy_document.it.json}' } },
      },
      data: {
        aws_iam_policy_document: {
          it: {
            statement: [
              {
                actions: ['s3:GetObject'],
                resources: ['arn:aws:s3:::logs/*'],
                principals: [{ type: 'AWS', identifiers: ['arn:aws:iam::111111111111:root'] }],
              },
            ],
          },
        },
      },
    },
    [['high', 'identity', 'aws_s3_bucket_policy.it', 'no longer refuses s3:* on arn:aws:s3:::logs/* to *']],
    [],
  ),
  setting(
    'everybody may read a bucket',
    'aws_s3_bucket_policy',
    [
      { bucket: 'a', policy: policy({ ...read, Principal: { AWS: 'arn:aws:iam::111111111111:role/api' } }) },
      { bucket: 'a', policy: policy({ ...read, Principal: '*' }) },
    ],
    [['high', 'identity', 'aws_s3_bucket_policy.it', 'to *']],
    [],
  ),
  setting(
    'another account may take on a role',
    'aws_iam_role',
    [
      trusts({ Service: 'pods.eks.amazonaws.com' }),
      trusts({ Service: 'pods.eks.amazonaws.com', AWS: '999999999999' }),
    ],
    [
      [
        'high',
        'identity',
        'aws_iam_role.it',
        'assume_role_policy allows sts:AssumeRole to arn:aws:iam::999999999999:root',
      ],
    ],
    [],
  ),
  setting(
    'a trust without the condition that kept it to one account',
    'aws_iam_role',
    [
      trusts(
        { Service: 'logs.amazonaws.com' },
        { Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } },
      ),
      trusts({ Service: 'logs.amazonaws.com' }),
    ],
    [['high', 'identity', 'aws_iam_role.it', 'before only with StringEquals aws:SourceAccount 111111111111']],
    [],
  ),
  setting(
    'a permissions boundary is dropped',
    'aws_iam_role',
    [
      { ...trusts({ Service: 'ec2.amazonaws.com' }), permissions_boundary: 'arn:aws:iam::1:policy/b' },
      trusts({ Service: 'ec2.amazonaws.com' }),
    ],
    [
      [
        'high',
        'protection',
        'aws_iam_role.it',
        'permissions_boundary goes from arn:aws:iam::1:policy/b to unset',
      ],
    ],
    [],
  ),
  change(
    'a role of old becomes an administrator',
    one('aws_iam_role', trusts({ Service: 'ec2.amazonaws.com' })),
    {
      resource: {
        aws_iam_role: { it: trusts({ Service: 'ec2.amazonaws.com' }) },
        aws_iam_role_policy_attachment: {
          more: {
            role: '${aws_iam_role.it.name}',
            policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
          },
        },
      },
    },
    [
      [
        'high',
        'identity',
        'aws_iam_role_policy_attachment.more',
        'gives arn:aws:iam::aws:policy/AdministratorAccess',
      ],
    ],
    [['low', 'removed', 'aws_iam_role_policy_attachment.more', 'is destroyed']],
  ),
  change(
    'a new role with what it needs: nobody else may do more',
    {},
    {
      resource: {
        aws_iam_role: { it: trusts({ Service: 'pods.eks.amazonaws.com' }) },
        aws_iam_role_policy: { it: { role: '${aws_iam_role.it.name}', policy: policy(read) } },
      },
    },
    [],
    [
      ['low', 'removed', 'aws_iam_role.it', 'is destroyed'],
      ['low', 'removed', 'aws_iam_role_policy.it', 'is destroyed'],
    ],
  ),
  setting(
    'a key that another account may use',
    'aws_kms_key',
    [
      {
        policy: policy({
          Action: 'kms:*',
          Resource: '*',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        }),
      },
      {
        policy: policy(
          { Action: 'kms:*', Resource: '*', Principal: { AWS: 'arn:aws:iam::111111111111:root' } },
          { Action: ['kms:Decrypt'], Resource: '*', Principal: { AWS: 'arn:aws:iam::999999999999:root' } },
        ),
      },
    ],
    [['high', 'identity', 'aws_kms_key.it', 'allows kms:Decrypt on * to arn:aws:iam::999999999999:root']],
    [],
  ),
  setting(
    'an entry of a cluster is in another group of it',
    'aws_eks_access_entry',
    [
      { cluster_name: 'a', principal_arn: 'arn:aws:iam::1:role/deploy', kubernetes_groups: ['deployers'] },
      {
        cluster_name: 'a',
        principal_arn: 'arn:aws:iam::1:role/deploy',
        kubernetes_groups: ['deployers', 'system:masters'],
      },
    ],
    [['high', 'identity', 'aws_eks_access_entry.it', 'kubernetes_groups has system:masters']],
    [],
  ),
  setting(
    'pods act as another role',
    'aws_eks_pod_identity_association',
    [
      { cluster_name: 'a', namespace: 'api', service_account: 'api', role_arn: 'arn:aws:iam::1:role/api' },
      { cluster_name: 'a', namespace: 'api', service_account: 'api', role_arn: 'arn:aws:iam::1:role/admin' },
    ],
    [['high', 'identity', 'aws_eks_pod_identity_association.it', 'role_arn is arn:aws:iam::1:role/admin']],
    [['high', 'identity', 'aws_eks_pod_identity_association.it', 'role_arn is arn:aws:iam::1:role/api']],
  ),
  setting(
    'a role of Kubernetes with stars',
    'kubernetes_role_v1',
    [
      {
        metadata: { name: 'api', namespace: 'api' },
        rule: [{ api_groups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
      },
      {
        metadata: { name: 'api', namespace: 'api' },
        rule: [{ api_groups: [''], resources: ['pods', 'secrets'], verbs: ['get'] }],
      },
    ],
    [['high', 'identity', 'kubernetes_role_v1.it', 'allows get secrets']],
    [['high', 'identity', 'kubernetes_role_v1.it', 'allows list pods']],
  ),
  setting(
    'a client of an identity pool gets more scopes, and another way back',
    'aws_cognito_user_pool_client',
    [
      {
        name: 'web',
        user_pool_id: 'p',
        allowed_oauth_scopes: ['read'],
        callback_urls: ['https://a.example/in'],
      },
      {
        name: 'web',
        user_pool_id: 'p',
        allowed_oauth_scopes: ['read', 'admin'],
        callback_urls: ['https://a.example/in', 'https://evil.example/'],
      },
    ],
    [
      ['high', 'identity', 'aws_cognito_user_pool_client.it', 'allowed_oauth_scopes has admin'],
      ['high', 'identity', 'aws_cognito_user_pool_client.it', 'callback_urls has https://evil.example/'],
    ],
    [],
  ),
  setting(
    'a user of a cache reaches all keys',
    'aws_elasticache_user',
    [
      {
        user_id: 'a',
        engine: 'valkey',
        access_string: 'on ~ten:acme:* -@all +get +set',
        authentication_mode: { type: 'iam' },
      },
      {
        user_id: 'a',
        engine: 'valkey',
        access_string: 'on ~* -@all +set +get',
        authentication_mode: { type: 'iam' },
      },
    ],
    [['high', 'identity', 'aws_elasticache_user.it', 'may do more: ~*']],
    [],
  ),
  setting(
    'a function may be called without saying by whom',
    'aws_lambda_permission',
    [
      {
        function_name: 'f',
        action: 'lambda:InvokeFunction',
        principal: 'events.amazonaws.com',
        source_arn: 'arn:aws:events:us-east-1:111111111111:rule/a',
      },
      { function_name: 'f', action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com' },
    ],
    [
      ['high', 'identity', 'aws_lambda_permission.it', 'before only with ArnLike aws:SourceArn'],
      ['low', 'removed', 'aws_lambda_permission.it', 'is replaced'],
    ],
    [['low', 'removed', 'aws_lambda_permission.it', 'is replaced']],
  ),
  change(
    'a role’s policy is divided into two: no change',
    one(ROLE_POLICY, may(read, { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:1:q' })),
    {
      resource: {
        [ROLE_POLICY]: {
          it: may(read),
          more: may({ Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:1:q' }),
        },
      },
    },
    [],
    [['low', 'removed', `${ROLE_POLICY}.more`, 'is destroyed']],
  ),
];
