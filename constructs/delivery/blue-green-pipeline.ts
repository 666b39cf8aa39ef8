import type { CodepipelineTrigger } from '@cdktf/provider-aws/lib/codepipeline';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { type Placement, placementOf } from '../core/placement';
import type { Program } from '../core/program';
import { type Rule, validateProps } from '../core/validation';
import type { ArtifactStore } from './artifact-store';
import { codePipeline } from './code-pipeline';
import { ContractPipeline } from './contract-pipeline';
import type { Architecture } from './code-build';
import { AgreeProject, BuildProject, ScanProject } from './image-projects';
import { ImageRepository } from './image-repository';
import { contractPipelineName, INFRASTRUCTURE, nodeRoleArn, pipelineName } from './names';
import { type PipelineContext, SOURCE } from './pipeline-action';
import { PipelineRole } from './pipeline-role';
import { releaseStages } from './pipeline-stages';
import type { ReleasePlan } from './release-plan';
import { WindowSchedules } from './window-schedules';

export interface BlueGreenPipelineProps {
  /** The path of the service's releases. The pipeline is made of it, stage by stage. */
  readonly plan: ReleasePlan;

  /** Placement of each cell of the plan, by its id. */
  readonly cells: Readonly<Record<string, Placement>>;

  /** Connection of the home account to where the repository is. */
  readonly connectionArn: string;

  /** Owner and name of the service's repository: `bulkhead/api`. */
  readonly repository: string;

  /** Branch whose pushes are released. */
  readonly branch: string;

  /** Files that a push must touch, as glob patterns, at most 8. @default - any */
  readonly paths?: readonly string[];

  /** Tags whose pushes are released too, as glob patterns, at most 8. @default - none */
  readonly tags?: readonly string[];

  /** Processor of the nodes that run the service. */
  readonly architecture: Architecture;

  /** Artifact stores of the home region, first, and of every region with cells. */
  readonly stores: readonly [ArtifactStore, ...ArtifactStore[]];

  /** Program that cells release with, and the one that checks images; both are in the stores. */
  readonly releaseProgramHash: string;
  readonly checkProgram: Pick<Program, 'hash'>;

  /** Opens stages that wait for a maintenance window. Needed if the plan has a window. */
  readonly windowOpener?: { readonly functionArn: string; readonly scheduleRoleArn: string };

  /** Group of the platform's schedules of delivery. */
  readonly scheduleGroup: string;

  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

const hasWindows = ({ plan }: BlueGreenPipelineProps): boolean =>
  plan.rings.some(({ waves }) => waves.some(({ window }) => window !== undefined));

const missing = ({ plan, cells }: BlueGreenPipelineProps): string[] =>
  plan.target.cells.map(({ id }) => id).filter((id) => cells[id] === undefined);

const RULES: readonly Rule<BlueGreenPipelineProps>[] = [
  {
    fails: ({ plan }) => plan.target.service === INFRASTRUCTURE,
    message: () => `service must not be called ${INFRASTRUCTURE}: that is this platform's own pipeline`,
  },
  {
    fails: (props) => missing(props).length > 0,
    message: (props) =>
      `cells must have a placement of every cell of the plan, without one: ${missing(props).join(', ')}`,
  },
  {
    fails: (props) => hasWindows(props) && props.windowOpener === undefined,
    message: () => 'windowOpener must be given, for the plan has maintenance windows that nobody would open',
  },
  {
    fails: ({ paths = [], tags = [] }) => paths.length > 8 || tags.length > 8,
    message: ({ paths = [], tags = [] }) =>
      `paths and tags must be at most 8 patterns each, got ${String(paths.length)} and ${String(tags.length)}`,
  },
];

/**
 * Releases one service: builds its image, checks it, and brings it to the cells ring by ring as the plan says. Every stage
 * begins only while error budgets last, and goes back to the release before if one of its steps fails.
 *
 * All of the service is in here: repository, projects, roles, pipelines. A second service shares artifact stores and notices
 * with it, which know neither.
 */
export class BlueGreenPipeline extends Construct {
  public constructor(scope: Construct, id: string, props: BlueGreenPipelineProps) {
    super(scope, id);
    validateProps(this, 'BlueGreenPipeline props', props, RULES);
    const { plan, stores, connectionArn, repository, scheduleGroup, logRetentionDays } = props;
    const { service, schema } = plan.target;
    const home = placementOf(this);
    const [artifacts] = stores;
    const cells = plan.target.cells.flatMap(({ id: cell }) => props.cells[cell] ?? []);
    const copyRegions = [...new Set(cells.map(({ region }) => region))]
      .filter((region) => region !== home.region)
      .sort();
    new ImageRepository(this, 'Images', { service, readers: readersOf(cells) });

    const common = { service, artifacts, logRetentionDays };
    const { project: build } = new BuildProject(this, 'Build', {
      ...common,
      ...{ connectionArn, repository, schema, architecture: props.architecture },
    });
    const { project: scan } = new ScanProject(this, 'Scan', {
      ...common,
      ...{ program: props.checkProgram, copyRegions },
    });
    const agree = plan.contract && new AgreeProject(this, 'Agree', common);
    const { role } = new PipelineRole(this, 'Role', {
      service,
      pipelines: [
        pipelineName(home, service),
        ...(plan.contract ? [contractPipelineName(home, service)] : []),
      ],
      ...{ connectionArn, repository, cells, stores },
      projectArns: [build, scan, ...(agree ? [agree.project] : [])].map(({ arn }) => arn),
      ...(plan.contract && { contract: artifacts }),
    });

    const context: PipelineContext = { plan, home, cells: props.cells, program: props.releaseProgramHash };
    const name = physicalName(this, 'codePipeline', service);
    codePipeline(this, 'Pipeline', {
      name,
      roleArn: role.arn,
      stores,
      stages: releaseStages(
        context,
        { connectionArn, repository, branch: props.branch },
        { build: build.projectName, scan: scan.projectName },
      ),
      trigger: [triggerOf(props)],
      variable: [
        {
          name: 'REASON',
          defaultValue: 'push',
          description: 'Why a release was started by hand, for whoever looks at it later',
        },
      ],
    });
    if (props.windowOpener)
      new WindowSchedules(this, 'Windows', { plan, pipeline: name, scheduleGroup, ...props.windowOpener });
    if (agree)
      new ContractPipeline(this, 'Contract', {
        ...{ context, roleArn: role.arn, agree, stores, scheduleGroup },
      });
  }
}

/** Regions of cells, each with the roles of their nodes. */
function readersOf(cells: readonly Placement[]): Record<string, string[]> {
  const readers: Record<string, string[]> = {};
  for (const cell of cells) readers[cell.region] = [...(readers[cell.region] ?? []), nodeRoleArn(cell)];
  return readers;
}

/** Pushes to the branch that touch the paths, and pushes of tags: a filter of CodePipeline is on one of the two. */
function triggerOf({ branch, paths = [], tags = [] }: BlueGreenPipelineProps): CodepipelineTrigger {
  return {
    providerType: 'CodeStarSourceConnection',
    gitConfiguration: {
      sourceActionName: SOURCE,
      push: [
        {
          branches: { includes: [branch] },
          ...(paths.length > 0 && { filePaths: { includes: [...paths] } }),
        },
        ...(tags.length > 0 ? [{ tags: { includes: [...tags] } }] : []),
      ],
    },
  };
}
