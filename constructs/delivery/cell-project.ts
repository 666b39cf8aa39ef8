import { CodebuildProject } from '@cdktf/provider-aws/lib/codebuild-project';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { type Placement, placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import {
  BUILD_MACHINES,
  LONGEST_RUN,
  logsTo,
  plainVariables,
  BUILDSPEC_RULE,
  DESCRIPTION_RULE,
  projectLogGroup,
  trustOfProject,
} from './code-build';
import { artifactKeyAlias, projectArn } from './names';
import { type Artifacts, projectStatements } from './project-statements';

export interface CellProjectProps {
  /** Last parts of the name of the project, and of all that belongs to it. */
  readonly name: readonly [string, ...string[]];

  /** What the project does, for people; at most 255 characters. */
  readonly description: string;

  /** What is run, as the text of a buildspec. */
  readonly buildspec: string;

  /** What the program is told. No secrets: whoever may look at the project reads them. */
  readonly environment: Readonly<Record<string, string>>;

  /** What the project may do besides writing its log and reading its artifacts. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];

  /** Where it stands. */
  readonly network: Pick<INetwork, 'vpcId' | 'privateSubnetIds'>;
  readonly securityGroupId: string;

  /** What it gets from the pipelines of the home account. */
  readonly artifacts: Artifacts;

  /** Longest run, in minutes, 5-480. @default 120 */
  readonly timeoutMinutes?: number;

  /** How long its log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

type Settings = CellProjectProps & { readonly timeoutMinutes: number };

const RULES: readonly Rule<Settings>[] = [
  DESCRIPTION_RULE,
  BUILDSPEC_RULE,
  {
    fails: ({ timeoutMinutes }) =>
      !Number.isInteger(timeoutMinutes) || outside(timeoutMinutes, 5, LONGEST_RUN),
    message: ({ timeoutMinutes }) =>
      `timeoutMinutes must be a whole number between 5 and ${String(LONGEST_RUN)}, got ${timeoutMinutes}`,
  },
];

/** Longest wait for a machine, in minutes: a wave starts at most 40 runs at once, and an account has a quota of machines. */
const QUEUED = 60;

/**
 * A CodeBuild project in the VPC of a cell, started by pipelines of the home account: as a role of its own, with an encrypted
 * log, not privileged.
 */
export class CellProject extends Construct {
  public readonly projectName: string;
  public readonly roleName: string;
  public readonly role: IamRole;

  public constructor(scope: Construct, id: string, props: CellProjectProps) {
    super(scope, id);
    const { name, timeoutMinutes = 120 } = props;
    validateProps(this, 'CellProject props', { ...props, timeoutMinutes }, RULES);
    const placement = placementOf(this);
    this.projectName = physicalName(this, 'codeBuildProject', ...name);
    this.roleName = physicalName(this, 'iamRole', ...name);
    const { logGroup } = new EncryptedLogGroup(this, 'Log', {
      name: projectLogGroup(this.projectName),
      keyName: [...name, 'log'],
      retentionDays: props.logRetentionDays,
    });
    this.role = this.makeRole(placement);
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        ...projectStatements({
          placement,
          subnetIds: props.network.privateSubnetIds,
          securityGroupId: props.securityGroupId,
          logGroupName: projectLogGroup(this.projectName),
          artifacts: props.artifacts,
        }),
        ...props.statements,
      ],
    });
    const permissions = new IamRolePolicy(this, 'Permissions', {
      role: this.role.name,
      name: 'project',
      // One line: IAM counts characters.
      policy: policy.minifiedJson,
    });
    const { home } = props.artifacts;
    new CodebuildProject(this, 'Project', {
      name: this.projectName,
      description: props.description,
      serviceRole: this.role.arn,
      source: { type: 'CODEPIPELINE', buildspec: props.buildspec },
      artifacts: { type: 'CODEPIPELINE' },
      // Of what it would hand on, which is nothing.
      encryptionKey: `arn:aws:kms:${placement.region}:${home.account}:${artifactKeyAlias(home)}`,
      environment: {
        ...BUILD_MACHINES.arm64,
        computeType: 'BUILD_GENERAL1_SMALL',
        privilegedMode: false,
        environmentVariable: plainVariables(props.environment),
      },
      vpcConfig: {
        vpcId: props.network.vpcId,
        subnets: [...props.network.privateSubnetIds],
        securityGroupIds: [props.securityGroupId],
      },
      logsConfig: logsTo(logGroup.name),
      buildTimeout: timeoutMinutes,
      queuedTimeout: QUEUED,
      // CodeBuild tries the role's way into the VPC when the project is made.
      dependsOn: [permissions],
    });
  }

  private makeRole(placement: Placement): IamRole {
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [trustOfProject(placement.account, projectArn(placement, this.projectName))],
    });
    return new IamRole(this, 'Role', {
      name: this.roleName,
      description: `CodeBuild project ${this.projectName}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
  }
}
