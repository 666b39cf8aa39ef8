import type { Statement } from '../../constructs/access/statement';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import { SHARED } from '../../constructs/core/tags';
import { actionRolePattern } from '../../constructs/delivery/names';
import { WINDOW_OPENER } from '../../constructs/delivery/window-schedules';
import { ROLE_PREFIX } from '../../constructs/onboarding/machine';
import { iamArn, prefixOf, regionalArn } from './scope';

/**
 * What pipelines, builds and the functions of delivery do. Patterns are as fine as a boundary needs: it grants nothing, each
 * role's own policy does. What needs more has it added here first, by an administrator.
 */
const DELIVERY = [
  'codebuild:BatchGetBuilds',
  'codebuild:StartBuild',
  'codeconnections:UseConnection',
  'codepipeline:GetPipelineState',
  'codepipeline:StartPipelineExecution',
  'codestar-connections:UseConnection',
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:DescribeImage*',
  'ecr:GetAuthorizationToken',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'lambda:InvokeFunction',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  's3:GetBucket*',
  's3:GetObject*',
  's3:PutObject',
  's3:PutObjectAcl',
  's3:PutObjectTagging',
  'signer:SignPayload',
  'xray:Put*',
] as const;

/** What the machines that onboard tenants do besides. */
const ONBOARDING = [
  'codebuild:StopBuild',
  'codepipeline:ListPipelineExecutions',
  'events:DescribeRule',
  'events:PutEvents',
  'events:PutRule',
  'events:PutTargets',
  'logs:*LogDeliver*',
  'logs:Describe*',
  'logs:PutResourcePolicy',
  'sqs:SendMessage',
  'states:StartExecution',
  'xray:GetSampling*',
] as const;

/**
 * The most that any role made by the deployers of the platform's own stacks may ever do: what delivers services, and never
 * deployment itself. In a cell it may take the roles that the cell keeps for pipelines, and no other.
 *
 * @param cells placements of the platform's cells
 */
export function homeBoundaryStatements(home: Placement, cells: readonly Placement[]): readonly Statement[] {
  const { platform, environment } = home;
  const prefix = prefixOf(home);
  const regions = [...new Set([home, ...cells].map(({ region }) => region))].sort();
  return [
    {
      sid: 'Delivery',
      actions: DELIVERY,
      // Which projects, images and buckets is for each role's own policy to say.
      resources: ['*'],
      conditions: [{ test: 'StringEquals', variable: 'aws:RequestedRegion', values: regions }],
    },
    {
      sid: 'Onboarding',
      actions: ONBOARDING,
      // Which machines, buses and projects is for the roles' own policies to say.
      resources: ['*'],
      conditions: [
        { test: 'StringEquals', variable: 'aws:RequestedRegion', values: [home.region] },
        {
          test: 'ArnLike',
          variable: 'aws:PrincipalArn',
          values: [iamArn(home, `role/${prefix}-${ROLE_PREFIX}-*`)],
        },
      ],
    },
    { sid: 'RolesOfCells', actions: ['sts:AssumeRole'], resources: cells.map(actionRolePattern).sort() },
    {
      sid: 'OpenWindows',
      // An approval is a person's word. One function gives it for a window, and no other role may.
      actions: ['codepipeline:PutApprovalResult'],
      resources: [regionalArn(home, 'codepipeline', `${prefix}-*/*-window/*`)],
      conditions: [
        {
          test: 'ArnEquals',
          variable: 'aws:PrincipalArn',
          values: [iamArn(home, `role/${nameIn(home, 'iamRole', WINDOW_OPENER)}`)],
        },
      ],
    },
    {
      sid: 'NoCell',
      effect: 'Deny',
      // A cell may be in the home account. What pipelines do there, they do as the cell's role.
      actions: DELIVERY,
      resources: ['*'],
      conditions: [
        { test: 'Null', variable: 'aws:ResourceTag/cell', values: ['false'] },
        { test: 'StringNotEquals', variable: 'aws:ResourceTag/cell', values: [SHARED] },
      ],
    },
    {
      sid: 'NoOtherEnvironment',
      effect: 'Deny',
      // All actions on all resources, because this refuses; the conditions pick what.
      actions: ['*'],
      resources: ['*'],
      conditions: [
        { test: 'StringEquals', variable: 'aws:ResourceTag/platform', values: [platform] },
        { test: 'StringNotEquals', variable: 'aws:ResourceTag/environment', values: [environment] },
      ],
    },
    {
      sid: 'NoState',
      effect: 'Deny',
      // All actions of S3, because this refuses.
      actions: ['s3:*'],
      resources: [`arn:aws:s3:::${platform}-${environment}-state-*`],
    },
  ];
}
