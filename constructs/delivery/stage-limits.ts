import type { CodepipelineStage, CodepipelineStageAction } from '@cdktf/provider-aws/lib/codepipeline';
import type { Rule } from '../core/validation';

/** "Quotas in AWS CodePipeline", AWS CodePipeline User Guide. None of these can be raised. */
const MOST_STAGES = 50;
const MOST_ACTIONS = 50;
const MOST_RULES = 5;
const LONGEST_NAME = 100;
const NAME = /^[A-Za-z0-9.@_-]+$/;

interface Stages {
  readonly stages: readonly CodepipelineStage[];
}

const actionsOf = ({ action }: CodepipelineStage): readonly CodepipelineStageAction[] =>
  action as readonly CodepipelineStageAction[];

const rulesOf = ({ beforeEntry }: CodepipelineStage): number =>
  (beforeEntry?.condition.rule as readonly unknown[] | undefined)?.length ?? 0;

const named = (stages: readonly CodepipelineStage[]): string => stages.map(({ name }) => name).join(', ');

const crowded = ({ stages }: Stages): CodepipelineStage[] =>
  stages.filter((stage) => actionsOf(stage).length > MOST_ACTIONS);

const conditional = ({ stages }: Stages): CodepipelineStage[] =>
  stages.filter((stage) => rulesOf(stage) > MOST_RULES);

const wrongNames = ({ stages }: Stages): string[] =>
  stages
    .flatMap((stage) => [stage.name, ...actionsOf(stage).map(({ name }) => name)])
    .filter((name) => !NAME.test(name) || name.length > LONGEST_NAME);

const repeated = ({ stages }: Stages): string[] => {
  const names = [
    ...stages.map(({ name }) => name),
    ...stages.flatMap((stage) => actionsOf(stage).map(({ name }) => `${stage.name}/${name}`)),
  ];
  return names.filter((name, index) => names.indexOf(name) < index);
};

/** What CodePipeline takes, said in terms of what may be changed. */
export const STAGE_RULES: readonly Rule<Stages>[] = [
  {
    fails: ({ stages }) => stages.length > MOST_STAGES,
    message: ({ stages }) =>
      `a pipeline has at most ${String(MOST_STAGES)} stages, the plan needs ${String(stages.length)}; raise delivery.cellsPerWave or delivery.tenantsPerWave, or give tenants the same maintenanceWindow`,
  },
  {
    fails: (props) => crowded(props).length > 0,
    message: (props) =>
      `a stage has at most ${String(MOST_ACTIONS)} actions, more are in ${named(crowded(props))}; lower delivery.tenantsPerWave`,
  },
  {
    fails: (props) => conditional(props).length > 0,
    message: (props) =>
      `a stage looks at most at ${String(MOST_RULES)} alarms on entry, more are in ${named(conditional(props))}; lower delivery.cellsPerWave or delivery.tenantsPerWave`,
  },
  {
    fails: (props) => wrongNames(props).length > 0,
    message: (props) =>
      `names of stages and actions must be at most ${String(LONGEST_NAME)} letters, digits and .@_-, got ${wrongNames(props).join(', ')}`,
  },
  {
    fails: (props) => repeated(props).length > 0,
    message: (props) =>
      `stages, and actions of a stage, must have different names, found twice: ${repeated(props).join(', ')}`,
  },
];
