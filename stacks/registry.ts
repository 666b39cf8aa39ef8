import type { Construct } from 'constructs';
import type { Platform } from '../config/platform';
import { SyntheticItems } from '../constructs/registry/synthetic-items';
import { BY_SHARD_INDEX } from '../constructs/registry/tenant-item';
import { TenantRegistry } from '../constructs/registry/tenant-registry';
import { registryContract } from './contracts';
import { PlatformStack } from './platform-stack';
import { registryReaders } from './registry-access';
import { syntheticTenantsOf } from './synthetic-tenants';

/** The tenant registry of the platform, in its home account and region. */
export class RegistryStack extends PlatformStack {
  public constructor(scope: Construct, { platform }: { readonly platform: Platform }) {
    super(scope, { platform, kind: 'registry' });
    const { replicaRegions } = platform.registry;
    const registry = new TenantRegistry(this, 'TenantRegistry', {
      replicaRegions,
      readers: registryReaders(platform),
    });
    new SyntheticItems(this, 'SyntheticTenants', {
      tableName: registry.tableName,
      tenants: platform.cells.flatMap(syntheticTenantsOf),
    });

    registryContract.publish(
      this,
      { stack: 'registry' },
      {
        tableName: registry.tableName,
        tableArn: registry.tableArn,
        byShardIndex: BY_SHARD_INDEX,
        streamArn: registry.streamArn,
        homeRegion: platform.region,
        replicaRegions: [...replicaRegions].sort(),
      },
    );
  }
}
