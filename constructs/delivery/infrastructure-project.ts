import { CodebuildProject } from '@cdktf/provider-aws/lib/codebuild-project';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
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

/** For x86-64, as the checksum of Terraform is: "Docker images provided by CodeBuild", AWS CodeBuild User Guide. */
const IMAGE = 'aws/codebuild/amazonlinux-x86_64-standard:5.0';

/** CodeBuild takes 36 hours, an action of CodePipeline 8: "Quotas in AWS CodePipeline". */
const LONGEST_RUN = 480;
const QUEUED = 60;

const RULES: readonly Rule<InfrastructureProjectProps>[] = [
  {
    fails: ({ buildspec }) => buildspec.includes('${'),
    message: () => 'buildspec must have no ${, which Terraform would evaluate: write $NAME',
  },
  {
    fails: ({ description }) => outside(description.length, 1, 255),
    message: ({ description }) =>
      `description must have 1 to 255 characters, got ${String(description.length)}`,
  },
];

/** A CodeBuild project of the infrastructure's own pipeline, one run at a time, with an encrypted log. */
export class InfrastructureProject extends Construct {
  public readonly projectName: string;
  public readonly arn: string;

  public constructor(scope: Construct, id: string, props: InfrastructureProjectProps) {
    super(scope, id);
    validateProps(this, 'InfrastructureProject props', props, RULES);
    const { buildspec, archive, vpc, environment = {} } = props;
    this.projectName = physicalName(this, 'codeBuildProject', ...props.name);
    this.arn = projectArn(placementOf(this), this.projectName);
    const { logGroup } = new EncryptedLogGroup(this, 'Log', {
      name: `/aws/codebuild/${this.projectName}`,
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
        buildspec,
      },
      artifacts: { type: archive === undefined ? 'CODEPIPELINE' : 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        computeType: props.computeType ?? 'BUILD_GENERAL1_MEDIUM',
        image: IMAGE,
        privilegedMode: false,
        environmentVariable: Object.entries(environment)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => ({ name, value, type: 'PLAINTEXT' })),
      },
      ...(vpc && {
        vpcConfig: {
          vpcId: vpc.network.vpcId,
          subnets: [...vpc.network.privateSubnetIds],
          securityGroupIds: [vpc.securityGroupId],
        },
      }),
      logsConfig: {
        cloudwatchLogs: { status: 'ENABLED', groupName: logGroup.name },
        // One log, and that one encrypted (CKV_AWS_311 looks at this one).
        s3Logs: { status: 'DISABLED' },
      },
      // Two at once would wait for each other's locks.
      concurrentBuildLimit: 1,
      buildTimeout: LONGEST_RUN,
      queuedTimeout: QUEUED,
    });
  }
}
