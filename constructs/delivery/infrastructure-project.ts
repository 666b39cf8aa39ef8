import { CodebuildProject } from '@cdktf/provider-aws/lib/codebuild-project';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';
import {
  BUILD_MACHINES,
  LONGEST_RUN,
  logsTo,
  plainVariables,
  BUILDSPEC_RULE,
  DESCRIPTION_RULE,
  projectLogGroup,
} from './code-build';
import { projectArn } from './names';

export interface InfrastructureProjectProps {
  /** Last parts of the name of the project. */
  readonly name: readonly [string, ...string[]];

  /** What the project does, for people; at most 255 characters. */
  readonly description: string;

  /** What is run, as the text of a buildspec. No `${`, which Terraform would take. */
  readonly buildspec: string;

  /** Role that it runs as. An administrator has made it. */
  readonly roleArn: string;

  /** ARN or alias ARN of the key of its artifacts. */
  readonly artifactKeyArn: string;

  /** What it is told. No secrets: whoever may look at the project reads them. @default - nothing */
  readonly environment?: Readonly<Record<string, string>>;

  /** Bucket and key of an archive that it looks at. @default - a pipeline hands it its artifacts */
  readonly archive?: string;

  /** That it is handed nothing, and fetches what it needs itself: how many run at once, and for how long, in minutes. @default - one, of a pipeline */
  readonly alone?: { readonly concurrentBuilds: number; readonly timeoutMinutes: number };

  /** Where it stands. @default - in no VPC */
  readonly vpc?: {
    readonly network: Pick<INetwork, 'vpcId' | 'privateSubnetIds'>;
    readonly securityGroupId: string;
  };

  /** Size of its machine. @default BUILD_GENERAL1_MEDIUM */
  readonly computeType?: string;

  /** How long its log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

const QUEUED = 60;

const RULES: readonly Rule<InfrastructureProjectProps>[] = [BUILDSPEC_RULE, DESCRIPTION_RULE];

/** A CodeBuild project of the infrastructure's own pipeline, or beside it, with an encrypted log: as a role that an administrator has made. */
export class InfrastructureProject extends Construct {
  public readonly projectName: string;
  public readonly arn: string;

  public constructor(scope: Construct, id: string, props: InfrastructureProjectProps) {
    super(scope, id);
    validateProps(this, 'InfrastructureProject props', props, RULES);
    const { buildspec, archive, alone, vpc, environment = {} } = props;
    this.projectName = physicalName(this, 'codeBuildProject', ...props.name);
    this.arn = projectArn(placementOf(this), this.projectName);
    const { logGroup } = new EncryptedLogGroup(this, 'Log', {
      name: projectLogGroup(this.projectName),
      keyName: [...props.name, 'log'],
      retentionDays: props.logRetentionDays,
    });
    new CodebuildProject(this, 'Project', {
      name: this.projectName,
      description: props.description,
      serviceRole: props.roleArn,
      encryptionKey: props.artifactKeyArn,
      source: {
        type: 'CODEPIPELINE',
        ...(archive !== undefined && { type: 'S3', location: archive }),
        ...(alone && { type: 'NO_SOURCE' }),
        buildspec,
      },
      artifacts: { type: archive === undefined && !alone ? 'CODEPIPELINE' : 'NO_ARTIFACTS' },
      environment: {
        // As the checksum of Terraform is.
        ...BUILD_MACHINES.x86_64,
        computeType: props.computeType ?? 'BUILD_GENERAL1_MEDIUM',
        privilegedMode: false,
        environmentVariable: plainVariables(environment),
      },
      ...(vpc && {
        vpcConfig: {
          vpcId: vpc.network.vpcId,
          subnets: [...vpc.network.privateSubnetIds],
          securityGroupIds: [vpc.securityGroupId],
        },
      }),
      logsConfig: logsTo(logGroup.name),
      // Two at once would wait for each other's locks.
      concurrentBuildLimit: alone?.concurrentBuilds ?? 1,
      buildTimeout: alone?.timeoutMinutes ?? LONGEST_RUN,
      queuedTimeout: QUEUED,
    });
  }
}
