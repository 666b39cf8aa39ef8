import type { CodepipelineStage } from '@cdktf/provider-aws/lib/codepipeline';
import { BUILD_NAMESPACE } from './build-spec';
import {
  BUILT,
  contractAction,
  type PipelineContext,
  runProject,
  SOURCE,
  stepAction,
  unlessBurning,
} from './pipeline-action';
import { contractKey } from './names';
import { type Wave, wavesOf, windowName, windowText } from './release-plan';

/** A release plan as stages of CodePipeline. Pure: a test reads the plan out of them again. */

/** Name of the action that waits for a window, and of its stage: the wave's with this behind it. */
export const WINDOW_ACTION = 'open';

/** Names of stages before the plan's. */
export const SOURCE_STAGE = 'source';
export const BUILD_STAGE = 'build';
export const SCAN_STAGE = 'scan';

/** Longest wait for a window, in minutes: a week, and a day for whoever pauses a release. */
const WINDOW_TIMEOUT = 8 * 24 * 60;

export interface SourceProps {
  readonly connectionArn: string;
  readonly repository: string;
  readonly branch: string;
}

/** Projects of the home account. */
export interface HomeProjects {
  readonly build: string;
  readonly scan: string;
}

/** Stages of a service's pipeline: source, build, scan, and one for each wave of the plan, before it one for its window. */
export function releaseStages(
  context: PipelineContext,
  source: SourceProps,
  projects: HomeProjects,
): readonly CodepipelineStage[] {
  return [
    {
      name: SOURCE_STAGE,
      action: [
        {
          name: SOURCE,
          category: 'Source',
          owner: 'AWS',
          provider: 'CodeStarSourceConnection',
          version: '1',
          outputArtifacts: [SOURCE],
          runOrder: 1,
          configuration: {
            ConnectionArn: source.connectionArn,
            FullRepositoryId: source.repository,
            BranchName: source.branch,
            // With its history: the build names the release by its tag.
            OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
            // Triggers say what starts the pipeline: "PipelineTriggerDeclaration", AWS CodePipeline API Reference.
            DetectChanges: 'false',
          },
        },
      ],
    },
    {
      name: BUILD_STAGE,
      action: [
        runProject({
          name: 'image',
          project: projects.build,
          input: SOURCE,
          output: BUILT,
          namespace: BUILD_NAMESPACE,
        }),
      ],
    },
    {
      name: SCAN_STAGE,
      action: [
        runProject({
          name: 'findings-and-signature',
          project: projects.scan,
          input: BUILT,
          variables: { IMAGE: `#{${BUILD_NAMESPACE}.IMAGE}` },
        }),
      ],
    },
    ...wavesOf(context.plan).flatMap((wave) => waveStages(context, wave)),
  ];
}

function waveStages(context: PipelineContext, wave: Wave & { readonly ring: string }): CodepipelineStage[] {
  const { gates, steps, name, ring } = wave;
  return [
    ...windowStage(wave),
    {
      name,
      beforeEntry: unlessBurning(context, wave),
      ...(gates.rollback && { onFailure: { result: 'ROLLBACK' } }),
      action: steps.map((step) => stepAction(context, ring, step)),
    },
  ];
}

/** Waits until the window's function, or a person, lets the wave begin. */
function windowStage({ window, name }: Wave): CodepipelineStage[] {
  if (!window) return [];
  return [
    {
      name: windowName({ name }),
      action: [
        {
          name: WINDOW_ACTION,
          category: 'Approval',
          owner: 'AWS',
          provider: 'Manual',
          version: '1',
          runOrder: 1,
          timeoutInMinutes: WINDOW_TIMEOUT,
          configuration: {
            CustomData: `Opens by itself in the maintenance window, ${windowText(window)}. Approve to begin earlier, if the tenants agree.`,
          },
        },
      ],
    },
  ];
}

/** Namespace of the answer that the cells give together. */
const AGREED = 'Agreed';

/**
 * Stages of a service's contract pipeline: all cells are asked at once, then cell by cell the old side of the schema goes.
 * Unless all cells say `yes` nothing happens: stages are skipped, which is no failure.
 *
 * @param agree project that makes one answer of those of all cells
 */
export function contractStages(
  context: PipelineContext,
  bucket: string,
  agree: string,
): readonly CodepipelineStage[] {
  const { contract, target } = context.plan;
  if (!contract) throw new Error(`${target.service} brings no migrations`);
  const { checks, waves } = contract;
  return [
    {
      name: SOURCE_STAGE,
      action: [
        {
          name: SOURCE,
          category: 'Source',
          owner: 'AWS',
          provider: 'S3',
          version: '1',
          outputArtifacts: [SOURCE],
          runOrder: 1,
          configuration: {
            S3Bucket: bucket,
            S3ObjectKey: contractKey(target.service),
            // A schedule starts the pipeline.
            PollForSourceChanges: 'false',
          },
        },
      ],
    },
    {
      name: contract.name,
      action: [
        ...checks.map((check) => contractAction(context, check, 1)),
        runProject({
          name: 'agree',
          project: agree,
          input: SOURCE,
          order: 2,
          namespace: AGREED,
          variables: { ANSWERS: checks.map(({ name }) => `#{${name}.CONTRACT}`).join(',') },
        }),
      ],
    },
    ...waves.map(({ name, steps }) => ({
      name,
      beforeEntry: { condition: { result: 'SKIP', rule: [ifAgreed] } },
      action: steps.map((step, index) => contractAction(context, step, index + 1)),
    })),
  ];
}

/** Skips a stage unless the variable has the value: "VariableCheck", rule reference of AWS CodePipeline User Guide. */
const ifAgreed = {
  name: 'agreed',
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
  configuration: { Variable: `#{${AGREED}.CONTRACT}`, Value: 'yes', Operator: 'EQ' },
};
