import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import type { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { DynamodbResourcePolicy } from '@cdktf/provider-aws/lib/dynamodb-resource-policy';
import type { Construct } from 'constructs';
import { placementOf } from '../core/placement';

/** A role that may look up single tenants, in the region where it does. */
export interface RegistryReader {
  readonly roleArn: string;
  /** The home region or one with a replica. */
  readonly region: string;
}

/** `arn:aws:iam::222222222222:role/…` */
const accountOf = (roleArn: string): string => roleArn.split(':')[4] ?? '';

/**
 * Exactly these roles, which need not exist yet: a policy that names a role as principal is refused until it does, and dies
 * with it. `aws:PrincipalArn` is the role's own ARN, whatever its sessions are called.
 */
const only = (readers: readonly RegistryReader[]) => ({
  principals: [
    {
      type: 'AWS',
      identifiers: [
        ...new Set(readers.map(({ roleArn }) => `arn:aws:iam::${accountOf(roleArn)}:root`)),
      ].sort(),
    },
  ],
  condition: [
    { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: readers.map(({ roleArn }) => roleArn).sort() },
  ],
});

/**
 * For the policy of a table's key: the readers of its region may use it through DynamoDB, for this table.
 *
 * DynamoDB asks for the table's key with the rights of whoever reads, so a caller from another account needs the key's
 * permission as well as the table's: "DynamoDB encryption at rest: How it works" and "Cross-account considerations",
 * DynamoDB Developer Guide.
 */
export function readersMayDecrypt(
  readers: readonly RegistryReader[],
  table: string,
  region: string,
): readonly DataAwsIamPolicyDocumentStatement[] {
  if (readers.length === 0) return [];
  const { principals, condition } = only(readers);
  const through = {
    test: 'StringEquals',
    variable: 'kms:ViaService',
    values: [`dynamodb.${region}.amazonaws.com`],
  };
  return [
    {
      sid: 'ReadersDecrypt',
      effect: 'Allow',
      principals,
      actions: ['kms:Decrypt'],
      // In a key policy `*` is this key.
      resources: ['*'],
      condition: [
        ...condition,
        through,
        { test: 'StringEquals', variable: 'kms:EncryptionContext:aws:dynamodb:tableName', values: [table] },
      ],
    },
    {
      sid: 'ReadersDescribe',
      effect: 'Allow',
      principals,
      actions: ['kms:DescribeKey'],
      resources: ['*'],
      condition: [...condition, through],
    },
  ];
}

/** The table's own policy in one region: its readers may get single items, which a list of tenants cannot be made of. */
export function admitReaders(
  scope: Construct,
  {
    table,
    name,
    region,
    readers,
  }: {
    readonly table: DynamodbTable;
    readonly name: string;
    readonly region: string;
    readonly readers: readonly RegistryReader[];
  },
): void {
  const { account, region: home } = placementOf(scope);
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
  const suffix = region === home ? '' : `-${region}`;
  const document = new DataAwsIamPolicyDocument(scope, `Readers${suffix}`, {
    statement: [
      {
        sid: 'ReadersGetItems',
        effect: 'Allow',
        actions: ['dynamodb:GetItem'],
        resources: [arn],
        ...only(readers),
      },
    ],
  });
  new DynamodbResourcePolicy(scope, `Policy${suffix}`, {
    ...(region !== home && { region }),
    resourceArn: arn,
    policy: document.minifiedJson,
    // Replicas come with the table, and have no resource of their own.
    dependsOn: [table],
  });
}
