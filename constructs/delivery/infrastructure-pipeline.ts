import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import type { Program } from '../core/program';
import { outside, type Rule, validateProps } from '../core/validation';
import type { ArtifactStore } from './artifact-store';
import { codePipeline } from './code-pipeline';
import { applySpec, driftSpec, reviewSpec, verifySpec } from './infrastructure-buildspec';
import { DriftSchedule } from './drift-schedule';
import { InfrastructureProject } from './infrastructure-project';
import { type CellTarget, infrastructureStages } from './infrastructure-stages';
import {
  artifactBucketName,
  deployedKey,
  homeProjectRoleArn,
  INFRASTRUCTURE,
  infrastructurePipelineName,
  noticesTopicArn,
} from './names';
import { PipelineRole } from './pipeline-role';

export interface InfrastructurePipelineProps {
  /** Connection of the home account to where the repository is. */
  readonly connectionArn: string;

  /** Owner and name of this platform's own repository, and the branch whose pushes are deployed. */
  readonly repository: string;
  readonly branch: string;

  /** Stacks of the home account, in order, but the administrator's. */
  readonly homeStacks: readonly string[];

  /** Cells in the order in which they are changed, at most 16. */
  readonly cells: readonly CellTarget[];

  /** How long a cell is watched after a change, and how far apart changes of two cells are, in minutes, 60-480. @default 60 */
  readonly apartMinutes?: number;

  /** The program that plans and deploys; it is in the stores. */
  readonly program: Pick<Program, 'hash'>;

  /** Artifact stores of the home region, first, and of every region with cells. */
  readonly stores: readonly [ArtifactStore, ...ArtifactStore[]];

  /** Group of the platform's schedules of delivery. */
  readonly scheduleGroup: string;

  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

type Settings = InfrastructurePipelineProps & { readonly apartMinutes: number };

/** A stage has 50 actions, and a cell three: "Quotas in AWS CodePipeline". */
const MOST_CELLS = 16;

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ cells }) => outside(cells.length, 1, MOST_CELLS),
    message: ({ cells }) =>
      `cells must be 1 to ${String(MOST_CELLS)}, for all are in one stage, which keeps two from being changed at once; got ${String(cells.length)}`,
  },
  {
    fails: ({ apartMinutes }) => !Number.isInteger(apartMinutes) || outside(apartMinutes, 60, 480),
    message: ({ apartMinutes }) =>
      `apartMinutes must be a whole number between 60 and 480, got ${String(apartMinutes)}`,
  },
  {
    fails: ({ homeStacks }) => homeStacks.includes('bootstrap'),
    message: () => 'homeStacks must not hold bootstrap: it decides what this pipeline may do',
  },
];

/**
 * Delivers this platform itself: checks a change, plans it against what is deployed, asks a person if it may hurt, and brings
 * it to the home account and then to cell after cell, an hour apart (ADR 0027).
 */
export class InfrastructurePipeline extends Construct {
  public constructor(scope: Construct, id: string, props: InfrastructurePipelineProps) {
    super(scope, id);
    const settings: Settings = { ...props, apartMinutes: props.apartMinutes ?? 60 };
    validateProps(this, 'InfrastructurePipeline props', settings, RULES);
    const { cells, stores, apartMinutes, connectionArn, repository, branch, homeStacks } = settings;
    const home = placementOf(this);
    const name = physicalName(this, 'codePipeline', INFRASTRUCTURE);

    const projects = {
      verify: this.addProject(settings, 'verify', {
        description: 'Checks and rehearses a change of the platform, and synthesizes it',
        buildspec: verifySpec(home.environment),
        // Tests, and a synth of all stacks, use all that a machine has.
        computeType: 'BUILD_GENERAL1_LARGE',
      }),
      review: this.addProject(settings, 'review', {
        description: 'Plans a change of the platform as roles that only read, and judges it',
        buildspec: reviewSpec(home),
      }),
      apply: this.addProject(settings, 'apply', {
        description: "Deploys the home account's stacks, and those that each cell stands on",
        buildspec: applySpec(home, infrastructurePipelineName(home), apartMinutes),
      }),
    };
    const { role } = new PipelineRole(this, 'Role', {
      ...{ service: INFRASTRUCTURE, pipelines: [name], connectionArn, repository, stores },
      projectArns: Object.values(projects).map(({ arn }) => arn),
      cells: cells.map(({ placement }) => placement),
    });
    codePipeline(this, 'Pipeline', {
      name,
      roleArn: role.arn,
      stores,
      stages: infrastructureStages(
        { home, homeStacks, cells, apartMinutes, program: settings.program.hash },
        { connectionArn, repository, branch },
        {
          verify: projects.verify.projectName,
          review: projects.review.projectName,
          apply: projects.apply.projectName,
        },
      ),
    });
    this.addDrift(settings);
  }

  private addProject(
    { stores: [{ keyArn }], logRetentionDays }: Settings,
    step: string,
    rest: { readonly description: string; readonly buildspec: string; readonly computeType?: string },
  ): InfrastructureProject {
    return new InfrastructureProject(this, `Project-${step}`, {
      ...rest,
      name: [step, INFRASTRUCTURE],
      roleArn: homeProjectRoleArn(placementOf(this), step, INFRASTRUCTURE),
      artifactKeyArn: keyArn,
      logRetentionDays,
    });
  }

  /** Drift of the home account's own stacks. Each cell looks for its own. */
  private addDrift({ stores: [{ keyArn }], homeStacks, scheduleGroup, logRetentionDays }: Settings): void {
    const home = placementOf(this);
    const { arn, projectName } = new InfrastructureProject(this, 'Project-drift', {
      name: ['drift', INFRASTRUCTURE],
      description: "Looks for drift in the home account's stacks",
      buildspec: driftSpec('the home account', noticesTopicArn(home), home.region),
      roleArn: homeProjectRoleArn(home, 'drift', INFRASTRUCTURE),
      artifactKeyArn: keyArn,
      archive: `${artifactBucketName(home, home.region)}/${deployedKey()}`,
      environment: { STACKS: homeStacks.join(',') },
      logRetentionDays,
    });
    new DriftSchedule(this, 'Drift', { projectName, projectArn: arn, scheduleGroup });
  }
}
