import { resolve } from 'node:path';
import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { POOLED_TIERS } from '../config/pooled-tenants';
import { rdsRootCertificate } from '../constructs/data/rds-certificates';
import type { PlannedShard } from '../constructs/data/shard-planner';
import { SharedDatabase } from '../constructs/data/shared-database';
import { tenancySql } from '../constructs/data/sql';
import { TenancyJob } from '../constructs/data/tenancy-job';
import { SchemaMigrations } from '../constructs/delivery/schema-migrations';
import { addonsContract, clusterContract, dataContract, networkContract, shardContract } from './contracts';
import { letOperationsIn } from './operations-access';
import { deployerRoleArn } from './deployment-access';
import { addKubernetesProviders } from './kubernetes-access';
import { PlatformStack } from './platform-stack';
import { shardStackKind } from './shards';

export interface DataShardStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
  readonly shard: PlannedShard;
}

/** Database user of a pooled tier's services. */
export const tierLogin = (tier: (typeof POOLED_TIERS)[number]): string => `bulkhead_${tier}`;

/** One shard of a cell: a database that pooled tenants share, with row-level security in it. */
export class DataShardStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell, shard }: DataShardStackProps) {
    const kind = shardStackKind(shard);
    super(scope, { platform, cell, kind });
    const network = networkContract.read(this, { stack: 'network', cell: cell.id });
    const cluster = clusterContract.read(this, { stack: 'cluster', cell: cell.id });
    const settings = dataContract.read(this, { stack: 'data', cell: cell.id });
    addKubernetesProviders(this, cluster, cell.region, deployerRoleArn(this.placement, kind));

    const { readers, storage, insights, recovery, logRetentionDays, proxyConnectionPercent } = cell.data;
    const migrations = addonsContract.read(this, { stack: 'addons', cell: cell.id });
    const logins = POOLED_TIERS.map(tierLogin);
    const database = new SharedDatabase(this, 'Database', {
      shard: shard.id,
      // Zones by name, for their number and order must be known now.
      network: { ...network, zones: cell.zones },
      settings,
      capacity: { minAcu: shard.minAcu, maxAcu: shard.maxAcu },
      readers,
      storage,
      insights,
      recovery,
      logRetentionDays,
      proxy: { logins, connectionPercent: proxyConnectionPercent },
    });
    letOperationsIn(this, cell, database.aurora);
    const name = `shard-${shard.id}`;
    const tenancy = new TenancyJob(this, 'Tenancy', {
      cluster,
      database: database.aurora,
      namespace: migrations.migrationNamespace,
      migrationSecurityGroupId: migrations.migrationSecurityGroupId,
      name,
      // Beside the sources, and synth runs in the project's root: a bundle holds no SQL.
      sql: tenancySql(logins, resolve('constructs/data/sql')),
    });
    new SchemaMigrations(this, 'Schema', {
      cluster,
      database: database.aurora.address,
      name,
      namespace: migrations.migrationNamespace,
      rootCertificate: rdsRootCertificate(cell.region) ?? '',
      dependsOn: [tenancy.job],
    });
    shardContract.publish(
      this,
      { stack: kind, cell: cell.id },
      {
        endpoint: database.endpoint,
        readerEndpoint: database.readerEndpoint,
        securityGroupId: database.securityGroupId,
        connectResourceId: database.connectResourceId,
        clusterEndpoint: database.aurora.cluster.endpoint,
        clusterSecurityGroupId: database.aurora.securityGroupId,
        clusterResourceId: database.aurora.cluster.clusterResourceId,
        keyArn: database.keyArn,
        port: String(database.port),
        databaseName: database.databaseName,
        logins,
        maxTenants: String(shard.maxTenants),
      },
    );
  }
}
