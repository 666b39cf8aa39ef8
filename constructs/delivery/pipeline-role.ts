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
import type { ArtifactStore } from './artifact-store';
import { actionRoleArn, artifactPrefix, contractKey, pipelineArn, pipelineRoleParts } from './names';

export interface PipelineRoleProps {
  readonly service: string;

  /** Names of the pipelines that run as this role. */
  readonly pipelines: readonly string[];

  /** Connection and repository that the source comes from. */
  readonly connectionArn: string;
  readonly repository: string;

  /** ARNs of the projects of the home account that the pipelines start. */
  readonly projectArns: readonly string[];

  /** Cells that the pipelines release to. */
  readonly cells: readonly Placement[];

  /** Artifact stores of all regions that the pipelines act in. */
  readonly stores: readonly Pick<ArtifactStore, 'bucketArn' | 'keyArn'>[];

  /** Whether one of the pipelines takes its source from the home region's artifact store. */
  readonly contract?: Pick<ArtifactStore, 'bucketArn'>;
}

/**
 * What a service's pipelines run as: they start the service's own projects, take the service's role in each cell, and move
 * the service's artifacts. They pass no role on, and read no secret.
 */
export class PipelineRole extends Construct {
  public readonly role: IamRole;

  public constructor(scope: Construct, id: string, props: PipelineRoleProps) {
    super(scope, id);
    const { service, pipelines } = props;
    const home = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'ThesePipelines',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['codepipeline.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          // "Cross-service confused deputy prevention", AWS CodePipeline User Guide.
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [home.account] },
            {
              test: 'ArnEquals',
              variable: 'aws:SourceArn',
              values: pipelines.map((name) => pipelineArn(home, name)),
            },
          ],
        },
      ],
    });
    this.role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...pipelineRoleParts(service)),
      description: `Pipelines of ${service}`,
      assumeRolePolicy: trust.minifiedJson,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [...this.artifacts(props), ...work(props)],
    });
    new IamRolePolicy(this, 'Permissions', {
      role: this.role.name,
      name: 'pipeline',
      policy: policy.minifiedJson,
    });
  }

  private artifacts({
    stores,
    pipelines,
    contract,
    service,
  }: PipelineRoleProps): DataAwsIamPolicyDocumentStatement[] {
    const prefixes = [...new Set(pipelines.map(artifactPrefix))];
    return [
      {
        sid: 'Artifacts',
        effect: 'Allow',
        // The source puts its artifact there with an access list, and with the tags of its object if that has some: "CodePipeline
        // service role policy", AWS CodePipeline User Guide.
        actions: [
          ...['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:PutObjectAcl'],
          ...(contract ? ['s3:GetObjectTagging', 's3:GetObjectVersionTagging', 's3:PutObjectTagging'] : []),
        ],
        resources: stores.flatMap(({ bucketArn }) => prefixes.map((prefix) => `${bucketArn}/${prefix}*`)),
      },
      {
        sid: 'Buckets',
        effect: 'Allow',
        actions: ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'],
        resources: stores.map(({ bucketArn }) => bucketArn),
      },
      {
        sid: 'ArtifactKeys',
        effect: 'Allow',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: stores.map(({ keyArn }) => keyArn),
      },
      ...(contract
        ? [
            {
              sid: 'ContractPlan',
              effect: 'Allow',
              // "Service role permissions: S3 source action", AWS CodePipeline User Guide.
              actions: [
                's3:GetObject',
                's3:GetObjectTagging',
                's3:GetObjectVersion',
                's3:GetObjectVersionTagging',
              ],
              resources: [`${contract.bucketArn}/${contractKey(service)}`],
            },
          ]
        : []),
    ];
  }
}

function work({
  connectionArn,
  repository,
  projectArns,
  cells,
  service,
}: PipelineRoleProps): DataAwsIamPolicyDocumentStatement[] {
  return [
    // It also asks how an upload gets on, which names no repository.
    ...useConnection(connectionArn, repository, 'StringEqualsIfExists'),
    {
      sid: 'OwnProjects',
      effect: 'Allow',
      actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'],
      resources: [...projectArns],
    },
    {
      sid: 'OwnRolesOfCells',
      effect: 'Allow',
      actions: ['sts:AssumeRole'],
      resources: cells.map((cell) => actionRoleArn(cell, service)),
    },
  ];
}

/**
 * Reading one repository through one connection. The service has two names, and permissions go by the one in the ARN.
 *
 * The action is the same for reading and for writing, and what a provider lets the connection do may be both: so writing is
 * refused. "Using condition keys with connections" and "Supported values for ProviderAction", Developer Tools Console User Guide.
 *
 * @param test how the repository is compared: `StringEqualsIfExists` where calls are made that name none
 */
export function useConnection(
  connectionArn: string,
  repository: string,
  test: 'StringEquals' | 'StringEqualsIfExists',
): DataAwsIamPolicyDocumentStatement[] {
  const [, , service = ''] = connectionArn.split(':');
  const use = { actions: [`${service}:UseConnection`], resources: [connectionArn] };
  return [
    {
      ...{ sid: 'Repository', effect: 'Allow', ...use },
      condition: [{ test, variable: `${service}:FullRepositoryId`, values: [repository] }],
    },
    {
      ...{ sid: 'NoWriting', effect: 'Deny', ...use },
      condition: [
        {
          test: 'StringLike',
          variable: `${service}:ProviderAction`,
          values: ['Create*', 'Delete*', 'GitPush', 'Update*'],
        },
      ],
    },
  ];
}
