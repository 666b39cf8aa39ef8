import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { architectureOf, SERVICE_CIDR } from '../config/schema/cell';
import { EksCluster } from '../constructs/cluster/eks-cluster';
import type { ICluster } from '../constructs/core/interfaces';
import { MIGRATION_NAMESPACE } from '../constructs/core/migrations';
import { ownershipTags } from '../constructs/core/tags';
import { deployersGroup } from '../constructs/core/workload-labels';
import { clusterName } from './cluster-name';
import { clusterContract, networkContract } from './contracts';
import { deployerRoleArn, plannerRoleArn } from './deployment-access';
import { PlatformStack } from './platform-stack';

export interface ClusterStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** The Kubernetes cluster of a cell. */
export class ClusterStack extends PlatformStack {
  public readonly cluster: ICluster;

  public constructor(scope: Construct, { platform, cell }: ClusterStackProps) {
    super(scope, { platform, cell, kind: 'cluster' });
    const { systemNodes, administrators, ...settings } = cell.cluster;
    // Where a group has many stacks, any of them names the one deployer.
    const deployerOf = (kind: string): string => deployerRoleArn(this.placement, kind);
    // They deploy controllers with their CRDs and cluster roles. Kubernetes lets nobody give out rights that he has not
    // himself, and the controllers' are wide: who deploys them may do everything.
    const controllerDeployers = ['addons', 'gateway'].map(deployerOf);
    const cluster = new EksCluster(this, 'Cluster', {
      ...settings,
      name: clusterName(this.placement),
      serviceCidr: SERVICE_CIDR,
      network: networkContract.read(this, { cell: cell.id, stack: 'network' }),
      interfaceEndpoints: cell.network.interfaceEndpoints,
      administrators: [...new Set([...administrators, ...controllerDeployers])],
      namespaceEditors: [
        { roleArn: deployerOf('data-shard-1'), namespace: MIGRATION_NAMESPACE },
        {
          roleArn: deployerOf('tenant-any'),
          namespace: MIGRATION_NAMESPACE,
          groups: [deployersGroup('tenant')],
        },
      ],
      // What looks for drift. It is an administrator's, and runs a program that was deployed.
      viewers: ['addons', 'data-shard-1', 'gateway', 'tier-any', 'tenant-any'].map((kind) =>
        plannerRoleArn(this.placement, kind),
      ),
      groupMembers: [{ roleArn: deployerOf('tier-any'), groups: [deployersGroup('tier')] }],
      systemNodes: { ...systemNodes, architecture: architectureOf(systemNodes.instanceTypes[0] ?? '') },
      instanceTags: ownershipTags(this, {
        platform: platform.name,
        environment: platform.environment,
        cell: cell.id,
        costCentre: platform.costCentre,
      }),
    });
    clusterContract.publish(this, { cell: cell.id, stack: 'cluster' }, cluster);
    this.cluster = cluster;
  }
}
