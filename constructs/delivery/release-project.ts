import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { Construct } from 'constructs';
import type { ICluster, INetwork } from '../core/interfaces';
import { machineSecretArn, secretPath } from '../core/machine-secret';
import { type Placement, placementOf } from '../core/placement';
import { MIGRATIONS_GROUP, RELEASES_GROUP, releasesGroup } from '../core/releases';
import { CellProject } from './cell-project';
import { contractPipelineName, pipelineName, programKey } from './names';
import { PipelineAccess, readAlarms } from './pipeline-access';
import { releaseBuildspec } from './release-buildspec';

export interface ReleaseProjectProps {
  /** Service that is released. */
  readonly service: string;

  /** Whether it brings the schema's migrations, and so changes databases. */
  readonly schema: boolean;

  /** Account and region of the pipelines, without a cell. */
  readonly home: Placement;

  /** Cluster that is released to. Its name is the one it was given. */
  readonly cluster: Pick<ICluster, 'name' | 'endpoint' | 'certificateAuthority'>;

  /** Ids of the synthetic tenants as which releases are tried out, and where their machines get tokens: an https URL. */
  readonly syntheticTenants: readonly string[];
  readonly tokenEndpoint: string;

  readonly network: Pick<INetwork, 'vpcId' | 'privateSubnetIds'>;
  readonly securityGroupId: string;

  /** Longest run, in minutes, 5-480. @default 120 */
  readonly timeoutMinutes?: number;

  readonly logRetentionDays: number;
}

/**
 * What releases one service in one cell: a project that runs the release program, its way into the cluster, and the role by
 * which the service's pipelines start it.
 *
 * In the cluster it is in the groups of releases, which are bound to few rights in the owners' namespaces; an admission
 * policy keeps it to the names and images of its service.
 */
export class ReleaseProject extends Construct {
  public constructor(scope: Construct, id: string, props: ReleaseProjectProps) {
    super(scope, id);
    const { service, home, cluster } = props;
    const placement = placementOf(this);
    const pipelines = [pipelineName(home, service), contractPipelineName(home, service)];
    const project = new CellProject(this, 'Project', {
      name: ['release', service],
      description: `Releases ${service} in ${placement.cell ?? ''}`,
      buildspec: releaseBuildspec(home, placement.region),
      environment: {
        SERVICE: service,
        CELL: placement.cell ?? '',
        CLUSTER_NAME: cluster.name,
        CLUSTER_ENDPOINT: cluster.endpoint,
        CLUSTER_CA: cluster.certificateAuthority,
        SECRET_PATH: secretPath(placement),
        TOKEN_ENDPOINT: props.tokenEndpoint,
      },
      statements: statements(placement, props.syntheticTenants),
      network: props.network,
      securityGroupId: props.securityGroupId,
      artifacts: { home, pipelines, objects: [programKey('*')] },
      ...(props.timeoutMinutes !== undefined && { timeoutMinutes: props.timeoutMinutes }),
      logRetentionDays: props.logRetentionDays,
    });
    new EksAccessEntry(this, 'Entry', {
      clusterName: cluster.name,
      principalArn: project.role.arn,
      type: 'STANDARD',
      kubernetesGroups: [RELEASES_GROUP, releasesGroup(service), ...(props.schema ? [MIGRATIONS_GROUP] : [])],
    });
    new PipelineAccess(this, 'Pipeline', { service, home, pipelines, projectName: project.projectName });
  }
}

/** Being a synthetic tenant, and looking at alarms. Its way into the cluster takes no permission of IAM. */
function statements(
  placement: Placement,
  syntheticTenants: readonly string[],
): DataAwsIamPolicyDocumentStatement[] {
  const { account, region } = placement;
  const secrets = syntheticTenants.map((tenantId) => machineSecretArn(placement, tenantId));
  return [
    {
      sid: 'BeSyntheticTenants',
      effect: 'Allow',
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets,
    },
    {
      sid: 'DecryptTheirSecrets',
      effect: 'Allow',
      actions: ['kms:Decrypt'],
      // By what Secrets Manager says when it uses the key: which key they have, only their own stack knows.
      resources: [`arn:aws:kms:${region}:${account}:key/*`],
      condition: [
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [`secretsmanager.${region}.amazonaws.com`],
        },
        { test: 'StringLike', variable: 'kms:EncryptionContext:SecretARN', values: secrets },
      ],
    },
    readAlarms(placement),
  ];
}
