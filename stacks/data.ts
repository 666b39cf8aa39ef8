import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { DatabaseBackups } from '../constructs/data/database-backups';
import { DatabaseSettings } from '../constructs/data/database-settings';
import { dataContract, networkContract } from './contracts';
import { PlatformStack } from './platform-stack';

export interface DataStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** What all databases of a cell share: parameter groups, subnet group, monitoring role, and the backups. */
export class DataStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell }: DataStackProps) {
    super(scope, { platform, cell, kind: 'data' });
    const network = networkContract.read(this, { stack: 'network', cell: cell.id });
    const { postgresVersion, recovery } = cell.data;
    const settings = new DatabaseSettings(this, 'Settings', { network, postgresVersion });
    new DatabaseBackups(this, 'Backups', {
      network: { vpcId: network.vpcId, zones: cell.zones },
      subnetGroup: settings.subnetGroup,
      snapshotHours: recovery.snapshotHours,
      retentionDays: recovery.retentionDays,
      ...(recovery.copyRegion !== undefined && { copyRegion: recovery.copyRegion }),
    });
    dataContract.publish(
      this,
      { stack: 'data', cell: cell.id },
      {
        postgresVersion: settings.postgresVersion,
        clusterParameterGroup: settings.clusterParameterGroup,
        instanceParameterGroup: settings.instanceParameterGroup,
        subnetGroup: settings.subnetGroup,
        monitoringRoleArn: settings.monitoringRoleArn,
      },
    );
  }
}
