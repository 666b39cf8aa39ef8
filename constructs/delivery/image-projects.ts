import { Construct } from 'constructs';
import { placementOf } from '../core/placement';
import type { Program } from '../core/program';
import type { ArtifactStore } from './artifact-store';
import { agreeSpec, buildSpec, CHECK_PROGRAM, scanSpec } from './build-spec';
import type { Architecture } from './code-build';
import { HomeProject } from './home-project';
import {
  contractPipelineName,
  pipelineName,
  programKey,
  registryHost,
  repositoryArn,
  repositoryName,
  signingProfileArn,
} from './names';
import { useConnection } from './pipeline-role';

export interface ImageProjectProps {
  readonly service: string;
  readonly artifacts: ArtifactStore;
  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

export interface BuildProjectProps extends ImageProjectProps {
  /** Connection and repository that the source comes from. */
  readonly connectionArn: string;
  readonly repository: string;
  /** Whether the service brings migrations. */
  readonly schema: boolean;
  /** Processor of the nodes that run the image: it is built on the same. */
  readonly architecture: Architecture;
}

/** Long for a build from nothing, short of a build that hangs. */
const BUILD_MINUTES = 60;

/** Builds the image of a commit and pushes it, by which the registry signs it. */
export class BuildProject extends Construct {
  public readonly project: HomeProject;

  public constructor(scope: Construct, id: string, props: BuildProjectProps) {
    super(scope, id);
    const { service } = props;
    const home = placementOf(this);
    this.project = new HomeProject(this, 'Project', {
      step: 'build',
      service,
      description: `Builds the image of ${service} and pushes it`,
      buildspec: buildSpec(props),
      environment: {
        REGISTRY: registryHost(home, home.region),
        REPOSITORY: repositoryName(home, service),
        // An image, and not an index of one image and its attestation, which ECR would not scan: "Build attestations", Docker
        // Docs.
        BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
      },
      pipeline: pipelineName(home, service),
      artifacts: props.artifacts,
      writes: true,
      architecture: props.architecture,
      // An image is built by a Docker daemon, which runs as root: "Docker images in a custom build image", AWS CodeBuild User
      // Guide. What is built is reviewed code, on a machine of its own that is thrown away.
      privileged: true,
      computeType: 'BUILD_GENERAL1_MEDIUM',
      timeoutMinutes: BUILD_MINUTES,
      logRetentionDays: props.logRetentionDays,
      statements: [
        // The source is a reference to the commit, which the project follows itself.
        ...useConnection(props.connectionArn, props.repository, 'StringEquals'),
        {
          sid: 'LogInToRegistry',
          effect: 'Allow',
          actions: ['ecr:GetAuthorizationToken'],
          // The action knows no resource. What may be done with the token, the next statement says.
          resources: ['*'],
        },
        {
          sid: 'PushImage',
          effect: 'Allow',
          // "IAM permissions for pushing an image", Amazon ECR User Guide; and finding what is there already.
          actions: [
            'ecr:BatchCheckLayerAvailability',
            'ecr:BatchGetImage',
            'ecr:CompleteLayerUpload',
            'ecr:DescribeImages',
            'ecr:InitiateLayerUpload',
            'ecr:PutImage',
            'ecr:UploadLayerPart',
          ],
          resources: [repositoryArn(home, home.region, service)],
        },
        {
          sid: 'SignImage',
          effect: 'Allow',
          // The registry signs as whoever pushes: "Managed signing", Amazon ECR User Guide.
          actions: ['signer:SignPayload'],
          resources: [signingProfileArn(home)],
        },
      ],
    });
  }
}

export interface ScanProjectProps extends ImageProjectProps {
  /** Program that checks an image: `services/image-check`. */
  readonly program: Pick<Program, 'hash'>;
  /** Regions that the image must be copied to. */
  readonly copyRegions: readonly string[];
}

/** Lets an image pass that has no grave finding, is signed, and is wherever cells pull it from. */
export class ScanProject extends Construct {
  public readonly project: HomeProject;

  public constructor(scope: Construct, id: string, props: ScanProjectProps) {
    super(scope, id);
    const { service, artifacts, program, copyRegions } = props;
    const home = placementOf(this);
    this.project = new HomeProject(this, 'Project', {
      step: 'scan',
      service,
      description: `Checks the image of ${service}: findings, signature, copies`,
      buildspec: scanSpec(),
      environment: {
        ARTIFACTS: artifacts.bucketName,
        [CHECK_PROGRAM]: program.hash,
        REPOSITORY: repositoryName(home, service),
        SIGNING_PROFILE: signingProfileArn(home),
        COPY_REGIONS: JSON.stringify(copyRegions),
      },
      pipeline: pipelineName(home, service),
      artifacts,
      timeoutMinutes: 60,
      logRetentionDays: props.logRetentionDays,
      statements: [
        {
          sid: 'LookAtImage',
          effect: 'Allow',
          actions: [
            'ecr:DescribeImageReplicationStatus',
            'ecr:DescribeImageScanFindings',
            'ecr:DescribeImageSigningStatus',
          ],
          resources: [repositoryArn(home, home.region, service)],
        },
        {
          sid: 'Program',
          effect: 'Allow',
          actions: ['s3:GetObject'],
          resources: [`${artifacts.bucketArn}/${programKey(program.hash)}`],
        },
      ],
    });
  }
}

/** Makes one answer of those that all cells give. */
export class AgreeProject extends Construct {
  public readonly project: HomeProject;

  public constructor(
    scope: Construct,
    id: string,
    { service, artifacts, logRetentionDays }: ImageProjectProps,
  ) {
    super(scope, id);
    this.project = new HomeProject(this, 'Project', {
      step: 'agree',
      service,
      description: `Tells whether all cells let the old schema of ${service} go`,
      buildspec: agreeSpec(),
      environment: {},
      pipeline: contractPipelineName(placementOf(this), service),
      artifacts,
      timeoutMinutes: 5,
      logRetentionDays,
      statements: [],
    });
  }
}
