import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';
import { admitReaders, readersMayDecrypt, type RegistryReader } from './registry-access';
import { BY_SHARD_ATTRIBUTES, BY_SHARD_INDEX, TENANT_KEYS } from './tenant-item';

export interface TenantRegistryProps {
  /** Regions, besides the stack's own, that hold a replica for reading. Empty for none. */
  readonly replicaRegions: readonly string[];

  /**
   * Who may get single tenants, from whichever account.
   *
   * @default - nobody but callers of this account whom IAM allows it
   */
  readonly readers?: readonly RegistryReader[];
}

type Settings = TenantRegistryProps & { readonly region: string };

const regionsOf = ({ region, replicaRegions }: Settings): readonly string[] => [
  region,
  ...[...replicaRegions].sort(),
];

const astray = (settings: Settings): readonly RegistryReader[] =>
  (settings.readers ?? []).filter(({ region }) => !regionsOf(settings).includes(region));

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
  {
    fails: (settings) => astray(settings).length > 0,
    message: (settings) =>
      `readers must read in ${regionsOf(settings).join(' or ')}, where the table is, got ${astray(settings)
        .map(({ roleArn, region }) => `${roleArn} in ${region}`)
        .join(', ')}`,
  },
  {
    fails: ({ readers = [] }) =>
      readers.some(({ roleArn }) => !/^arn:aws:iam::\d{12}:role\/[^*?]+$/.test(roleArn)),
    message: ({ readers = [] }) =>
      `readers must be roles without wildcards, got ${readers.map(({ roleArn }) => roleArn).join(', ')}`,
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
 * There is no expiry: a tenant that has left stays, so that its id is never given away again. Callers of other accounts are
 * its readers, who may get single items, and nobody else; callers of this one may what IAM grants them.
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
    const readersIn = (place: string): readonly RegistryReader[] =>
      (props.readers ?? []).filter((reader) => reader.region === place);
    const key = new EncryptionKey(this, 'Key', {
      name: ['tenants'],
      description: `Tenant registry ${name}`,
      statements: readersMayDecrypt(readersIn(region), name, region),
    });

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
        kmsKeyArn: this.replicaKey(regionName, name, readersIn(regionName)).arn,
        pointInTimeRecovery: true,
        deletionProtectionEnabled: true,
        propagateTags: true,
      })),
      lifecycle: { preventDestroy: true },
    });
    for (const place of regionsOf({ ...props, region })) {
      const readers = readersIn(place);
      if (readers.length > 0) admitReaders(this, { table, name, region: place, readers });
    }
    this.tableName = table.name;
    this.tableArn = table.arn;
    this.streamArn = table.streamArn;
  }

  /**
   * Each region has a key of its own: DynamoDB encrypts every replica separately, so a multi-region key would only let
   * one lost key lose all of them.
   */
  private replicaKey(region: string, table: string, readers: readonly RegistryReader[]): EncryptionKey {
    return new EncryptionKey(this, `Key-${region}`, {
      name: ['tenants', region],
      description: `Tenant registry ${table} in ${region}`,
      region,
      statements: readersMayDecrypt(readers, table, region),
    });
  }
}
