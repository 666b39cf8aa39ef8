import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { RdsClusterParameterGroup } from '@cdktf/provider-aws/lib/rds-cluster-parameter-group';
import { Construct } from 'constructs';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';
import { ENGINE, type PostgresVersion } from './engine';

/** What the databases of a cell share. */
export interface IDatabaseSettings {
  readonly postgresVersion: string;
  readonly clusterParameterGroup: string;
  readonly instanceParameterGroup: string;
  readonly subnetGroup: string;
  /** Role that instances send their operating system's metrics with. */
  readonly monitoringRoleArn: string;
}

export interface DatabaseSettingsProps {
  readonly network: Pick<INetwork, 'isolatedSubnetIds'>;
  readonly postgresVersion: PostgresVersion;
}

interface Parameter {
  readonly name: string;
  readonly value: string;
  /** `pending-reboot` for what PostgreSQL reads only when it starts. */
  readonly applyMethod: 'immediate' | 'pending-reboot';
}

const immediate = (name: string, value: string): Parameter => ({ name, value, applyMethod: 'immediate' });

/** Only what differs from Aurora's defaults, or what nobody may rely on a default for. */
export const CLUSTER_PARAMETERS: readonly Parameter[] = [
  immediate('rds.force_ssl', '1'),
  immediate('ssl_min_protocol_version', 'TLSv1.2'),
  immediate('log_connections', '1'),
  immediate('log_disconnections', '1'),
  immediate('log_lock_waits', '1'),
  immediate('log_statement', 'ddl'),
  // Milliseconds. Above every tier's latency objective: what is logged is too slow for somebody.
  immediate('log_min_duration_statement', '1000'),
  // Parameters of statements are tenants' data: no part of them (0 bytes) goes to the log.
  immediate('log_parameter_max_length', '0'),
  immediate('log_parameter_max_length_on_error', '0'),
  // Milliseconds. A forgotten transaction holds a connection of the proxy and keeps rows from being vacuumed.
  immediate('idle_in_transaction_session_timeout', '60000'),
  // Not pgaudit: Aurora logs who connects and every DDL statement already, and statements of applications, by the
  // million, are in the gateway's request history with their tenant.
  { name: 'shared_preload_libraries', value: 'pg_stat_statements', applyMethod: 'pending-reboot' },
  // A tenant moves by the write-ahead log (lifecycle/move), which is read by a role that logs in with IAM tokens only: "Setting up
  // logical replication for your Aurora PostgreSQL DB cluster" and "Configuring IAM authentication for logical replication
  // connections", Aurora User Guide. Writes log more for it, whether a tenant moves or not: docs/adr/0030.
  { name: 'rds.logical_replication', value: '1', applyMethod: 'pending-reboot' },
  immediate('rds.iam_auth_for_replication', '1'),
];

/**
 * Parameter groups, subnet group and monitoring role of all databases of a cell.
 *
 * Shared because an account has 50 parameter groups of each kind in a region, and AWS does not raise that ("Quotas and
 * constraints for Amazon Aurora"): with one each, the 51st database could not be made. What is here changes for all of a
 * cell's databases at once.
 */
export class DatabaseSettings extends Construct implements IDatabaseSettings {
  public readonly postgresVersion: PostgresVersion;
  public readonly clusterParameterGroup: string;
  public readonly instanceParameterGroup: string;
  public readonly subnetGroup: string;
  public readonly monitoringRoleArn: string;

  public constructor(scope: Construct, id: string, { network, postgresVersion }: DatabaseSettingsProps) {
    super(scope, id);
    const family = `${ENGINE}${postgresVersion}`;
    const version = `postgres${postgresVersion}`;
    // A new major version needs new groups beside those that databases still use.
    const lifecycle = { createBeforeDestroy: true };
    const cluster = new RdsClusterParameterGroup(this, `ClusterParameters${postgresVersion}`, {
      name: physicalName(this, 'rdsParameterGroup', version, 'cluster'),
      description: `Clusters of PostgreSQL ${postgresVersion}`,
      family,
      parameter: CLUSTER_PARAMETERS.map((parameter) => ({ ...parameter })),
      lifecycle,
    });
    // Without parameters of its own yet. AWS's default group cannot be changed, and giving an instance another group
    // later would restart it.
    const instance = new DbParameterGroup(this, `InstanceParameters${postgresVersion}`, {
      name: physicalName(this, 'rdsParameterGroup', version, 'instance'),
      description: `Instances of PostgreSQL ${postgresVersion}`,
      family,
      lifecycle,
    });
    const subnets = new DbSubnetGroup(this, 'Subnets', {
      name: physicalName(this, 'rdsSubnetGroup', 'databases'),
      description: 'Isolated subnets: no route out of the network',
      subnetIds: [...network.isolatedSubnetIds],
    });
    this.postgresVersion = postgresVersion;
    this.clusterParameterGroup = cluster.name;
    this.instanceParameterGroup = instance.name;
    this.subnetGroup = subnets.name;
    this.monitoringRoleArn = this.monitoringRole().arn;
  }

  private monitoringRole(): IamRole {
    const { account, region } = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'MonitoringTrust', {
      statement: [
        {
          sid: 'InstancesOfThisAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['monitoring.rds.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            // A wildcard for databases that come later; the account above is what keeps others out.
            { test: 'ArnLike', variable: 'aws:SourceArn', values: [`arn:aws:rds:${region}:${account}:db:*`] },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'MonitoringRole', {
      name: physicalName(this, 'iamRole', 'data-monitoring'),
      description: 'Enhanced monitoring of the databases',
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    new IamRolePolicyAttachment(this, 'MonitoringPermissions', {
      role: role.name,
      policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole',
    });
    return role;
  }
}
