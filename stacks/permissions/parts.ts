import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { stateKeyAlias } from '../deployment-access';
import {
  becomesOwn,
  inRegion,
  IS_UNTAGGED,
  isOwn,
  KEEPS_IDENTITY,
  type Reach,
  regionalArn,
  staysOwn,
} from './scope';

/** Permissions that several groups of stacks need, by the kind of resource. */

/** Log groups with these names; `*` stands for any characters. */
export function logGroupStatements(placement: Placement, names: readonly string[]): readonly Statement[] {
  return [
    {
      sid: 'LogGroups',
      actions: [
        'logs:AssociateKmsKey',
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:DisassociateKmsKey',
        'logs:ListTagsForResource',
        'logs:PutLogGroupDeletionProtection',
        'logs:PutRetentionPolicy',
        'logs:TagResource',
        'logs:UntagResource',
      ],
      // Some of these actions name a log group with `:*` behind it, some without.
      resources: names.flatMap((name) => [
        regionalArn(placement, 'logs', `log-group:${name}`),
        regionalArn(placement, 'logs', `log-group:${name}:*`),
      ]),
    },
    {
      sid: 'ListLogGroups',
      // The service knows no resource for this action. It returns names and settings, no log.
      actions: ['logs:DescribeLogGroups'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
  ];
}

/**
 * Letting a service of AWS deliver what it logs to a log group, as Prometheus workspaces and caches do. The delivery is made
 * with the rights of whoever asks for it: "Enable logging from AWS services", Amazon CloudWatch Logs User Guide.
 */
export function logDeliveryStatement(placement: Placement): Statement {
  return {
    sid: 'DeliverLogs',
    // None of these actions knows a delivery as a resource.
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    resources: ['*'],
    conditions: [inRegion(placement)],
  };
}

export interface KeyUse {
  /** Aliases of the keys, without `alias/`; `*` stands for any characters. */
  readonly aliases: readonly string[];

  /** Services that may be given the use of a key when a resource is created with it: `dynamodb`. @default - none */
  readonly grantTo?: readonly string[];

  /** Regions besides the placement's own. @default - none */
  readonly regions?: readonly string[];
}

/**
 * KMS keys with the tags of what is meant, and these aliases.
 *
 * Not `kms:ScheduleKeyDeletion`: what a key encrypts is lost with it, so only an administrator deletes one. `kms:Decrypt`
 * only through the services named: who deploys a key needs not read what it protects.
 *
 */
export function keyStatements(
  placement: Reach,
  { aliases, grantTo = [], regions = [] }: KeyUse,
): readonly Statement[] {
  const everywhere = [placement.region, ...regions].map((region) => ({ ...placement, region }));
  const keys = everywhere.map((there) => regionalArn(there, 'kms', 'key/*'));
  const inRegions = {
    test: 'StringEquals',
    variable: 'aws:RequestedRegion',
    values: everywhere.map(({ region }) => region),
  };
  const throughServices = {
    test: 'StringEquals',
    variable: 'kms:ViaService',
    values: grantTo.flatMap((service) =>
      everywhere.map(({ region }) => `${service}.${region}.amazonaws.com`),
    ),
  };
  return [
    {
      sid: 'CreateKeys',
      // A key has no name before it exists, so this action knows no resource.
      actions: ['kms:CreateKey'],
      resources: ['*'],
      conditions: [...becomesOwn(placement), inRegions],
    },
    {
      sid: 'TagNewKeys',
      // KMS asks for this when a key is created with tags. It also lets a deployer claim a key that nobody has tagged.
      actions: ['kms:TagResource'],
      resources: keys,
      conditions: [...becomesOwn(placement), IS_UNTAGGED],
    },
    {
      sid: 'ReadKeys',
      // Settings only. Without a condition on tags, for KMS may take minutes until it knows the tags of a new key.
      actions: ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListResourceTags'],
      resources: keys,
    },
    {
      sid: 'ManageKeys',
      actions: [
        'kms:CreateAlias',
        'kms:DeleteAlias',
        'kms:EnableKeyRotation',
        'kms:PutKeyPolicy',
        'kms:UpdateAlias',
        'kms:UpdateKeyDescription',
      ],
      resources: keys,
      conditions: isOwn(placement),
    },
    {
      sid: 'TagKeys',
      actions: ['kms:TagResource'],
      resources: keys,
      conditions: [...isOwn(placement), ...staysOwn(placement)],
    },
    {
      sid: 'UntagKeys',
      actions: ['kms:UntagResource'],
      resources: keys,
      conditions: [...isOwn(placement), KEEPS_IDENTITY],
    },
    {
      sid: 'Aliases',
      actions: ['kms:CreateAlias', 'kms:DeleteAlias', 'kms:UpdateAlias'],
      resources: everywhere.flatMap((there) =>
        aliases.map((name) => regionalArn(there, 'kms', `alias/${name}`)),
      ),
    },
    {
      sid: 'ListAliases',
      // The service knows no resource for this action. It returns names and key ids.
      actions: ['kms:ListAliases'],
      resources: ['*'],
      conditions: [inRegions],
    },
    ...(grantTo.length > 0
      ? [
          {
            sid: 'LetServicesUseKeys',
            actions: ['kms:CreateGrant'],
            resources: keys,
            conditions: [
              ...isOwn(placement),
              { test: 'Bool', variable: 'kms:GrantIsForAWSResource', values: ['true'] },
              throughServices,
            ],
          },
          {
            sid: 'UseKeysThroughServices',
            // Services try a key with the rights of whoever names it for a new resource.
            actions: [
              'kms:Decrypt',
              'kms:Encrypt',
              'kms:GenerateDataKey',
              'kms:GenerateDataKeyWithoutPlaintext',
              'kms:ReEncryptFrom',
              'kms:ReEncryptTo',
            ],
            resources: keys,
            conditions: [...isOwn(placement), throughServices],
          },
        ]
      : []),
  ];
}

/** Handing roles to pods of the placement's cluster. */
export function podIdentityStatements(placement: Placement, clusterName: string): readonly Statement[] {
  return [
    {
      sid: 'AddPodIdentities',
      actions: ['eks:CreatePodIdentityAssociation', 'eks:ListPodIdentityAssociations'],
      resources: [regionalArn(placement, 'eks', `cluster/${clusterName}`)],
    },
    {
      sid: 'PodIdentities',
      actions: [
        'eks:DeletePodIdentityAssociation',
        'eks:DescribePodIdentityAssociation',
        'eks:TagResource',
        'eks:UntagResource',
        'eks:UpdatePodIdentityAssociation',
      ],
      resources: [regionalArn(placement, 'eks', `podidentityassociation/${clusterName}/*`)],
    },
  ];
}

/**
 * The state's key carries the same tags as keys of stacks at home, and has no name that an ARN could tell it by: hence all
 * actions of KMS on all keys, of which the condition picks this one.
 */
export const neverTouchStateKey = (home: Placement): Statement => ({
  sid: 'NeverTouchStateKey',
  effect: 'Deny',
  actions: ['kms:*'],
  resources: ['*'],
  conditions: [
    { test: 'ForAnyValue:StringEquals', variable: 'kms:ResourceAliases', values: [stateKeyAlias(home)] },
  ],
});

/** A queue of this ARN. Not its messages. */
export const queueStatement = (sid: string, arn: string): Statement => ({
  sid,
  actions: [
    'sqs:CreateQueue',
    'sqs:DeleteQueue',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ListQueueTags',
    'sqs:SetQueueAttributes',
    'sqs:TagQueue',
    'sqs:UntagQueue',
  ],
  resources: [arn],
});
