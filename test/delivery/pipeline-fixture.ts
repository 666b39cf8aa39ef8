import type { CodepipelineStage, CodepipelineStageAction } from '@cdktf/provider-aws/lib/codepipeline';
import type { Placement } from '../../constructs/core/placement';
import type { PipelineContext } from '../../constructs/delivery/pipeline-action';
import type { ReleasePlan } from '../../constructs/delivery/release-plan';

export const PIPELINE_HOME: Placement = {
  platform: 'bulkhead',
  environment: 'prod',
  account: '111111111111',
  region: 'us-east-1',
};

/** Every cell in an account of its own, in turn in two regions. */
export const contextOf = (plan: ReleasePlan): PipelineContext => ({
  plan,
  home: PIPELINE_HOME,
  program: 'f'.repeat(64),
  cells: Object.fromEntries(
    plan.target.cells.map(({ id }, index) => [
      id,
      {
        ...PIPELINE_HOME,
        cell: id,
        account: String(222222222222 + index),
        region: index % 2 === 0 ? 'us-east-1' : 'us-west-2',
      },
    ]),
  ),
});

export const actionsOf = ({ action }: CodepipelineStage): readonly CodepipelineStageAction[] =>
  action as readonly CodepipelineStageAction[];

/** Variables that an action sets, by name. */
export function variablesOf({ configuration }: CodepipelineStageAction): Record<string, string> {
  const text = configuration?.['EnvironmentVariables'] ?? '[]';
  const list = JSON.parse(text) as readonly { readonly name: string; readonly value: string }[];
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

export interface ReadRule {
  readonly name: string;
  readonly region: string;
  readonly roleArn: string;
  readonly configuration: Readonly<Record<string, string>>;
}

/** Rules of the condition on which a stage begins. */
export const rulesOf = ({ beforeEntry }: CodepipelineStage): readonly ReadRule[] =>
  (beforeEntry?.condition.rule ?? []) as readonly ReadRule[];
