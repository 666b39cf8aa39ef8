import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { RdsCluster } from '@cdktf/provider-aws/lib/rds-cluster';
import { RdsClusterInstance } from '@cdktf/provider-aws/lib/rds-cluster-instance';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { logsMayEncrypt } from '../core/encrypted-log-group';
import { EncryptionKey } from '../core/encryption-key';
import type { IConnectable, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';
import { outside, type Rule } from '../core/validation';
import type { ClusterCapacity } from './connection-budget';
import type { IDatabaseSettings } from './database-settings';
import {
  CERTIFICATE_AUTHORITY,
  DATABASE_NAME,
  POSTGRESQL,
  ENGINE,
  MASTER_USER,
  POINT_IN_TIME_LAG_MINUTES,
  PORT,
} from './engine';
import { windowsOf } from './windows';

/** What a cluster may lose, and how long it can look back. */
export interface RecoverySettings {
  /** Most minutes of writes that may be lost with the cluster: at least 5, which is what Aurora promises. */
  readonly rpoMinutes: number;
  /** How long ago the cluster can be restored to, in days, 1 to 35. */
  readonly retentionDays: number;
}

/** What may be chosen for any database, shared or dedicated. */
export interface DatabaseOptions {
  readonly network: INetwork;
  /** Parameter groups and monitoring role that the databases of the cell share. */
  readonly settings: IDatabaseSettings;
  /** Smallest and largest size, in Aurora capacity units: 2 to 256, in steps of a half. */
  readonly capacity: ClusterCapacity;
  /** Instances that only read, each ready to take over from the writer: 0 to 2, each in a zone of its own. */
  readonly readers: number;
  readonly recovery: RecoverySettings;
  /** `io-optimized` costs more for capacity and nothing for each read and write: cheaper when these are a quarter of the bill. */
  readonly storage: 'standard' | 'io-optimized';
  /** `advanced` keeps statistics of statements for 15 months, and costs by the capacity; `standard` keeps 7 days. */
  readonly insights: 'standard' | 'advanced';
  /** How long the database's logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;

  /**
   * Whether the database may be deleted. A final snapshot is taken in any case.
   *
   * @default false - RDS and Terraform refuse
   */
  readonly disposable?: boolean;
}

/** Half an ACU is a step; below 2 ACU there is no Performance Insights: "Performance and scaling for Aurora Serverless v2". */
const ACU = { min: 2, max: 256, step: 0.5 } as const;
const MAX_READERS = 2;

const badAcu = (acu: number): boolean => outside(acu, ACU.min, ACU.max) || acu % ACU.step !== 0;

/** Rules that hold for every database. */
export const DATABASE_RULES: readonly Rule<DatabaseOptions>[] = [
  ...(['minAcu', 'maxAcu'] as const).map((end): Rule<DatabaseOptions> => ({
    fails: ({ capacity }) => badAcu(capacity[end]),
    message: ({ capacity }) =>
      `capacity.${end} must be between 2 and 256 ACU in steps of 0.5, got ${capacity[end]}`,
  })),
  {
    fails: ({ capacity }) => capacity.minAcu > capacity.maxAcu,
    message: ({ capacity }) =>
      `capacity.minAcu must be at most capacity.maxAcu, got ${capacity.minAcu} and ${capacity.maxAcu}`,
  },
  {
    fails: ({ readers }) => !Number.isInteger(readers) || outside(readers, 0, MAX_READERS),
    message: ({ readers }) => `readers must be a whole number between 0 and ${MAX_READERS}, got ${readers}`,
  },
  {
    fails: ({ network, readers }) => network.zones.length <= readers,
    message: ({ network, readers }) =>
      `network must have a zone for each of ${readers + 1} instances, got ${network.zones.length}`,
  },
  {
    fails: ({ recovery }) => !(recovery.rpoMinutes >= POINT_IN_TIME_LAG_MINUTES),
    message: ({ recovery }) =>
      `recovery.rpoMinutes must be at least ${POINT_IN_TIME_LAG_MINUTES}, the lag of Aurora's continuous backup, got ${recovery.rpoMinutes}`,
  },
  {
    fails: ({ recovery }) =>
      !Number.isInteger(recovery.retentionDays) || outside(recovery.retentionDays, 1, 35),
    message: ({ recovery }) =>
      `recovery.retentionDays must be a whole number between 1 and 35, got ${recovery.retentionDays}`,
  },
];

export interface AuroraClusterProps extends DatabaseOptions {
  /** Last parts of the cluster's name. A cluster cannot be renamed without being made anew. */
  readonly name: readonly string[];
  /** Whose data it holds, for people. */
  readonly description: string;
  /** Subnet group with a subnet in each zone of the network. */
  readonly subnetGroup: string;
  /** Number that decides windows and zones; belongs to the cluster for good. */
  readonly slot: number;
}

/** What RDS sends to CloudWatch Logs: statements and connections, refused IAM logins, and the instances' own messages. */
const LOGS = ['postgresql', 'iam-db-auth-error', 'instance'] as const;

/** Seconds between two measurements of the operating system. */
const MONITORING_SECONDS = 60;

/** Days that statistics of statements are kept; 465 is what the advanced mode of Database Insights asks for. */
const INSIGHTS_DAYS = { standard: 7, advanced: 465 } as const;

const STORAGE = { standard: 'aurora', 'io-optimized': 'aurora-iopt1' } as const;

/**
 * An Aurora PostgreSQL Serverless v2 cluster with its key, its logs and a security group that nothing may pass.
 *
 * RDS makes and rotates the administrator's password, so it is never in state. One key encrypts all that is of this
 * database (storage, password, statistics, logs): whoever may not use it sees none of it.
 */
export class AuroraCluster extends Construct {
  public readonly cluster: RdsCluster;
  /** Wait for these before connecting: a cluster without instances answers nobody. */
  public readonly instances: readonly RdsClusterInstance[];
  public readonly securityGroupId: string;
  public readonly keyArn: string;
  /** ARN of the secret that holds the administrator's password. */
  public readonly masterSecretArn: string;
  /** Where the cluster itself answers, past any proxy, and what policies for `rds-db:connect` call it. */
  public readonly address: {
    readonly host: string;
    readonly port: number;
    readonly databaseName: string;
    readonly resourceId: string;
  };

  public constructor(scope: Construct, id: string, props: AuroraClusterProps) {
    super(scope, id);
    const { name, network, settings, recovery, insights } = props;
    const identifier = physicalName(this, 'rdsCluster', ...name);
    this.keyArn = this.key(identifier, props).arn;
    const group = physicalName(this, 'securityGroup', ...name, 'database');
    // No rule at all: what may pass is added by grants.
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      name: group,
      vpcId: network.vpcId,
      description: `Database of ${props.description}`,
      tags: { Name: group },
    });
    this.securityGroupId = securityGroup.id;

    const watching = {
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: this.keyArn,
      performanceInsightsRetentionPeriod: INSIGHTS_DAYS[insights],
      monitoringInterval: MONITORING_SECONDS,
      monitoringRoleArn: settings.monitoringRoleArn,
    };
    const { maintenance, backup } = windowsOf(props.slot);
    this.cluster = new RdsCluster(this, 'Cluster', {
      clusterIdentifier: identifier,
      engine: ENGINE,
      engineMode: 'provisioned',
      engineVersion: settings.postgresVersion,
      allowMajorVersionUpgrade: false,
      // When support of the major version ends, a bill is a smaller surprise than an upgrade.
      engineLifecycleSupport: 'open-source-rds-extended-support',
      serverlessv2ScalingConfiguration: {
        minCapacity: props.capacity.minAcu,
        maxCapacity: props.capacity.maxAcu,
      },
      databaseName: DATABASE_NAME,
      port: PORT,
      masterUsername: MASTER_USER,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: this.keyArn,
      iamDatabaseAuthenticationEnabled: true,
      // Through the Data API whoever may read the secret could log in past every security group.
      enableHttpEndpoint: false,
      dbSubnetGroupName: props.subnetGroup,
      dbClusterParameterGroupName: settings.clusterParameterGroup,
      vpcSecurityGroupIds: [this.securityGroupId],
      networkType: 'IPV4',
      storageType: STORAGE[props.storage],
      storageEncrypted: true,
      kmsKeyId: this.keyArn,
      enabledCloudwatchLogsExports: [...LOGS],
      databaseInsightsMode: insights,
      ...watching,
      backupRetentionPeriod: recovery.retentionDays,
      preferredBackupWindow: backup,
      preferredMaintenanceWindow: maintenance,
      copyTagsToSnapshot: true,
      // Even of a deleted cluster the continuous backup stays until it expires.
      deleteAutomatedBackups: false,
      deletionProtection: !props.disposable,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: `${identifier}-final`,
      applyImmediately: false,
      lifecycle: { preventDestroy: !props.disposable },
      dependsOn: this.logGroups(identifier, props),
    });
    this.masterSecretArn = this.cluster.masterUserSecret.get(0).secretArn;
    this.address = {
      host: this.cluster.endpoint,
      port: PORT,
      databaseName: DATABASE_NAME,
      resourceId: this.cluster.clusterResourceId,
    };

    this.instances = Array.from({ length: props.readers + 1 }, (_, index) => {
      const number = String(index + 1);
      return new RdsClusterInstance(this, `Instance${number}`, {
        identifier: physicalName(this, 'rdsInstance', ...name, number),
        clusterIdentifier: this.cluster.id,
        engine: ENGINE,
        instanceClass: 'db.serverless',
        // Which instance writes changes with every failover, so instances have numbers. Writers of different clusters
        // start in different zones.
        availabilityZone: network.zones[(props.slot + index) % network.zones.length] ?? '',
        // In tiers 0 and 1 a reader is always as large as the writer, so it can take over at once.
        promotionTier: Math.min(index, 1),
        dbParameterGroupName: settings.instanceParameterGroup,
        dbSubnetGroupName: props.subnetGroup,
        publiclyAccessible: false,
        caCertIdentifier: CERTIFICATE_AUTHORITY,
        ...watching,
        autoMinorVersionUpgrade: true,
        preferredMaintenanceWindow: maintenance,
        copyTagsToSnapshot: true,
        applyImmediately: false,
        lifecycle: { preventDestroy: !props.disposable },
      });
    });
  }

  /**
   * Lets a peer reach the cluster past any proxy: the proxy itself, and the job that applies the platform's SQL.
   *
   * @returns what to wait for before connecting
   */
  public allowFrom(peer: IConnectable): ITerraformDependable {
    return openPort(this, { ...POSTGRESQL, securityGroupId: this.securityGroupId }, peer);
  }

  private key(identifier: string, { name, description, disposable }: AuroraClusterProps): EncryptionKey {
    const names = LOGS.map((log) => logGroupName(identifier, log));
    return new EncryptionKey(this, 'Key', {
      name,
      description: `Database of ${description}`,
      statements: [logsMayEncrypt(this, names)],
      disposable: disposable ?? false,
    });
  }

  /** Made before the cluster, which would otherwise make them itself: without a key, and for ever. */
  private logGroups(
    identifier: string,
    { logRetentionDays: retentionInDays, disposable }: AuroraClusterProps,
  ): CloudwatchLogGroup[] {
    return LOGS.map(
      (log) =>
        new CloudwatchLogGroup(this, `Log-${log}`, {
          name: logGroupName(identifier, log),
          retentionInDays,
          kmsKeyId: this.keyArn,
          lifecycle: { preventDestroy: !disposable },
        }),
    );
  }
}

/** RDS decides where a cluster logs. */
const logGroupName = (identifier: string, log: string): string => `/aws/rds/cluster/${identifier}/${log}`;
