import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { S3Object } from '@cdktf/provider-aws/lib/s3-object';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { physicalName } from '../core/naming';
import { type Placement, placementOf, prefixOf, setPlacement } from '../core/placement';
import { PrivateBucket, requireKey } from '../core/private-bucket';
import type { Program } from '../core/program';
import { recordAccess } from '../core/record-access';
import { outside, type Rule, validateProps } from '../core/validation';
import {
  actionRolePattern,
  artifactKeyAlias,
  artifactParts,
  artifactPrefix,
  driftRoleArn,
  infrastructureRoleArn,
  programKey,
  releaseRolePattern,
} from './names';

export interface ArtifactStoreProps {
  /** Region of bucket and key. */
  readonly region: string;

  /** Cells of the region, in their own accounts: their roles read what pipelines hand them. */
  readonly cells: readonly Placement[];

  /**
   * How long artifacts of releases are kept, in days, 7-365. A stage goes back with the artifacts of the release before, however
   * long ago that was: "Configuring stage rollback", AWS CodePipeline User Guide.
   *
   * @default 365
   */
  readonly retentionDays?: number;
}

type Settings = Required<Pick<ArtifactStoreProps, 'retentionDays'>>;

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ retentionDays }) => !Number.isInteger(retentionDays) || outside(retentionDays, 7, 365),
    message: ({ retentionDays }) =>
      `retentionDays must be a whole number between 7 and 365, got ${String(retentionDays)}`,
  },
];

/** How long records of who read or wrote artifacts are kept, in days. */
const RECORD_DAYS = 365;

/**
 * What pipelines hand on in a region: sources, migrations, and the programs that release them. A bucket with a key of its
 * own and a record of every access.
 *
 * Roles of the home account use it as their own policies say. Of other accounts, only roles of cells of the region that have
 * the names of action and release roles: the cell decides which services those are, so a new service changes nothing here.
 */
export class ArtifactStore extends Construct {
  public readonly region: string;
  public readonly bucketName: string;
  public readonly bucketArn: string;
  public readonly keyArn: string;
  private readonly bucket: PrivateBucket;

  public constructor(scope: Construct, id: string, props: ArtifactStoreProps) {
    super(scope, id);
    const { region, cells, retentionDays = 365 } = props;
    validateProps(this, 'ArtifactStore props', { retentionDays }, RULES);
    const home = placementOf(this);
    setPlacement(this, { ...home, region });
    this.region = region;

    const key = new EncryptionKey(this, 'Key', {
      name: artifactParts,
      description: `Artifacts of releases in ${region}`,
      region,
      statements: keyUsers(cells, region),
    });
    this.keyArn = key.arn;
    this.bucketName = physicalName(this, 's3Bucket', ...artifactParts);
    this.bucketArn = `arn:aws:s3:::${this.bucketName}`;
    this.bucket = new PrivateBucket(this, 'Bucket', {
      name: this.bucketName,
      keyArn: key.arn,
      region,
      policy: (bucketArn) => [
        ...requireKey(bucketArn, key.arn, artifactKeyAlias(home)),
        ...bucketUsers(bucketArn, cells),
      ],
    });
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      region,
      bucket: this.bucket.name,
      dependsOn: [this.bucket.versioning],
      rule: [
        {
          id: 'old-versions',
          status: 'Enabled',
          filter: [{}],
          noncurrentVersionExpiration: [{ noncurrentDays: retentionDays }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
        {
          // What pipelines put here stands below their names. Programs and plans are there as long as they are used.
          id: 'artifacts',
          status: 'Enabled',
          filter: [{ prefix: artifactPrefix(`${prefixOf(home)}-`).slice(0, -1) }],
          expiration: [{ days: retentionDays }],
        },
      ],
    });
    recordAccess(this, {
      source: this.bucket,
      prefix: 'artifacts/',
      name: ['artifacts-logs'],
      retentionDays: RECORD_DAYS,
      region,
    });
  }

  /** Puts a program where projects of the region find it. */
  public addProgram(id: string, program: Program): S3Object {
    return new S3Object(this, id, {
      region: this.region,
      bucket: this.bucket.name,
      key: programKey(program.hash),
      source: program.path,
      // What says that the content is another one; the key has the hash in its name anyway.
      sourceHash: program.hash,
      contentType: 'text/javascript',
      kmsKeyId: this.keyArn,
    });
  }

  /** Puts a file of the stack's output where a pipeline takes it as its source. */
  public addFile(scope: Construct, id: string, file: { key: string; path: string; hash: string }): S3Object {
    return new S3Object(scope, id, {
      region: this.region,
      bucket: this.bucket.name,
      key: file.key,
      source: file.path,
      sourceHash: file.hash,
      contentType: 'application/zip',
      kmsKeyId: this.keyArn,
    });
  }
}

const rolesOf = (cells: readonly Placement[]): string[] =>
  cells
    .flatMap((cell) => [
      actionRolePattern(cell),
      releaseRolePattern(cell),
      infrastructureRoleArn(cell),
      driftRoleArn(cell),
    ])
    .sort();

const accountsOf = (cells: readonly Placement[]): string[] =>
  [...new Set(cells.map(({ account }) => `arn:aws:iam::${account}:root`))].sort();

/** A principal that does not exist yet can be named by a condition only: KMS and S3 refuse unknown ones. */
const users = (
  cells: readonly Placement[],
): Pick<DataAwsIamPolicyDocumentStatement, 'effect' | 'principals'> & {
  readonly condition: { test: string; variable: string; values: string[] }[];
} => ({
  effect: 'Allow',
  principals: [{ type: 'AWS', identifiers: accountsOf(cells) }],
  condition: [{ test: 'ArnLike', variable: 'aws:PrincipalArn', values: rolesOf(cells) }],
});

function keyUsers(cells: readonly Placement[], region: string): DataAwsIamPolicyDocumentStatement[] {
  if (cells.length === 0) return [];
  const { condition, ...allow } = users(cells);
  return [
    {
      ...allow,
      sid: 'CellsUseArtifacts',
      actions: ['kms:Decrypt'],
      // In a key policy `*` is this key.
      resources: ['*'],
      condition: [
        ...condition,
        { test: 'StringEquals', variable: 'kms:ViaService', values: [`s3.${region}.amazonaws.com`] },
      ],
    },
  ];
}

function bucketUsers(bucketArn: string, cells: readonly Placement[]): DataAwsIamPolicyDocumentStatement[] {
  if (cells.length === 0) return [];
  return [
    {
      ...users(cells),
      sid: 'CellsReadArtifacts',
      // CodePipeline hands artifacts on as the action's role, and CodeBuild fetches them as the project's.
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [`${bucketArn}/*`],
    },
    {
      ...users(cells),
      sid: 'CellsFindArtifacts',
      actions: ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'],
      resources: [bucketArn],
    },
  ];
}
