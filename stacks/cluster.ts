import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { architectureOf, SERVICE_CIDR } from '../config/schema/cell';
import { EksCluster } from '../constructs/cluster/eks-cluster';
import type { ICluster } from '../constructs/core/interfaces';
import { MIGRATION_NAMESPACE } from '../constructs/data/migration-namespace';
import { ownershipTags } from '../constructs/core/tags';
import { clusterName } from './cluster-name';
import { clusterContract, networkContract } from './contracts';
import { deployerRoleArn } from './deployment-access';
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
    // Deploys controllers with their CRDs and cluster roles, which Kubernetes allows only to who may do everything.
    const addonsDeployer = deployerRoleArn(this.placement, 'addons');
    const dataDeployer = deployerRoleArn(this.placement, 'data-shard-1');
    const cluster = new EksCluster(this, 'Cluster', {
      ...settings,
      name: clusterName(this.placement),
      serviceCidr: SERVICE_CIDR,
      network: networkContract.read(this, { cell: cell.id, stack: 'network' }),
      administrators: [...new Set([...administrators, addonsDeployer])],
      namespaceEditors: [{ roleArn: dataDeployer, namespace: MIGRATION_NAMESPACE }],
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
