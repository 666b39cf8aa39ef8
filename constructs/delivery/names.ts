import { nameIn } from '../core/naming';
import { type Placement, prefixOf, roleArn } from '../core/placement';

/**
 * Names by which what delivers, in the home account, and what is delivered to, in the accounts of cells, know one another.
 * Neither reads the other's contracts, so both sides go by names that no deployment decides.
 *
 * `home` is the platform's placement, without a cell; `cell` is a cell's.
 */

/** What the platform itself is called among the services that are delivered. No service may have this name. */
export const INFRASTRUCTURE = 'infrastructure';

// Pipelines of the home account.

/** Pipeline that releases a service: `bulkhead-prod-api`. */
export const pipelineName = (home: Placement, service: string): string =>
  nameIn(home, 'codePipeline', service);

/** Pipeline that removes what of the schema no release needs any more: `bulkhead-prod-api-contract`. */
export const contractPipelineName = (home: Placement, service: string): string =>
  nameIn(home, 'codePipeline', service, 'contract');

/** Pipeline that deploys this platform: `bulkhead-prod-infrastructure`. */
export const infrastructurePipelineName = (home: Placement): string => pipelineName(home, INFRASTRUCTURE);

/** A pipeline has no type in its ARN: "Resources defined by AWS CodePipeline", Service Authorization Reference. */
export const pipelineArn = ({ account, region }: Placement, name: string): string =>
  `arn:aws:codepipeline:${region}:${account}:${name}`;

/** Last parts of the name of the role that a service's pipelines run as; {@link INFRASTRUCTURE} is a service here. */
export const pipelineRoleParts = (service: string): readonly string[] => ['pipeline', service];
export const pipelineRoleName = (home: Placement, service: string): string =>
  nameIn(home, 'iamRole', ...pipelineRoleParts(service));
export const pipelineRoleArn = (home: Placement, service: string): string =>
  roleArn(home, pipelineRoleName(home, service));

/** CodeBuild project of the home account, and the role of the same name: `build` or `scan` of a service. */
export const homeProjectName = (home: Placement, step: string, service: string): string =>
  nameIn(home, 'codeBuildProject', step, service);
export const homeProjectRoleName = (home: Placement, step: string, service: string): string =>
  nameIn(home, 'iamRole', step, service);
export const homeProjectRoleArn = (home: Placement, step: string, service: string): string =>
  roleArn(home, homeProjectRoleName(home, step, service));

// What each cell lets them do.

/** Role of a cell that a service's pipelines take to start its release project and to look at alarms. */
export const actionRoleName = (cell: Placement, service: string): string =>
  nameIn(cell, 'iamRole', 'pipeline', service);
export const actionRoleArn = (cell: Placement, service: string): string =>
  roleArn(cell, actionRoleName(cell, service));

/** All action roles of a cell, and all release roles, as patterns: what lets them in needs not know the services. */
export const actionRolePattern = (cell: Placement): string => roleArn(cell, `${prefixOf(cell)}-pipeline-*`);
export const releaseRolePattern = (cell: Placement): string => roleArn(cell, `${prefixOf(cell)}-release-*`);

/** CodeBuild project of a cell that releases a service, and the role that it runs as. */
export const releaseProjectName = (cell: Placement, service: string): string =>
  nameIn(cell, 'codeBuildProject', 'release', service);
export const releaseRoleName = (cell: Placement, service: string): string =>
  nameIn(cell, 'iamRole', 'release', service);
export const releaseRoleArn = (cell: Placement, service: string): string =>
  roleArn(cell, releaseRoleName(cell, service));

/** CodeBuild project of a cell that deploys stacks of the cell, and the role that it runs as. */
export const infrastructureProjectName = (cell: Placement): string =>
  nameIn(cell, 'codeBuildProject', INFRASTRUCTURE);
export const infrastructureRoleName = (cell: Placement): string => nameIn(cell, 'iamRole', INFRASTRUCTURE);
export const infrastructureRoleArn = (cell: Placement): string => roleArn(cell, infrastructureRoleName(cell));

/** CodeBuild project of a cell that looks for drift, and the role that it runs as. */
export const driftProjectName = (cell: Placement): string =>
  nameIn(cell, 'codeBuildProject', 'drift', INFRASTRUCTURE);
export const driftRoleName = (cell: Placement): string => nameIn(cell, 'iamRole', 'drift', INFRASTRUCTURE);
export const driftRoleArn = (cell: Placement): string => roleArn(cell, driftRoleName(cell));

/** Role of the nodes that run a cell's services, and pull their images: `constructs/cluster/karpenter.ts`. */
export const nodeRoleArn = (cell: Placement): string => roleArn(cell, nameIn(cell, 'iamRole', 'node'));

/** ARN of a CodeBuild project in the account and region of its placement. */
export const projectArn = ({ account, region }: Placement, name: string): string =>
  `arn:aws:codebuild:${region}:${account}:project/${name}`;

