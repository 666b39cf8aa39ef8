import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { Network } from '../constructs/network/network';
import { clusterName } from './cluster-name';
import { networkContract } from './contracts';
import { PlatformStack } from './platform-stack';

export interface NetworkStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** An upgrade of the system node group may run the old node and the new one of each at the same time. */
const SYSTEM_NODES_IN_UPGRADE = 2;

/** Nodes for tenants that even the smallest cell has room for: ten in each zone. */
const TENANT_NODES = 30;

/** The VPC of a cell. */
export class NetworkStack extends PlatformStack {
  public readonly network: Network;

  public constructor(scope: Construct, { platform, cell }: NetworkStackProps) {
    super(scope, { platform, cell, kind: 'network' });
    this.network = new Network(this, 'Network', {
      cidr: cell.network.cidr,
      zones: cell.zones,
      natGateways: cell.network.natGateways,
      interfaceEndpoints: cell.network.interfaceEndpoints,
      flowLogRetentionDays: cell.network.flowLogRetentionDays,
      clusterName: clusterName(this.placement),
      // The tenant registry is in the home account.
      trustedAccounts: [...new Set([cell.account, platform.account])].sort(),
      minimumNodes: SYSTEM_NODES_IN_UPGRADE * cell.cluster.systemNodes.max + TENANT_NODES,
      domain: platform.dns.domain,
    });
    networkContract.publish(this, { cell: cell.id, stack: 'network' }, this.network);
  }
}
