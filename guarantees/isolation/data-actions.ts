/** Actions by which data of owners is read or changed, or by which one becomes who may, by the service that names them. */
export const DATA_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  secretsmanager: [
    'GetSecretValue',
    'BatchGetSecretValue',
    'PutSecretValue',
    'UpdateSecret',
    'PutResourcePolicy',
    'DeleteSecret',
    'ReplicateSecretToRegions',
  ],
  ssm: [
    'GetParameter',
    'GetParameters',
    'GetParametersByPath',
    'GetParameterHistory',
    'PutParameter',
    'DeleteParameter',
    'DeleteParameters',
  ],
  sqs: [
    'ReceiveMessage',
    'SendMessage',
    'DeleteMessage',
    'PurgeQueue',
    'SetQueueAttributes',
    'AddPermission',
    'ChangeMessageVisibility',
  ],
  sns: ['Publish', 'Subscribe', 'SetTopicAttributes', 'AddPermission'],
  kms: ['Decrypt', 'ReEncryptFrom', 'CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion', 'DisableKey'],
  'rds-db': ['connect'],
  'rds-data': ['ExecuteStatement', 'BatchExecuteStatement', 'BeginTransaction'],
  elasticache: ['Connect', 'ModifyUser'],
  s3: ['GetObject', 'PutObject', 'DeleteObject', 'ListBucket', 'PutBucketPolicy'],
  sts: ['AssumeRole'],
  iam: [
    'PassRole',
    'UpdateAssumeRolePolicy',
    'PutRolePolicy',
    'AttachRolePolicy',
    'CreateRole',
    'CreateAccessKey',
  ],
  rds: [
    'ModifyDBCluster',
    'DeleteDBCluster',
    'RestoreDBClusterToPointInTime',
    'RestoreDBClusterFromSnapshot',
    'CopyDBClusterSnapshot',
    'CreateDBClusterSnapshot',
    'ModifyDBClusterSnapshotAttribute',
    'StartExportTask',
  ],
  logs: ['GetLogEvents', 'FilterLogEvents', 'StartQuery', 'StartLiveTail', 'CreateExportTask'],
  eks: [
    'CreateAccessEntry',
    'AssociateAccessPolicy',
    'UpdateAccessEntry',
    'CreatePodIdentityAssociation',
    'UpdatePodIdentityAssociation',
  ],
  'eks-auth': ['AssumeRoleForPodIdentity'],
  // Who may say whose user or client somebody is, or be anybody.
  'cognito-idp': [
    ...['AdminCreateUser', 'AdminUpdateUserAttributes', 'AdminSetUserPassword', 'AdminInitiateAuth'],
    ...['CreateUserPoolClient', 'UpdateUserPoolClient', 'CreateIdentityProvider', 'UpdateIdentityProvider'],
    ...['CreateResourceServer', 'UpdateResourceServer', 'UpdateUserPool'],
  ],
  // Functions that work for all tenants.
  lambda: ['InvokeFunction', 'UpdateFunctionCode', 'UpdateFunctionConfiguration', 'AddPermission'],
  // What changes services of all owners.
  codebuild: ['StartBuild', 'StartBuildBatch', 'RetryBuild', 'CreateProject', 'UpdateProject'],
  // The registry of tenants.
  dynamodb: [
    'GetItem',
    'BatchGetItem',
    'Query',
    'Scan',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
    'BatchWriteItem',
  ],
};

/** Services whose actions are on resources of another. */
export const RESOURCES_OF: Readonly<Record<string, string>> = {
  sts: 'iam',
  'rds-data': 'rds',
  'eks-auth': 'eks',
};

/** What deployers never need: they make and change resources, and read nothing that owners keep in them. */
export const READS_CONTENT = new Set([
  ...[
    'secretsmanager:GetSecretValue',
    'secretsmanager:BatchGetSecretValue',
    'sqs:ReceiveMessage',
    'rds-db:connect',
  ],
  ...['rds-data:ExecuteStatement', 'elasticache:Connect'],
]);