/** Metric alarm of a cell that tells whether a tier's error budget burns too fast for a release. */
export const burnAlarmName = (cell: Placement, tier: string): string =>
  nameIn(cell, 'metricAlarm', 'burn', tier);
export const burnAlarmArn = (cell: Placement, tier: string): string =>
  `arn:aws:cloudwatch:${cell.region}:${cell.account}:alarm:${burnAlarmName(cell, tier)}`;

// Images, one repository a service and region. The home region's gets them, the others get copies.

/** Beginning of the names of all repositories: `bulkhead/prod/`. */
export const repositoryPrefix = ({ platform, environment }: Placement): string =>
  `${platform}/${environment}/`;

/** Name of a service's repository, the same in every region: `bulkhead/prod/api`. */
export const repositoryName = (home: Placement, service: string): string =>
  `${repositoryPrefix(home)}${service}`;

export const repositoryArn = (home: Placement, region: string, service: string): string =>
  `arn:aws:ecr:${region}:${home.account}:repository/${repositoryName(home, service)}`;

/** Host of the home account's registry in a region. */
export const registryHost = ({ account }: Placement, region: string): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com`;

/** Where a cell of a region pulls a service's image from; `@sha256:…` follows. */
export const imageRepository = (home: Placement, region: string, service: string): string =>
  `${registryHost(home, region)}/${repositoryName(home, service)}`;

// Artifacts, one bucket and key a region, in the home account.

const ARTIFACTS = 'artifacts';

/** Last parts of the names of bucket and key. */
export const artifactParts: readonly string[] = [ARTIFACTS];

export const artifactBucketName = (home: Placement, region: string): string =>
  nameIn({ ...home, region }, 's3Bucket', ...artifactParts);
export const artifactBucketArn = (home: Placement, region: string): string =>
  `arn:aws:s3:::${artifactBucketName(home, region)}`;

/** Alias of the key of a region's artifacts; the same in every region. Policies find the key by it (`kms:ResourceAliases`). */
export const artifactKeyAlias = (home: Placement): string =>
  `alias/${nameIn(home, 'kmsAlias', ...artifactParts)}`;

/** Keys of a region's artifact bucket under which the artifacts of a pipeline stand. CodePipeline cuts the name at 20. */
export const artifactPrefix = (pipeline: string): string => `${pipeline.slice(0, 20)}/`;

/** Beginning of the keys of programs in every artifact bucket, and the key of one. @param hash SHA-256 in hexadecimal */
export const PROGRAMS_PREFIX = 'programs/';
export const programKey = (hash: string): string => `${PROGRAMS_PREFIX}${hash}/index.js`;

/** Beginning of the keys of platforms as they were deployed, and the key of one: `deployed/use1a.zip`, of the home `home`. */
export const DEPLOYED_PREFIX = 'deployed/';
export const deployedKey = (cell?: string): string => `${DEPLOYED_PREFIX}${cell ?? 'home'}.zip`;

/** First file of the program that plans, judges and deploys stacks. */
export const INFRASTRUCTURE_PROGRAM = 'deployment/main.ts';

/** Artifacts of the infrastructure's pipeline. CodePipeline shortens longer names in keys, and permissions go by keys. */
export const SOURCE_ARTIFACT = 'Source';
export const PLATFORM_ARTIFACT = 'Platform';
export const REPORT_ARTIFACT = 'Report';

/** Topic of the home account that tells people what needs them. */
export const noticesTopicArn = (home: Placement): string =>
  `arn:aws:sns:${home.region}:${home.account}:${nameIn(home, 'snsTopic', 'releases')}`;

/** First file of the program that releases services in cells. */
export const RELEASE_PROGRAM = 'services/release/main.ts';

/** Profile that images are signed with. Letters, digits and underscores: `profileName`, AWS Signer API Reference. */
export const signingProfileName = ({ platform, environment }: Placement): string =>
  `${platform}_${environment}_images`.replaceAll('-', '_');
/** The resource of a profile begins with a slash: "Resources defined by AWS Signer", Service Authorization Reference. */
export const signingProfileArn = (home: Placement): string =>
  `arn:aws:signer:${home.region}:${home.account}:/signing-profiles/${signingProfileName(home)}`;

/**
 * Variable by which pipelines tell release projects which program to run: its SHA-256. Pipelines and programs are deployed
 * together, cells later, so a cell that named the program itself would name one that is gone.
 */
export const PROGRAM_VARIABLE = 'PROGRAM_SHA256';

/** Key of the file in the home region's artifact bucket that a service's contract pipeline takes as its source. */
export const CONTRACTS_PREFIX = 'contracts/';
export const contractKey = (service: string): string => `${CONTRACTS_PREFIX}${service}.zip`;

/** Group of the schedules that start pipelines and open windows. */
export const scheduleGroupName = (home: Placement): string => nameIn(home, 'schedule', 'delivery');
