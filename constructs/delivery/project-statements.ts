import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { Fn, Token } from 'cdktf';
import type { Placement } from '../core/placement';
import { artifactBucketArn, artifactKeyAlias, artifactPrefix } from './names';

/** What a project of a cell reads of the artifact bucket of its region, in the home account. */
export interface Artifacts {
  /** The home account. */
  readonly home: Placement;
  /** Names of the pipelines whose artifacts it gets. */
  readonly pipelines: readonly string[];
  /** Keys of other objects that it gets; `*` stands for any characters. @default - none */
  readonly objects?: readonly string[];
}

export interface ProjectStatementsProps {
  readonly placement: Placement;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  readonly logGroupName: string;
  readonly artifacts: Artifacts;
}

/** What every project in the VPC of a cell needs to run: its log, its artifacts, and what CodeBuild itself does as its role. */
export function projectStatements(props: ProjectStatementsProps): DataAwsIamPolicyDocumentStatement[] {
  const { account, region } = props.placement;
  return [
    {
      sid: 'OwnLog',
      effect: 'Allow',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`arn:aws:logs:${region}:${account}:log-group:${props.logGroupName}:*`],
    },
    ...interfaces(props),
    ...artifactStatements(props.placement, props.artifacts),
  ];
}

/** Reading artifacts of pipelines, from a bucket and by a key of the home account. */
export function artifactStatements(
  { region }: Placement,
  { home, pipelines, objects = [] }: Artifacts,
): DataAwsIamPolicyDocumentStatement[] {
  const bucket = artifactBucketArn(home, region);
  return [
    {
      sid: 'ReadArtifacts',
      effect: 'Allow',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [...pipelines.map((pipeline) => `${artifactPrefix(pipeline)}*`), ...objects].map(
        (key) => `${bucket}/${key}`,
      ),
    },
    {
      sid: 'FindArtifacts',
      effect: 'Allow',
      actions: ['s3:GetBucketLocation', 's3:GetBucketVersioning'],
      resources: [bucket],
    },
    {
      sid: 'DecryptArtifacts',
      effect: 'Allow',
      actions: ['kms:Decrypt'],
      // Only its own stack knows which key it is, and everybody its alias.
      resources: [`arn:aws:kms:${region}:${home.account}:key/*`],
      condition: [
        {
          test: 'ForAnyValue:StringEquals',
          variable: 'kms:ResourceAliases',
          values: [artifactKeyAlias(home)],
        },
        { test: 'StringEquals', variable: 'kms:ViaService', values: [`s3.${region}.amazonaws.com`] },
      ],
    },
  ];
}

/**
 * "Allow CodeBuild access to AWS services required to create a VPC network interface", AWS CodeBuild User Guide: what CodeBuild
 * does as the role. Interfaces have no names yet when it asks for them, so they are bound by their subnets and group.
 */
function interfaces({
  placement: { account, region },
  subnetIds,
  securityGroupId,
}: ProjectStatementsProps): DataAwsIamPolicyDocumentStatement[] {
  const arn = (resource: string): string => `arn:aws:ec2:${region}:${account}:${resource}`;
  // The network's contract tells how many there are.
  const subnets = Token.asList(Fn.formatlist(arn('subnet/%s'), [[...subnetIds]]));
  const inSubnets = { test: 'ArnEquals', variable: 'ec2:Subnet', values: subnets };
  return [
    {
      sid: 'LookAtNetwork',
      effect: 'Allow',
      actions: [
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      // EC2 knows no resource for descriptions.
      resources: ['*'],
    },
    {
      sid: 'MakeInterfaces',
      effect: 'Allow',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [arn('network-interface/*'), arn(`security-group/${securityGroupId}`)],
    },
    {
      sid: 'MakeThemInSubnets',
      effect: 'Allow',
      actions: ['ec2:CreateNetworkInterface'],
      resources: subnets,
    },
    {
      sid: 'RemoveInterfaces',
      effect: 'Allow',
      // EC2 removes no interface that something uses.
      actions: ['ec2:DeleteNetworkInterface'],
      resources: [arn('network-interface/*')],
      condition: [inSubnets],
    },
    {
      sid: 'HandInterfacesToCodeBuild',
      effect: 'Allow',
      actions: ['ec2:CreateNetworkInterfacePermission'],
      resources: [arn('network-interface/*')],
      condition: [
        { test: 'StringEquals', variable: 'ec2:AuthorizedService', values: ['codebuild.amazonaws.com'] },
        inSubnets,
      ],
    },
  ];
}
