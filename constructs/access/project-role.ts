import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { policyDocument } from './policy-document';
import type { Statement } from './statement';

export interface ProjectRoleProps {
  /** Name of the role, at most 64 characters. */
  readonly name: string;

  /** What the role is for, shown in the IAM console. */
  readonly description: string;

  /** ARN of the CodeBuild project that runs as it. The project need not exist yet. */
  readonly projectArn: string;

  /** Account of the project. */
  readonly account: string;

  /** All that the role may do. */
  readonly statements: readonly Statement[];

  /** Tags beside the provider's own. */
  readonly tags: Readonly<Record<string, string>>;

  /** Provider of the account that the role lives in. @default - the stack's own */
  readonly provider?: TerraformProvider;
}

/**
 * A role that one CodeBuild project runs as, made by an administrator: it may take roles of deployers, so no deployer may
 * decide what it may do.
 */
export class ProjectRole extends Construct {
  public readonly arn: string;
  public readonly role: IamRole;

  public constructor(scope: Construct, id: string, props: ProjectRoleProps) {
    super(scope, id);
    const { name, account, projectArn, statements, provider } = props;
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      ...(provider && { provider }),
      statement: [
        {
          sid: 'ThisProject',
          principals: [{ type: 'Service', identifiers: ['codebuild.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          // "Cross-service confused deputy prevention", AWS CodeBuild User Guide.
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            { test: 'ArnEquals', variable: 'aws:SourceArn', values: [projectArn] },
          ],
        },
      ],
    });
    this.role = new IamRole(this, 'Role', {
      ...(provider && { provider }),
      name,
      description: props.description,
      assumeRolePolicy: trust.minifiedJson,
      tags: { ...props.tags },
    });
    // By its name: others trust it before Terraform knows it, and an ARN by reference would say nothing in a review.
    this.arn = `arn:aws:iam::${account}:role/${name}`;
    new IamRolePolicy(this, 'Policy', {
      ...(provider && { provider }),
      role: this.role.name,
      name: 'project',
      policy: policyDocument(this, 'Statements', statements, provider),
    });
  }
}
