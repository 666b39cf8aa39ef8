import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { DbProxy } from '@cdktf/provider-aws/lib/db-proxy';
import { DbProxyDefaultTargetGroup } from '@cdktf/provider-aws/lib/db-proxy-default-target-group';
import { DbProxyEndpoint } from '@cdktf/provider-aws/lib/db-proxy-endpoint';
import { DbProxyTarget } from '@cdktf/provider-aws/lib/db-proxy-target';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';
import type { AuroraCluster } from './aurora-cluster';

/** How a proxy shares a cluster's connections. */
export interface ProxySettings {
  /** Database users that may come through; each logs in with IAM tokens. At least one. */
  readonly logins: readonly string[];
  /** Share of the cluster's `max_connections` that the proxy may open, in percent, 1 to 100. */
  readonly connectionPercent: number;
}

export interface DatabaseProxyProps extends ProxySettings {
  readonly name: readonly string[];
  readonly description: string;
  readonly network: INetwork;
  readonly database: AuroraCluster;
}

/**
 * Seconds that a client waits for a connection before it gets an error. Above the time a failover takes behind a proxy,
 * far below RDS's own 120, for a caller of an API has long given up by then.
 */
const BORROW_SECONDS = 30;

/** Share of connections that may stay open unused, in percent: half of what is allowed, as RDS's own default for this engine. */
const IDLE_SHARE = 0.5;

/** Seconds after which a client that says nothing is disconnected. */
const IDLE_CLIENT_SECONDS = 1800;

/**
 * An RDS Proxy with IAM at both ends: clients log in to it with tokens, and so does it to the cluster. There is no secret
 * and no password anywhere on the way.
 *
 * No session pinning filters: the only one there is, `EXCLUDE_VARIABLE_SETS`, is for MySQL ("Avoiding pinning an RDS
 * Proxy", Aurora User Guide). Applications keep their connections shareable by setting the tenant inside the transaction.
 */
export class DatabaseProxy extends Construct {
  public readonly endpoint: string;
  public readonly readerEndpoint: string;
  public readonly securityGroupId: string;
  /** Resource id, `prx-…`, that policies for `rds-db:connect` name. */
  public readonly resourceId: string;

  public constructor(scope: Construct, id: string, props: DatabaseProxyProps) {
    super(scope, id);
    const { name, network, database, connectionPercent } = props;
    const proxyName = physicalName(this, 'rdsProxy', ...name);
    const group = physicalName(this, 'securityGroup', ...name, 'proxy');
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      name: group,
      vpcId: network.vpcId,
      description: `Proxy of ${props.description}`,
      tags: { Name: group },
    });
    this.securityGroupId = securityGroup.id;
    database.allowFrom({ peerName: 'proxy', securityGroupId: this.securityGroupId, openEgress: false });

    const place = {
      vpcSubnetIds: [...network.isolatedSubnetIds],
      vpcSecurityGroupIds: [this.securityGroupId],
    };
    const { role, permission } = this.role(props);
    const proxy = new DbProxy(this, 'Proxy', {
      name: proxyName,
      engineFamily: 'POSTGRESQL',
      roleArn: role.arn,
      defaultAuthScheme: 'IAM_AUTH',
      requireTls: true,
      idleClientTimeout: IDLE_CLIENT_SECONDS,
      // It would write statements, and tenants' data with them, to the log.
      debugLogging: false,
      ...place,
      dependsOn: [permission],
    });
    const targets = new DbProxyDefaultTargetGroup(this, 'Targets', {
      dbProxyName: proxy.name,
      connectionPoolConfig: {
        maxConnectionsPercent: connectionPercent,
        maxIdleConnectionsPercent: Math.floor(connectionPercent * IDLE_SHARE),
        connectionBorrowTimeout: BORROW_SECONDS,
      },
    });
    new DbProxyTarget(this, 'Target', {
      dbProxyName: proxy.name,
      targetGroupName: targets.name,
      dbClusterIdentifier: database.cluster.id,
      dependsOn: [...database.instances],
    });
    const reader = new DbProxyEndpoint(this, 'Reader', {
      dbProxyName: proxy.name,
      dbProxyEndpointName: physicalName(this, 'rdsProxyEndpoint', ...name, 'reader'),
      targetRole: 'READ_ONLY',
      ...place,
    });
    this.endpoint = proxy.endpoint;
    this.readerEndpoint = reader.endpoint;
    // `arn:aws:rds:<region>:<account>:db-proxy:prx-…`
    this.resourceId = Fn.element(Fn.split(':', proxy.arn), 6) as string;
  }

  /** A role that may log in to this one cluster, as the users who come through and no others. */
  private role({ name, description, database, logins }: DatabaseProxyProps): {
    readonly role: IamRole;
    readonly permission: IamRolePolicy;
  } {
    const { account, region } = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'ProxiesOfThisAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['rds.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
            {
              test: 'ArnLike',
              variable: 'aws:SourceArn',
              // A proxy's ARN ends in an id of RDS's choice, not known before it exists.
              values: [`arn:aws:rds:${region}:${account}:db-proxy:*`],
            },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...name, 'proxy'),
      description: `Proxy of ${description}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    const document = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'ConnectAsApplications',
          effect: 'Allow',
          actions: ['rds-db:connect'],
          resources: logins.map(
            (login) =>
              `arn:aws:rds-db:${region}:${account}:dbuser:${database.cluster.clusterResourceId}/${login}`,
          ),
        },
      ],
    });
    const permission = new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'connect',
      policy: document.minifiedJson,
    });
    return { role, permission };
  }
}
