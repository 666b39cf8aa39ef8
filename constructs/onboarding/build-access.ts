import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { type Placement, placementOf } from '../core/placement';
import { startAsItIs } from '../core/start-as-it-is';
import { CELL_VARIABLES } from './build-spec';
import { onboardingProjectArn, onboardingRoleArn, starterParts } from './names';

/** The role of a cell that the home account's project takes, to start the cell's as it is, and to see what becomes of it. */
export class BuildAccess extends Construct {
  public constructor(scope: Construct, id: string, { home }: { readonly home: Placement }) {
    super(scope, id);
    const project = onboardingProjectArn(placementOf(this));
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'OnboardingAtHome',
          effect: 'Allow',
          principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${home.account}:root`] }],
          actions: ['sts:AssumeRole'],
          condition: [{ test: 'ArnEquals', variable: 'aws:PrincipalArn', values: [onboardingRoleArn(home)] }],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...starterParts),
      description: `Onboarding in account ${home.account}`,
      assumeRolePolicy: trust.minifiedJson,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        startAsItIs(project, CELL_VARIABLES),
        { sid: 'Follow', effect: 'Allow', actions: ['codebuild:BatchGetBuilds'], resources: [project] },
      ],
    });
    new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'pipeline',
      policy: policy.minifiedJson,
    });
  }
}
