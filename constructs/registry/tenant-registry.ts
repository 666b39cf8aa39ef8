import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';
import { BY_SHARD_ATTRIBUTES, BY_SHARD_INDEX, TENANT_KEYS } from './tenant-item';

export interface TenantRegistryProps {
  /** Regions, besides the stack's own, that hold a replica for reading. Empty for none. */
  readonly replicaRegions: readonly string[];
}

type Settings = TenantRegistryProps & { readonly region: string };

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ replicaRegions, region }) => replicaRegions.includes(region),
    message: ({ region }) => `replicaRegions must not name ${region}, which holds the table itself`,
  },
  {
    fails: ({ replicaRegions }) => new Set(replicaRegions).size < replicaRegions.length,
    message: ({ replicaRegions }) =>
      `replicaRegions must not name a region twice, got ${replicaRegions.join(', ')}`,
  },
];

/** The longest that DynamoDB can look back. Source: "Point-in-time recovery", DynamoDB Developer Guide. */
const RECOVERY_DAYS = 35;

/**
 * The registry of all tenants: who they are, and which cell and shard serves each.
 *
 * Replicas are for reading near the cells. All writes go to the home region: a global table resolves a conflict by the
 * last writer, so a conditional write holds only among writers of one region.
 *
 * There is no expiry: a tenant that has left stays, so that its id is never given away again. There is no resource
 * policy either: callers of other accounts have no access at all, and those of this one as far as IAM grants it.
 */
export class TenantRegistry extends Construct {
  public readonly tableName: string;
  public readonly tableArn: string;
  public readonly streamArn: string;

  public constructor(scope: Construct, id: string, props: TenantRegistryProps) {
    super(scope, id);
    const { region } = placementOf(this);
    validateProps<Settings>(this, 'TenantRegistry props', { ...props, region }, RULES);

    const name = physicalName(this, 'dynamodbTable', 'tenants');
    const key = new EncryptionKey(this, 'Key', { name: ['tenants'], description: `Tenant registry ${name}` });

    const table = new DynamodbTable(this, 'Table', {
      name,
      // Some 25,000 small items, read in bursts when tokens are refreshed: a few dollars a month on demand, and nobody has
      // to guess a capacity.
      billingMode: 'PAY_PER_REQUEST',
      hashKey: TENANT_KEYS.id,
      attribute: Object.values(TENANT_KEYS).map((attribute) => ({ name: attribute, type: 'S' })),
      globalSecondaryIndex: [
        {
          name: BY_SHARD_INDEX,
          hashKey: TENANT_KEYS.cell,
          rangeKey: TENANT_KEYS.shard,
          projectionType: 'INCLUDE',
          nonKeyAttributes: [...BY_SHARD_ATTRIBUTES],
        },
      ],
      serverSideEncryption: { enabled: true, kmsKeyArn: key.arn },
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: RECOVERY_DAYS },
      deletionProtectionEnabled: true,
      streamEnabled: true,
      streamViewType: 'NEW_AND_OLD_IMAGES',
      replica: [...props.replicaRegions].sort().map((regionName) => ({
        regionName,
        kmsKeyArn: this.replicaKey(regionName, name).arn,
        pointInTimeRecovery: true,
        deletionProtectionEnabled: true,
        propagateTags: true,
      })),
      lifecycle: { preventDestroy: true },
    });
    this.tableName = table.name;
    this.tableArn = table.arn;
    this.streamArn = table.streamArn;
  }

  /**
   * Each region has a key of its own: DynamoDB encrypts every replica separately, so a multi-region key would only let
   * one lost key lose all of them.
   */
  private replicaKey(region: string, table: string): EncryptionKey {
    return new EncryptionKey(this, `Key-${region}`, {
      name: ['tenants', region],
      description: `Tenant registry ${table} in ${region}`,
      region,
    });
  }
}
