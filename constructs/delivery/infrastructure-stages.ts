import type { CodepipelineStage, CodepipelineStageAction } from '@cdktf/provider-aws/lib/codepipeline';
import type { Placement } from '../core/placement';
import { DEPLOY_INPUTS, REVIEW_VARIABLES } from './infrastructure-buildspec';
import {
  actionRoleArn,
  artifactBucketName,
  burnAlarmName,
  deployedKey,
  INFRASTRUCTURE,
  infrastructureProjectName,
  PLATFORM_ARTIFACT,
  PROGRAM_VARIABLE,
  REPORT_ARTIFACT,
  SOURCE_ARTIFACT,
} from './names';

/** The infrastructure's own pipeline as stages of CodePipeline. Pure: tests walk through them. */

/** A cell, and what is deployed to it. */
export interface CellTarget {
  readonly placement: Placement;
  /** Kinds of its stacks that the home account deploys, in order; the cell's own project deploys all others. */
  readonly ground: readonly string[];
  /** Tiers whose burn-rate alarms say whether the cell is well. */
  readonly tiers: readonly string[];
}

export interface InfrastructurePlan {
  readonly home: Placement;
  /** Stacks of the home account, in order, but the administrator's. */
  readonly homeStacks: readonly string[];
  /** Cells in the order in which they are changed. */
  readonly cells: readonly CellTarget[];
  /** How long a cell is watched after a change, and how far apart changes of two cells are at least: 60 or more. */
  readonly apartMinutes: number;
  /** SHA-256 of the program that plans and deploys. */
  readonly program: string;
}

export interface InfrastructureSource {
  readonly connectionArn: string;
  readonly repository: string;
  readonly branch: string;
}

/** Projects of the home account. */
export interface InfrastructureProjects {
  readonly verify: string;
  readonly review: string;
  readonly apply: string;
}

export const STAGES = {
  source: 'source',
  verify: 'verify',
  review: 'review',
  approve: 'approve',
  platform: 'platform',
  cells: 'cells',
} as const;

/** Namespace of the review's variables. */
const REVIEW = 'Review';
const [RISK, SUMMARY] = REVIEW_VARIABLES;

/** Actions of a cell: what it stands on, its stacks, and an hour of watching. */
export const groundAction = (cell: string): string => `${cell}-ground`;
export const cellAction = (cell: string): string => `${cell}-stacks`;
export const soakAction = (cell: string): string => `${cell}-soak`;

/** Longest wait for an approval, in minutes: a week. */
const APPROVAL_TIMEOUT = 7 * 24 * 60;

type Variables = Readonly<Record<string, string>>;

/**
 * All cells are in one stage, for a stage holds one execution at a time: no newer one begins with the first cell while an
 * older one is at the second. Their actions follow one another, and the first that fails ends the stage.
 */
export function infrastructureStages(
  plan: InfrastructurePlan,
  source: InfrastructureSource,
  projects: InfrastructureProjects,
): readonly CodepipelineStage[] {
  return [
    { name: STAGES.source, action: [sourceAction(source)] },
    {
      name: STAGES.verify,
      action: [
        {
          ...run('verify', projects.verify, {}),
          inputArtifacts: [SOURCE_ARTIFACT],
          outputArtifacts: [PLATFORM_ARTIFACT],
        },
      ],
    },
    {
      name: STAGES.review,
      action: [
        {
          ...run('review', projects.review, { [PROGRAM_VARIABLE]: plan.program }),
          inputArtifacts: [PLATFORM_ARTIFACT],
          outputArtifacts: [REPORT_ARTIFACT],
          namespace: REVIEW,
        },
      ],
    },
    approveStage,
    {
      name: STAGES.platform,
      action: [applyAction(plan, projects, { name: 'platform', cell: undefined, stacks: plan.homeStacks })],
    },
    { name: STAGES.cells, action: inTurn(plan.cells.map((cell) => cellActions(plan, projects, cell))) },
  ];
}

/** Entered only if a review says so; skipped otherwise, which is no failure. */
const approveStage: CodepipelineStage = {
  name: STAGES.approve,
  beforeEntry: {
    condition: {
      result: 'SKIP',
      rule: [
        {
          name: 'risk-is-high',
          // "VariableCheck", rule reference of AWS CodePipeline User Guide.
          ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
          configuration: { Variable: `#{${REVIEW}.${RISK}}`, Value: 'high', Operator: 'EQ' },
        },
      ],
    },
  },
  action: [
    {
      name: 'approve',
      category: 'Approval',
      owner: 'AWS',
      provider: 'Manual',
      version: '1',
      runOrder: 1,
      timeoutInMinutes: APPROVAL_TIMEOUT,
      configuration: { CustomData: `#{${REVIEW}.${SUMMARY}}` },
    },
  ],
};

