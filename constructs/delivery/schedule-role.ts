import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';
import { scheduleGroupName } from './names';

export interface ScheduleRoleProps {
  /** Last parts of its name. */
  readonly name: readonly string[];
  readonly description: string;
  /** The one thing that it does. */
  readonly statement: { readonly actions: string[]; readonly resources: string[] };
}

/** What schedules of delivery act as. */
export class ScheduleRole extends Construct {
  public readonly arn: string;

  public constructor(scope: Construct, id: string, props: ScheduleRoleProps) {
    super(scope, id);
    const home = placementOf(this);
    const { account, region } = home;
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'TheseSchedules',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['scheduler.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          // The group is the source, not the schedule: "Cross-service confused deputy prevention", EventBridge Scheduler User
          // Guide.
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            {
              test: 'ArnEquals',
              variable: 'aws:SourceArn',
              values: [`arn:aws:scheduler:${region}:${account}:schedule-group/${scheduleGroupName(home)}`],
            },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...props.name),
      description: props.description,
      assumeRolePolicy: trust.minifiedJson,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    this.arn = role.arn;
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [{ sid: 'Target', effect: 'Allow', ...props.statement }],
    });
    new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'schedule',
      policy: policy.minifiedJson,
    });
  }
}
