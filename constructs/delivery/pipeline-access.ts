import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { type Placement, placementOf } from '../core/placement';
import { startAsItIs } from '../core/start-as-it-is';
import { pipelineRoleArn, projectArn } from './names';
import { artifactStatements } from './project-statements';
import { PIPELINE_VARIABLES } from './release-variables';

export interface PipelineAccessProps {
  /** Service whose pipelines take the role. */
  readonly service: string;

  /** Account of the pipelines, without a cell, and their names. */
  readonly home: Placement;
  readonly pipelines: readonly string[];

  /** The one project that they start. */
  readonly projectName: string;

  /** Variables that they may set. @default - those of a release */
  readonly variables?: readonly string[];
}

/**
 * The role of a cell that a service's pipelines take, from the home account: to start one project, as it is, and to look at
 * alarms before a ring begins.
 *
 * It trusts the pipelines' role by a condition, for a policy that names a role as principal is refused until there is one. It
 * asks for no external id: CodePipeline sends none ("Create a pipeline in CodePipeline that uses resources from another AWS
 * account"), and what one is for, a third party with many customers, is not here.
 */
export class PipelineAccess extends Construct {
  public constructor(scope: Construct, id: string, props: PipelineAccessProps) {
    super(scope, id);
    const { service, home, pipelines, projectName, variables = PIPELINE_VARIABLES } = props;
    const placement = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'PipelinesOfThisService',
          effect: 'Allow',
          principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${home.account}:root`] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: [pipelineRoleArn(home, service)] },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', 'pipeline', service),
      description: `Pipelines of ${service} in account ${home.account}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const project = projectArn(placement, projectName);
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        startAsItIs(project, variables),
        {
          sid: 'Follow',
          effect: 'Allow',
          // "Service role permissions: CodeBuild action", AWS CodePipeline User Guide.
          actions: ['codebuild:BatchGetBuilds'],
          resources: [project],
        },
        readAlarms(placement),
        // CodePipeline hands an action its artifacts as this role. What the project makes is no artifact.
        ...artifactStatements(placement, { home, pipelines }),
      ],
    });
    new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'pipeline',
      // One line: IAM counts characters.
      policy: policy.minifiedJson,
    });
  }
}

/** Looking at the alarms of a cell. */
export const readAlarms = ({ region }: Placement): DataAwsIamPolicyDocumentStatement => ({
  sid: 'ReadAlarms',
  effect: 'Allow',
  actions: ['cloudwatch:DescribeAlarms'],
  // Composite alarms are told of only to whoever may look at all: "DescribeAlarms", Amazon CloudWatch API Reference. Settings and
  // states only.
  resources: ['*'],
  condition: [{ test: 'StringEquals', variable: 'aws:RequestedRegion', values: [region] }],
});
