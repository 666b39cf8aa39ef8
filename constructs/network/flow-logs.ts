import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';

/**
 * Fields of each record. To the default ones these add what tells a pod from its node (`pkt-srcaddr`, `pkt-dstaddr`),
 * who opened a connection (`tcp-flags`, `flow-direction`), and which way out it took (`traffic-path`, AWS service).
 *
 * Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html#flow-logs-fields
 */
const FIELDS = [
  ...['version', 'account-id', 'vpc-id', 'subnet-id', 'az-id', 'interface-id', 'instance-id'],
  ...['srcaddr', 'dstaddr', 'srcport', 'dstport', 'pkt-srcaddr', 'pkt-dstaddr', 'protocol', 'tcp-flags'],
  ...['packets', 'bytes', 'start', 'end', 'action', 'reject-reason', 'log-status'],
  ...['flow-direction', 'traffic-path', 'pkt-src-aws-service', 'pkt-dst-aws-service'],
] as const;

export interface FlowLogsProps {
  readonly vpcId: string;

  /** How long records are kept, in days: one of the values CloudWatch Logs takes. */
  readonly retentionDays: number;
}

/** Records of all traffic in a VPC, accepted and rejected, written each minute to a log group of their own. */
export class FlowLogs extends Construct {
  public constructor(scope: Construct, id: string, { vpcId, retentionDays }: FlowLogsProps) {
    super(scope, id);
    const { account, region } = placementOf(this);
    const { logGroup } = new EncryptedLogGroup(this, 'Logs', {
      name: physicalName(this, 'logGroup', 'flow-logs'),
      keyName: ['flow-logs'],
      retentionDays,
    });

    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'FlowLogsOfThisAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['vpc-flow-logs.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            {
              test: 'ArnLike',
              variable: 'aws:SourceArn',
              // The flow log's id is known only once this role exists.
              values: [`arn:aws:ec2:${region}:${account}:vpc-flow-log/*`],
            },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', 'flow-logs'),
      description: 'VPC flow logs write to their log group',
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'WriteRecords',
          effect: 'Allow',
          actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          // The log group and its streams, which the service names after network interfaces.
          resources: [logGroup.arn, `${logGroup.arn}:*`],
        },
        {
          sid: 'FindLogGroup',
          effect: 'Allow',
          actions: ['logs:DescribeLogGroups'],
          // A list call: IAM takes no single log group here.
          resources: [`arn:aws:logs:${region}:${account}:log-group:*`],
        },
      ],
    });
    const rolePolicy = new IamRolePolicy(this, 'RolePolicy', {
      name: 'write-flow-logs',
      role: role.name,
      policy: policy.json,
    });

    new FlowLog(this, 'FlowLog', {
      vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: logGroup.arn,
      iamRoleArn: role.arn,
      // `$$` keeps Terraform from reading the fields as its own.
      logFormat: FIELDS.map((field) => `$\${${field}}`).join(' '),
      maxAggregationInterval: 60,
      dependsOn: [rolePolicy],
    });
  }
}
