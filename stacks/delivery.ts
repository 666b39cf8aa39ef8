import { SchedulerScheduleGroup } from '@cdktf/provider-aws/lib/scheduler-schedule-group';
import type { Construct } from 'constructs';
import type { Platform } from '../config/platform';
import { architectureOf } from '../config/schema/cell';
import { physicalName } from '../constructs/core/naming';
import type { Placement } from '../constructs/core/placement';
import { Program } from '../constructs/core/program';
import { type Rule, validateProps } from '../constructs/core/validation';
import { ArtifactStore } from '../constructs/delivery/artifact-store';
import { BlueGreenPipeline } from '../constructs/delivery/blue-green-pipeline';
import type { Architecture } from '../constructs/delivery/code-build';
import { ImageRegistry } from '../constructs/delivery/image-registry';
import { InfrastructurePipeline } from '../constructs/delivery/infrastructure-pipeline';
import { INFRASTRUCTURE_PROGRAM, RELEASE_PROGRAM } from '../constructs/delivery/names';
import { ReleaseNotices } from '../constructs/delivery/release-notices';
import { WindowOpener } from '../constructs/delivery/window-opener';
import { PLATFORM_GROUPS } from './deployer-permissions';
import { cellsOf, GROUND } from './infrastructure-access';
import { placementOfCell } from './names';
import { PlatformStack } from './platform-stack';
import { releasePlansOf } from './release-plan';
import { TIERS } from './tier';

/** Kind of the stack. Cells have a stack of this kind too, with their id before its name. A public contract. */
export const DELIVERY = 'delivery';

/** First file of the program that checks images. */
const CHECK_PROGRAM = 'services/image-check/main.ts';

/** Never two cells in one hour, in minutes. */
const HOUR = 60;

/** How long logs of builds are kept, in days: who built what is asked for in audits, once a year. */
const LOG_DAYS = 365;

const architecturesOf = ({ cells }: Platform): readonly Architecture[] => [
  ...new Set(cells.map(({ cluster }) => architectureOf(cluster.systemNodes.instanceTypes[0] ?? ''))),
];

const RULES: readonly Rule<Platform>[] = [
  {
    fails: (platform) => architecturesOf(platform).length > 1,
    message: (platform) =>
      `cells must have nodes of one processor architecture, for a release is one image; got ${architecturesOf(platform).join(' and ')} (cells.<cell>.cluster.systemNodes.instanceTypes)`,
  },
];

/**
 * What releases services: images, artifacts and pipelines, in the platform's home account. What it releases to, each cell
 * has in its own stack of this kind.
 */
export class DeliveryStack extends PlatformStack {
  public constructor(scope: Construct, { platform }: { readonly platform: Platform }) {
    super(scope, { platform, kind: DELIVERY });
    validateProps(this, 'platform', platform, RULES);
    const { connection: connectionArn, services, notify } = platform.delivery;
    const [architecture = 'arm64'] = architecturesOf(platform);
    const cells = Object.fromEntries(
      platform.cells.map((cell) => [cell.id, placementOfCell(platform, cell)]),
    );

    const stores = this.addStores(Object.values(cells));
    const release = new Program(this, 'ReleaseProgram', {
      entry: RELEASE_PROGRAM,
      format: 'file',
    });
    const check = new Program(this, 'CheckProgram', { entry: CHECK_PROGRAM, format: 'file' });
    for (const store of stores) store.addProgram('ReleaseProgram', release);
    stores[0].addProgram('CheckProgram', check);

    new ImageRegistry(this, 'Registry', { copyRegions: stores.map(({ region }) => region) });
    new ReleaseNotices(this, 'Notices', { addresses: notify, cells: Object.values(cells) });
    const { name: scheduleGroup } = new SchedulerScheduleGroup(this, 'Schedules', {
      name: physicalName(this, 'schedule', DELIVERY),
    });
    const plans = releasePlansOf(platform);
    const hasWindows = platform.tenants.some(({ maintenanceWindow }) => maintenanceWindow !== undefined);
    const opener = hasWindows ? new WindowOpener(this, 'Windows', { logRetentionDays: LOG_DAYS }) : undefined;
    for (const plan of plans) {
      const { service } = plan.target;
      const settings = services[service];
      if (!settings) throw new Error(`service ${service} has a plan and no settings`);
      const { repository, branch, paths, tags } = settings;
      new BlueGreenPipeline(this, `Service-${service}`, {
        ...{
          plan,
          cells,
          connectionArn,
          repository,
          branch,
          paths,
          tags,
          architecture,
          stores,
          scheduleGroup,
        },
        releaseProgramHash: release.hash,
        checkProgram: check,
        ...(opener && { windowOpener: opener }),
        logRetentionDays: LOG_DAYS,
      });
    }
    this.addInfrastructure(platform, stores, scheduleGroup);
  }

  /** What delivers this platform itself. */
  private addInfrastructure(
    platform: Platform,
    stores: readonly [ArtifactStore, ...ArtifactStore[]],
    scheduleGroup: string,
  ): void {
    const { connection: connectionArn, repository, branch, soakMinutes } = platform.delivery;
    const program = new Program(this, 'InfrastructureProgram', {
      entry: INFRASTRUCTURE_PROGRAM,
      format: 'file',
    });
    for (const store of stores) store.addProgram('InfrastructureProgram', program);
    new InfrastructurePipeline(this, 'Infrastructure', {
      ...{ connectionArn, repository, branch, program, stores, scheduleGroup },
      homeStacks: Object.keys(PLATFORM_GROUPS),
      cells: cellsOf(platform).map((placement) => ({ placement, ground: GROUND, tiers: TIERS })),
      apartMinutes: Math.max(HOUR, soakMinutes),
      logRetentionDays: LOG_DAYS,
    });
  }

  /** A store in the home region, first, and in every region with cells. */
  private addStores(cells: readonly Placement[]): [ArtifactStore, ...ArtifactStore[]] {
    const { region: home } = this.placement;
    const add = (region: string): ArtifactStore =>
      new ArtifactStore(this, `Artifacts-${region}`, {
        region,
        cells: cells.filter((cell) => cell.region === region),
      });
    const others = [...new Set(cells.map(({ region }) => region))].filter((region) => region !== home);
    return [add(home), ...others.sort().map(add)];
  }
}
