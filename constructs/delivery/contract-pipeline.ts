import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Codepipeline } from '@cdktf/provider-aws/lib/codepipeline';
import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule';
import { type ISynthesisSession, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer';
import { Construct } from 'constructs';
import { strToU8, zipSync } from 'fflate';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import type { ArtifactStore } from './artifact-store';
import { codePipeline } from './code-pipeline';
import { type AgreeProject } from './image-projects';
import { contractKey, contractPipelineName, pipelineArn } from './names';
import type { PipelineContext } from './pipeline-action';
import { contractStages } from './pipeline-stages';
import { ScheduleRole } from './schedule-role';

export interface ContractPipelineProps {
  readonly context: PipelineContext;
  /** Role that the service's pipelines run as. */
  readonly roleArn: string;
  /** Project that makes one answer of those of all cells. */
  readonly agree: AgreeProject;
  /** Artifact stores of all regions, the home region's first. */
  readonly stores: readonly [ArtifactStore, ...ArtifactStore[]];
  /** Group of the platform's schedules of delivery. */
  readonly scheduleGroup: string;
}

/** When cells are asked, each day: outside of the hours in which most releases are made. */
const DAILY = 'cron(15 4 * * ? *)';

/**
 * Takes away what of the schema no release needs any more. Each day it asks all cells whether everybody has run a release
 * of the new schema for long enough, and if they all say so, goes through them one by one.
 */
export class ContractPipeline extends Construct {
  public readonly pipeline: Codepipeline;

  public constructor(scope: Construct, id: string, props: ContractPipelineProps) {
    super(scope, id);
    const { context, roleArn, agree, stores, scheduleGroup } = props;
    const home = placementOf(this);
    const { service } = context.plan.target;
    const [store] = stores;
    const plan = planFile(this, context);
    const source = store.addFile(this, 'Plan', { key: contractKey(service), ...plan });
    const name = physicalName(this, 'codePipeline', service, 'contract');
    this.pipeline = codePipeline(this, 'Pipeline', {
      name,
      roleArn,
      stores,
      stages: contractStages(context, store.bucketName, agree.project.projectName),
    });
    this.pipeline.node.addDependency(source);

    const schedule = physicalName(this, 'schedule', 'contract', service);
    const arn = pipelineArn(home, contractPipelineName(home, service));
    const role = new ScheduleRole(this, 'Starter', {
      name: ['start-contract', service],
      description: `Starts pipeline ${name}`,
      statement: { actions: ['codepipeline:StartPipelineExecution'], resources: [arn] },
    });
    new SchedulerSchedule(this, 'Daily', {
      name: schedule,
      groupName: scheduleGroup,
      description: `Asks whether the old schema of ${service} may go`,
      scheduleExpression: DAILY,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
      // No key of our own (CKV_AWS_297): it holds the name of a pipeline and no more.
      target: {
        arn,
        roleArn: role.arn,
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 3 },
      },
    });
  }
}

/** The contract's part of the plan in an archive of the stack's output: the source of the pipeline, the same bytes each time. */
function planFile(
  scope: Construct,
  { plan }: PipelineContext,
): { readonly path: string; readonly hash: string } {
  const stack = TerraformStack.of(scope);
  // Local time, for that is what archives hold.
  const mtime = new Date(1980, 0, 1, 12);
  const content = zipSync({
    'plan.json': [strToU8(JSON.stringify(plan.contract)), { level: 9, mtime, os: 3 }],
  });
  const hash = createHash('sha256').update(content).digest('hex');
  const path = `./assets/${stack.getLogicalId(scope.node)}/${hash.slice(0, 32)}/plan.zip`;
  addCustomSynthesis(scope, {
    onSynthesize: ({ outdir, manifest }: ISynthesisSession) => {
      const file = join(outdir, manifest.forStack(stack).workingDirectory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
  });
  return { path, hash };
}
