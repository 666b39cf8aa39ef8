import { CodebuildProject } from '@cdktf/provider-aws/lib/codebuild-project';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import {
  type Architecture,
  BUILD_MACHINES,
  LONGEST_RUN,
  logsTo,
  plainVariables,
  BUILDSPEC_RULE,
  DESCRIPTION_RULE,
  projectLogGroup,
  trustOfProject,
} from './code-build';
import { artifactPrefix, homeProjectName, projectArn } from './names';
import type { ArtifactStore } from './artifact-store';

export interface HomeProjectProps {
  /** What the project does for a service: `build`, `scan`. With the service, its name. */
  readonly step: string;
  readonly service: string;

  /** What it does, for people; at most 255 characters. */
  readonly description: string;

  /** The commands, as YAML: the platform's own, never a file of what is built. No `${`, which Terraform would take. */
  readonly buildspec: string;

  /** What it is told. No secrets: whoever may look at the project reads them. */
  readonly environment: Readonly<Record<string, string>>;

  /** Name of the pipeline that starts it. */
  readonly pipeline: string;

  /** Where artifacts of the pipeline are. */
  readonly artifacts: Pick<ArtifactStore, 'bucketArn' | 'keyArn' | 'region'>;

  /** Whether it hands an artifact on. @default false - it reads only */
  readonly writes?: boolean;

  /** What it may do besides using artifacts and writing its log. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];

  /** Processor that it runs on. @default arm64 */
  readonly architecture?: Architecture;

  /**
   * Whether it may use the kernel of its machine as root, which a Docker daemon needs. CodeBuild gives each build a machine
   * of its own.
   *
   * @default false
   */
  readonly privileged?: boolean;

  /** @default BUILD_GENERAL1_SMALL */
  readonly computeType?: string;

  /** Longest run, in minutes, 5-480. */
  readonly timeoutMinutes: number;

  /** How long its log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/** A pipeline has one execution in a stage, so a second build at once is no release's. */
const CONCURRENT = 2;

/** How long a build waits for a machine. */
const QUEUED_MINUTES = 30;

const RULES: readonly Rule<HomeProjectProps>[] = [
  {
    fails: ({ timeoutMinutes }) =>
      !Number.isInteger(timeoutMinutes) || outside(timeoutMinutes, 5, LONGEST_RUN),
    message: ({ timeoutMinutes }) =>
      `timeoutMinutes must be a whole number between 5 and ${String(LONGEST_RUN)}, got ${String(timeoutMinutes)}`,
  },
  BUILDSPEC_RULE,
  DESCRIPTION_RULE,
];

/** A CodeBuild project that only its service's pipeline starts, as a role of its own, with an encrypted log. */
export class HomeProject extends Construct {
  public readonly projectName: string;
  public readonly arn: string;

  public constructor(scope: Construct, id: string, props: HomeProjectProps) {
    super(scope, id);
    validateProps(this, 'HomeProject props', props, RULES);
    const { step, service, environment, artifacts, architecture = 'arm64' } = props;
    const home = placementOf(this);
    this.projectName = physicalName(this, 'codeBuildProject', step, service);
    this.arn = projectArn(home, homeProjectName(home, step, service));
    const logGroupName = projectLogGroup(this.projectName);
    const log = new EncryptedLogGroup(this, 'Log', {
      name: logGroupName,
      keyName: [step, service, 'log'],
      retentionDays: props.logRetentionDays,
    });
    const role = this.makeRole(
      props,
      `arn:aws:logs:${home.region}:${home.account}:log-group:${logGroupName}`,
    );

    new CodebuildProject(this, 'Project', {
      name: this.projectName,
      description: props.description,
      serviceRole: role.arn,
      encryptionKey: artifacts.keyArn,
      buildTimeout: props.timeoutMinutes,
      queuedTimeout: QUEUED_MINUTES,
      concurrentBuildLimit: CONCURRENT,
      source: { type: 'CODEPIPELINE', buildspec: props.buildspec },
      artifacts: { type: 'CODEPIPELINE' },
      environment: {
        ...BUILD_MACHINES[architecture],
        computeType: props.computeType ?? 'BUILD_GENERAL1_SMALL',
        privilegedMode: props.privileged ?? false,
        environmentVariable: plainVariables(environment),
      },
      logsConfig: logsTo(log.logGroup.name),
    });
  }

  private makeRole(
    { step, service, artifacts, pipeline, ...props }: HomeProjectProps,
    logGroupArn: string,
  ): IamRole {
    const home = placementOf(this);
    const objects = `${artifacts.bucketArn}/${artifactPrefix(pipeline)}*`;
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [trustOfProject(home.account, this.arn)],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', step, service),
      description: `CodeBuild project ${this.projectName}`,
      assumeRolePolicy: trust.minifiedJson,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'OwnLog',
          effect: 'Allow',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${logGroupArn}:*`],
        },
        {
          sid: 'Artifacts',
          effect: 'Allow',
          actions: ['s3:GetObject', 's3:GetObjectVersion', ...(props.writes ? ['s3:PutObject'] : [])],
          resources: [objects],
        },
        {
          sid: 'ArtifactKey',
          effect: 'Allow',
          actions: ['kms:Decrypt', ...(props.writes ? ['kms:GenerateDataKey'] : [])],
          resources: [artifacts.keyArn],
        },
        ...props.statements,
      ],
    });
    new IamRolePolicy(this, 'Permissions', { role: role.name, name: 'project', policy: policy.minifiedJson });
    return role;
  }
}
