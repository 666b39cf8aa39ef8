import type { CodepipelineStage, CodepipelineStageAction } from '@cdktf/provider-aws/lib/codepipeline';
import type { Placement } from '../core/placement';
import { actionRoleArn, burnAlarmName, imageRepository, PROGRAM_VARIABLE, releaseProjectName } from './names';
import type { ContractCheck, ContractStep, DeployStep, ReleasePlan, Step, Wave } from './release-plan';
import { BUILD_NAMESPACE } from './build-spec';

/** Names of artifacts: what the source gives, and what the build makes of it. */
export const SOURCE = 'Source';
export const BUILT = 'Built';

/** Where a plan is carried out, and by what. */
export interface PipelineContext {
  readonly plan: ReleasePlan;
  readonly home: Placement;
  /** Placement of each cell of the plan, by its id. */
  readonly cells: Readonly<Record<string, Placement>>;
  /** SHA-256 of the program that release projects run. */
  readonly program: string;
}

/** The placement of a cell. A plan names no cell that its platform does not have. */
export function cellOf({ cells }: Pick<PipelineContext, 'cells'>, id: string): Placement {
  const cell = cells[id];
  if (!cell) throw new Error(`no placement of cell ${id}`);
  return cell;
}

type Variables = Readonly<Record<string, string>>;

/** `EnvironmentVariables` of an action: "AWS CodeBuild build and test action reference", AWS CodePipeline User Guide. */
const environment = (variables: Variables): string =>
  JSON.stringify(Object.entries(variables).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' })));

export interface CodeBuildRun {
  readonly name: string;
  readonly project: string;
  readonly input: string;
  readonly variables?: Variables;
  readonly order?: number;
  /** Namespace of the variables that the run exports. @default - it exports none */
  readonly namespace?: string;
  readonly output?: string;
}

/** Runs a CodeBuild project of the home account. */
export const runProject = (run: CodeBuildRun): CodepipelineStageAction => ({
  name: run.name,
  category: 'Build',
  owner: 'AWS',
  provider: 'CodeBuild',
  version: '1',
  inputArtifacts: [run.input],
  ...(run.output !== undefined && { outputArtifacts: [run.output] }),
  ...(run.namespace !== undefined && { namespace: run.namespace }),
  runOrder: run.order ?? 1,
  configuration: {
    ProjectName: run.project,
    ...(run.variables && { EnvironmentVariables: environment(run.variables) }),
  },
});

/** Runs the release project of a cell, as the role that the cell keeps for the service. */
export function runInCell(
  context: PipelineContext,
  cellId: string,
  run: Omit<CodeBuildRun, 'project' | 'input'> & { readonly input?: string },
): CodepipelineStageAction {
  const cell = cellOf(context, cellId);
  const { service } = context.plan.target;
  return {
    ...runProject({
      ...run,
      input: run.input ?? BUILT,
      project: releaseProjectName(cell, service),
      variables: { CELL: cellId, ...run.variables, [PROGRAM_VARIABLE]: context.program },
    }),
    region: cell.region,
    roleArn: actionRoleArn(cell, service),
  };
}

const built = (name: string): string => `#{${BUILD_NAMESPACE}.${name}}`;

/** The databases of an owner: of a tier those that its tenants share in the cell, of a dedicated tenant its own. */
function databasesOf({ target }: ReleasePlan, { cell, owner }: DeployStep): readonly string[] {
  if (owner.startsWith('tenant-')) return [owner];
  return target.cells.find(({ id }) => id === cell)?.shards ?? [];
}

/** Steps of a wave follow each other by kind. */
const ORDER = { expand: 1, deploy: 2, soak: 3 } as const;

/** A step of a wave as an action of its stage. What the variables mean: `services/release/settings.ts`. */
export function stepAction(context: PipelineContext, ring: string, step: Step): CodepipelineStageAction {
  const { plan, home } = context;
  const { service, schema } = plan.target;
  const cell = cellOf(context, step.cell);
  return runInCell(context, step.cell, {
    name: step.name,
    order: ORDER[step.kind],
    variables: { STEP: step.kind, RING: ring, ...variablesOf() },
  });

  function variablesOf(): Variables {
    if (step.kind === 'soak') {
      return {
        ALARMS: JSON.stringify(step.tiers.map((tier) => burnAlarmName(cell, tier))),
        SOAK_MINUTES: String(step.minutes),
      };
    }
    const needs = { RELEASE: built('RELEASE'), ...(schema && { SCHEMA: built('SCHEMA') }) };
    if (step.kind === 'expand') return { DATABASES: JSON.stringify(step.databases), ...needs };
    return {
      OWNER: step.owner,
      SLICE: step.slice,
      TIER: step.tier,
      // Of the cell's own region: it can pull while another is away.
      IMAGE: `${imageRepository(home, cell.region, service)}@${built('IMAGE')}`,
      ...needs,
      ...(schema && { DATABASES: JSON.stringify(databasesOf(plan, step)) }),
    };
  }
}

/** Asks a cell, or takes the old side of its schemas away. */
export function contractAction(
  context: PipelineContext,
  step: ContractCheck | ContractStep,
  order: number,
): CodepipelineStageAction {
  const { target, contract } = context.plan;
  const isCheck = step.kind === 'contract-check';
  const databases = isCheck
    ? (contract?.waves ?? [])
        .filter(({ cell }) => cell === step.cell)
        .flatMap(({ steps }) => steps.flatMap((s) => s.databases))
    : step.databases;
  return runInCell(context, step.cell, {
    name: step.name,
    order,
    input: SOURCE,
    ...(isCheck && { namespace: step.name }),
    variables: {
      STEP: step.kind,
      DATABASES: JSON.stringify(databases),
      CONTRACT_AFTER_DAYS: String(target.contractAfterDays),
    },
  });
}

/**
 * How long a wave waits for an alarm that is not silent, in minutes: as long as the fast burn window. One with a maintenance
 * window does not wait, or it might begin when that is over.
 */
const ALARM_WAIT = { withoutWindow: '60', withWindow: '1' } as const;

/**
 * Enters a stage only if the alarms are silent: "CloudWatchAlarm", rule reference of AWS CodePipeline User Guide. An alarm that
 * is OK passes at once, and one in ALARM has so long to become so. `AlarmStates` is left out, as in AWS's own examples: the
 * guide does not say whether it names the states that pass or those that do not.
 */
export const unlessBurning = (
  context: PipelineContext,
  { gates, window }: Pick<Wave, 'gates' | 'window'>,
): NonNullable<CodepipelineStage['beforeEntry']> => ({
  condition: {
    result: 'FAIL',
    rule: gates.alarms.map(({ cell: id, tier }) => {
      const cell = cellOf(context, id);
      return {
        name: `burn-${tier}-${id}`,
        ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'CloudWatchAlarm', version: '1' },
        region: cell.region,
        roleArn: actionRoleArn(cell, context.plan.target.service),
        configuration: {
          AlarmName: burnAlarmName(cell, tier),
          WaitTime: window ? ALARM_WAIT.withWindow : ALARM_WAIT.withoutWindow,
        },
      };
    }),
  },
});
