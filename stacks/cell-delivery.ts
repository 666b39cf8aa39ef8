import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { CACHE_PORT } from '../constructs/cache/engine';
import type { INetwork } from '../constructs/core/interfaces';
import { POSTGRESQL } from '../constructs/data/engine';
import { CellInfrastructure } from '../constructs/delivery/cell-infrastructure';
import { LONGEST_RUN } from '../constructs/delivery/code-build';
import { installTerraform } from '../constructs/delivery/infrastructure-buildspec';
import {
  InfrastructureProject,
  type InfrastructureProjectProps,
} from '../constructs/delivery/infrastructure-project';
import { artifactKeyAlias, infrastructurePipelineName } from '../constructs/delivery/names';
import { ProjectNetwork } from '../constructs/delivery/project-network';
import { ReleaseProject } from '../constructs/delivery/release-project';
import { signInDomainOf } from '../constructs/identity/sign-in-domain';
import { BuildAccess } from '../constructs/onboarding/build-access';
import { cellSpec, checkOut } from '../constructs/onboarding/build-spec';
import { CELL_MINUTES } from '../constructs/onboarding/definition';
import { ONBOARDING, onboardingRoleArn } from '../constructs/onboarding/names';
import { operationsSpec } from '../constructs/operations/build-spec';
import { OPERATIONS, operationsRoleArn } from '../constructs/operations/names';
import { OperationsNetwork } from '../constructs/operations/operations-network';
import { planSubnets } from '../constructs/network/subnet-plan';
import { clusterName } from './cluster-name';
import { cellDeliveryContract, clusterContract, networkContract } from './contracts';
import { CELL_DELIVERY, homeOf, zoneNameOf } from './names';
import { onboardingSource } from './onboarding';
import { PlatformStack } from './platform-stack';
import { syntheticTenantIds } from './synthetic-tenants';

export interface CellDeliveryStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** Tenants of a cell that are provisioned at once. Each makes a database cluster, of which a cell has room for some dozens. */
const ONBOARDED_AT_ONCE = 5;

/** Operations of a cell that run at once: each on a tenant of its own, and most wait for a soak to end. */
const OPERATIONS_AT_ONCE = 5;

/** Longest run of a release project, in minutes: a deployment's hour and what waits before it; a soak with some to spare. */
const longestRun = (soakMinutes: number): number => Math.min(480, Math.max(120, soakMinutes + 15));

/**
 * What a cell has for pipelines of the home account: projects that release services, with their way into the cluster; and what
 * onboards tenants and operates on them. Planned before `addons`, and knows nothing of what is released.
 */
export class CellDeliveryStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell }: CellDeliveryStackProps) {
    super(scope, { platform, cell, kind: CELL_DELIVERY });
    const network = networkContract.read(this, { stack: 'network', cell: cell.id });
    const { endpoint, certificateAuthority, securityGroupId } = clusterContract.read(this, {
      stack: 'cluster',
      cell: cell.id,
    });
    const { services, soakMinutes } = platform.delivery;
    const group = new ProjectNetwork(this, 'Network', { network, cluster: { securityGroupId } });
    for (const [service, { schema }] of Object.entries(services)) {
      new ReleaseProject(this, `Release-${service}`, {
        service,
        schema,
        home: homeOf(platform),
        // By the name that the cluster was given: access entries are then readable before any deployment.
        cluster: { name: clusterName(this.placement), endpoint, certificateAuthority },
        syntheticTenants: syntheticTenantIds(cell),
        tokenEndpoint: `https://${signInDomainOf(zoneNameOf(platform, cell))}/oauth2/token`,
        network,
        securityGroupId: group.securityGroupId,
        timeoutMinutes: longestRun(soakMinutes),
        logRetentionDays: cell.cluster.logRetentionDays,
      });
    }
    new CellInfrastructure(this, 'Infrastructure', {
      home: homeOf(platform),
      network,
      securityGroupId: group.securityGroupId,
      logRetentionDays: cell.cluster.logRetentionDays,
    });
    this.addOnboarding(platform, cell, { network, securityGroupId: group.securityGroupId });
    const operationsSecurityGroupId = this.addOperations(platform, cell, network);
    cellDeliveryContract.publish(
      this,
      { stack: CELL_DELIVERY, cell: cell.id },
      { operationsSecurityGroupId },
    );
  }

  /** What provisions a tenant that this cell was chosen for. */
  private addOnboarding(
    platform: Platform,
    cell: Cell,
    vpc: InfrastructureProjectProps['vpc'] & object,
  ): void {
    const home = homeOf(platform);
    new InfrastructureProject(this, 'Onboarding', {
      name: [ONBOARDING],
      description: `Provisions tenants of ${cell.id} that are asked for`,
      buildspec: cellSpec(onboardingSource(platform), { home, cell: this.placement, installTerraform }),
      roleArn: onboardingRoleArn(this.placement),
      artifactKeyArn: `arn:aws:kms:${cell.region}:${home.account}:${artifactKeyAlias(home)}`,
      vpc,
      alone: { concurrentBuilds: ONBOARDED_AT_ONCE, timeoutMinutes: CELL_MINUTES },
      logRetentionDays: cell.cluster.logRetentionDays,
    });
    new BuildAccess(this, 'OnboardingAccess', { home });
  }

  /** What operates on tenants where their data can be reached. @returns its security group, which their data lets in */
  private addOperations(
    platform: Platform,
    cell: Cell,
    network: Pick<INetwork, 'vpcId' | 'privateSubnetIds'>,
  ): string {
    const home = homeOf(platform);
    const { securityGroupId } = new OperationsNetwork(this, 'OperationsNetwork', {
      network,
      dataCidrs: planSubnets(cell.network.cidr).zones.map(({ isolated }) => isolated),
      listeners: [POSTGRESQL, { protocol: 'Valkey', port: CACHE_PORT }],
    });
    new InfrastructureProject(this, 'Operations', {
      name: [OPERATIONS],
      description: `Operates on tenants of ${cell.id} where their data can be reached`,
      buildspec: operationsSpec({
        ...{ environment: platform.environment, home, cell: this.placement },
        pipelineName: infrastructurePipelineName(home),
        checkOut: checkOut(onboardingSource(platform)),
      }),
      roleArn: operationsRoleArn(this.placement),
      artifactKeyArn: `arn:aws:kms:${cell.region}:${home.account}:${artifactKeyAlias(home)}`,
      vpc: { network, securityGroupId },
      alone: { concurrentBuilds: OPERATIONS_AT_ONCE, timeoutMinutes: LONGEST_RUN },
      logRetentionDays: cell.cluster.logRetentionDays,
    });
    return securityGroupId;
  }
}
