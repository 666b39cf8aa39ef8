import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { architectureOf } from '../config/schema/cell';
import { ClusterAddons, type ClusterAddonsProps } from '../constructs/cluster/addons/cluster-addons';
import { WorkloadAccess } from '../constructs/cluster/access/workload-access';
import { SCHEMA_IMAGES } from '../constructs/core/migration-images';
import { MigrationNamespace } from '../constructs/data/migration-namespace';
import { ownershipTags } from '../constructs/core/tags';
import { imageRepository } from '../constructs/delivery/names';
import { planSubnets } from '../constructs/network/subnet-plan';
import { addonsContract, clusterContract, networkContract } from './contracts';
import { deployerRoleArn } from './deployment-access';
import { addKubernetesProviders } from './kubernetes-access';
import { homeOf, zoneNameOf } from './names';
import { PlatformStack } from './platform-stack';

export interface AddonsStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** What the cluster of a cell runs before anything of a tenant: controllers, their permissions, and the general nodes. */
export class AddonsStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell }: AddonsStackProps) {
    super(scope, { platform, cell, kind: 'addons' });
    const cluster = clusterContract.read(this, { stack: 'cluster', cell: cell.id });
    const { vpcId } = networkContract.read(this, { stack: 'network', cell: cell.id });
    addKubernetesProviders(this, cluster, cell.region, deployerRoleArn(this.placement, 'addons'));

    const addons = new ClusterAddons(this, 'ClusterAddons', {
      cluster,
      vpcId,
      ...sizeOf(platform, cell),
      logRetentionDays: cell.cluster.logRetentionDays,
      tags: ownershipTags(this, {
        platform: platform.name,
        environment: platform.environment,
        cell: cell.id,
        costCentre: platform.costCentre,
      }),
    });

    new WorkloadAccess(this, 'WorkloadAccess', {
      zoneName: zoneNameOf(platform, cell),
      imagePrefix: imageRepository(homeOf(platform), cell.region, ''),
      schemaImages: SCHEMA_IMAGES,
    });
    // Here, for a namespace takes rights over the whole cluster, which deployers of data shall not have.
    const { zones } = planSubnets(cell.network.cidr);
    const migrations = new MigrationNamespace(this, 'DataMigrations', {
      vpcId,
      cidr: cell.network.cidr,
      databaseCidrs: zones.map((zone) => zone.isolated),
      endpointCidrs: zones.map((zone) => zone.private),
      workloadSecurityGroupId: cluster.workloadSecurityGroupId,
      interfaceEndpoints: cell.network.interfaceEndpoints,
    });

    addonsContract.publish(
      this,
      { stack: 'addons', cell: cell.id },
      {
        metricsWorkspaceId: addons.metrics.workspaceId,
        metricsWorkspaceArn: addons.metrics.arn,
        metricsEndpoint: addons.metrics.endpoint,
        podLogGroup: addons.podLogGroup,
        gatewayNamespace: addons.gatewayNamespace,
        migrationNamespace: migrations.name,
        migrationSecurityGroupId: migrations.securityGroupId,
      },
    );
  }
}

/** Development is cheap and may stand still for a minute; everything else is ready for the loss of a zone. */
function sizeOf(platform: Platform, cell: Cell): Pick<ClusterAddonsProps, 'replicas' | 'nodes'> {
  const [instanceType = ''] = cell.cluster.systemNodes.instanceTypes;
  const architecture = architectureOf(instanceType) === 'arm64' ? 'arm64' : 'amd64';
  return platform.environment === 'dev'
    ? {
        replicas: 1,
        nodes: { architecture, capacityTypes: ['spot', 'on-demand'], limits: { cpu: 32, memoryGiB: 128 } },
      }
    : {
        replicas: 2,
        nodes: { architecture, capacityTypes: ['on-demand'], limits: { cpu: 1000, memoryGiB: 4000 } },
      };
}