const sourceAction = (source: InfrastructureSource): CodepipelineStageAction => ({
  name: SOURCE_ARTIFACT,
  category: 'Source',
  owner: 'AWS',
  provider: 'CodeStarSourceConnection',
  version: '1',
  outputArtifacts: [SOURCE_ARTIFACT],
  runOrder: 1,
  configuration: {
    ConnectionArn: source.connectionArn,
    FullRepositoryId: source.repository,
    BranchName: source.branch,
    // Without its history: whoever fetches that may use the connection.
    OutputArtifactFormat: 'CODE_ZIP',
    DetectChanges: 'true',
  },
});

/** `EnvironmentVariables` of an action: "AWS CodeBuild build and test action reference", AWS CodePipeline User Guide. */
const run = (name: string, project: string, variables: Variables): CodepipelineStageAction => ({
  name,
  category: 'Build',
  owner: 'AWS',
  provider: 'CodeBuild',
  version: '1',
  runOrder: 1,
  configuration: {
    ProjectName: project,
    ...(Object.keys(variables).length > 0 && {
      EnvironmentVariables: JSON.stringify(
        Object.entries(variables).map(([key, value]) => ({ name: key, value, type: 'PLAINTEXT' })),
      ),
    }),
  },
});

/** A run on the output and on its review. */
function deploying(name: string, project: string, variables: Variables): CodepipelineStageAction {
  const action = run(name, project, variables);
  return {
    ...action,
    inputArtifacts: [...DEPLOY_INPUTS],
    configuration: { ...action.configuration, PrimarySource: PLATFORM_ARTIFACT },
  };
}

function applyAction(
  { home, cells, program }: InfrastructurePlan,
  { apply }: InfrastructureProjects,
  {
    name,
    cell,
    stacks,
  }: { readonly name: string; readonly cell: Placement | undefined; readonly stacks: readonly string[] },
): CodepipelineStageAction {
  const ids = cells.map(({ placement }) => placement.cell ?? '');
  const region = cell?.region ?? home.region;
  return deploying(name, apply, {
    [PROGRAM_VARIABLE]: program,
    CELL: cell?.cell ?? 'none',
    STACKS: stacks.join(','),
    DEPLOYED: `${artifactBucketName(home, region)}/${deployedKey(cell?.cell)}`,
    ...(cell && {
      CHANGES: JSON.stringify(Object.fromEntries(ids.map((id) => [id, [groundAction(id), cellAction(id)]]))),
    }),
  });
}

function cellActions(
  plan: InfrastructurePlan,
  projects: InfrastructureProjects,
  { placement, ground, tiers }: CellTarget,
): readonly CodepipelineStageAction[] {
  const id = placement.cell ?? '';
  const alarms = tiers.map((tier) => burnAlarmName(placement, tier)).join(',');
  const inCell = (action: CodepipelineStageAction): CodepipelineStageAction => ({
    ...action,
    region: placement.region,
    roleArn: actionRoleArn(placement, INFRASTRUCTURE),
  });
  const project = infrastructureProjectName(placement);
  const common = { [PROGRAM_VARIABLE]: plan.program, CELL: id, ALARMS: alarms };
  return [
    applyAction(plan, projects, {
      name: groundAction(id),
      cell: placement,
      stacks: ground.map((kind) => `${id}-${kind}`),
    }),
    // All the cell's other stacks, of which there may be a thousand: more than a value has room for.
    inCell(
      deploying(cellAction(id), project, {
        ...common,
        STEP: 'deploy',
        STACKS: `${id}-!(${ground.join('|')})`,
      }),
    ),
    inCell(
      deploying(soakAction(id), project, { ...common, STEP: 'soak', MINUTES: String(plan.apartMinutes) }),
    ),
  ];
}

/** One action after another. */
const inTurn = (actions: readonly (readonly CodepipelineStageAction[])[]): CodepipelineStageAction[] =>
  actions.flat().map((action, index) => ({ ...action, runOrder: index + 1 }));
