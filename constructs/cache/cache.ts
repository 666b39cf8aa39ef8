import { ElasticacheParameterGroup } from '@cdktf/provider-aws/lib/elasticache-parameter-group';
import { ElasticacheReplicationGroup } from '@cdktf/provider-aws/lib/elasticache-replication-group';
import { ElasticacheSubnetGroup } from '@cdktf/provider-aws/lib/elasticache-subnet-group';
import { ElasticacheUser } from '@cdktf/provider-aws/lib/elasticache-user';
import { ElasticacheUserGroup } from '@cdktf/provider-aws/lib/elasticache-user-group';
import type { ElasticacheUserGroupAssociation } from '@cdktf/provider-aws/lib/elasticache-user-group-association';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { EncryptionKey } from '../core/encryption-key';
import type { ICache, IConnectable } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { openPort } from '../core/open-port';
import { placementOf } from '../core/placement';
import { validateProps } from '../core/validation';
import { CacheGrant } from './cache-grant';
import { type CacheProps, RULES } from './cache-props';
import { CacheUser, cacheUserId, cacheUserName, ownerParts } from './cache-user';
import { CACHE_PORT, ENGINE_FAMILIES, PARAMETERS } from './engine';
import { type CacheOwner, DISABLED_ACCESS_STRING } from './keyspace';
import type { PlatformUser } from './platform-users';
import { maintenanceWindow, snapshotWindow } from './windows';

const LOG_TYPES = ['slow-log', 'engine-log'] as const;

/**
 * The distributed cache of a cell: ElastiCache for Valkey in cluster mode, over several zones, encrypted in transit and at
 * rest.
 *
 * Nobody reaches it until `allowFrom` is called, and nobody gets in without a user and a role that may connect as it
 * (`grantConnect`). All users authenticate with IAM, so there is no password anywhere. The user group has the engine
 * `valkey`, which takes no member without authentication, and no user named `default`, so a client that names no user
 * is nobody.
 */
export class Cache extends Construct implements ICache {
  public readonly endpoint: string;
  public readonly port = String(CACHE_PORT);
  public readonly securityGroupId: string;
  public readonly replicationGroupId: string;
  public readonly replicationGroupArn: string;
  public readonly userGroupId: string;
  public readonly keyArn: string;

  public constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    const placement = placementOf(this);
    const users: readonly PlatformUser[] = [
      ...props.owners.map((owner) => ({ owner, reads: [] })),
      ...(props.platformUsers ?? []),
    ];
    const userIds = users.map(({ owner }) => cacheUserId(placement, owner));
    validateProps(this, 'Cache props', { ...props, userIds }, RULES);

    const key = new EncryptionKey(this, 'Key', { name: ['cache'], description: 'Cache and its snapshots' });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      name: physicalName(this, 'securityGroup', 'cache'),
      description: 'Nodes of the cache: closed until a peer is allowed, and nothing out',
      vpcId: props.network.vpcId,
    });
    this.userGroupId = this.userGroup().userGroupId;
    // Members join first: a group cannot change while a cache is being made with it.
    const members = users.map(
      (user) =>
        new CacheUser(this, `User-${ownerParts(user.owner).join('-')}`, { cache: this, ...user }).membership,
    );
    const group = this.replicationGroup(props, key, securityGroup, members);

    this.endpoint = group.configurationEndpointAddress;
    this.securityGroupId = securityGroup.id;
    this.replicationGroupId = group.replicationGroupId;
    this.replicationGroupArn = group.arn;
    this.keyArn = key.arn;
  }

  /**
   * Lets `peer` open connections to the cache. Once a peer.
   *
   * @param peer its name becomes part of the construct's id
   */
  public allowFrom(peer: IConnectable): void {
    openPort(this, { protocol: 'Valkey', port: CACHE_PORT, securityGroupId: this.securityGroupId }, peer);
  }

  /** Lets a role of this stack connect as the user of `owner`. Roles of other stacks get a `CacheGrant` there. */
  public grantConnect(role: IamRole, owner: CacheOwner): void {
    const id = `Grant-${role.friendlyUniqueId}-${ownerParts(owner).join('-')}`;
    new CacheGrant(this, id, { cache: this, role, owner });
  }

  /**
   * The group of users that may log in. It begins with a user who can do nothing, so that it is
   * never empty and no service's user is the one that cannot leave; all others join by associations, some from other stacks.
   */
  private userGroup(): ElasticacheUserGroup {
    const nobodyId = cacheUserName(placementOf(this), 'nobody');
    const nobody = new ElasticacheUser(this, 'Nobody', {
      userId: nobodyId,
      userName: nobodyId,
      engine: 'valkey',
      accessString: DISABLED_ACCESS_STRING,
      authenticationMode: { type: 'iam' },
    });
    return new ElasticacheUserGroup(this, 'UserGroup', {
      userGroupId: physicalName(this, 'elasticacheUserGroup', 'cache'),
      engine: 'valkey',
      userIds: [nobody.userId],
      // Those who join by associations are not this resource's to remove.
      lifecycle: { ignoreChanges: ['user_ids'] },
    });
  }

  private replicationGroup(
    props: CacheProps,
    key: EncryptionKey,
    securityGroup: SecurityGroup,
    members: readonly ElasticacheUserGroupAssociation[],
  ): ElasticacheReplicationGroup {
    const replicationGroupId = physicalName(this, 'elasticacheReplicationGroup', 'cache');
    const subnets = new ElasticacheSubnetGroup(this, 'Subnets', {
      name: physicalName(this, 'elasticacheSubnetGroup', 'cache'),
      description: 'Isolated subnets of the cell',
      subnetIds: [...props.network.isolatedSubnetIds],
    });
    return new ElasticacheReplicationGroup(this, 'ReplicationGroup', {
      replicationGroupId,
      description: 'Rate limits, deny-lists and other shared state of the cell',
      engine: 'valkey',
      engineVersion: props.engineVersion,
      nodeType: props.nodeType,
      port: CACHE_PORT,
      parameterGroupName: this.parameterGroup(props.engineVersion).name,
      clusterMode: 'enabled',
      numNodeGroups: props.shards,
      replicasPerNodeGroup: props.replicasPerShard,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      subnetGroupName: subnets.name,
      securityGroupIds: [securityGroup.id],
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: 'true',
      kmsKeyId: key.arn,
      // Scanners that look for `auth_token` here (CKV_AWS_31) know one password for everybody only, which would stand in the
      // state. Users with IAM authentication take its place.
      userGroupIds: [this.userGroupId],
      snapshotRetentionLimit: props.snapshotRetentionDays,
      snapshotWindow: snapshotWindow(props.quietHour),
      finalSnapshotIdentifier: `${replicationGroupId}-final`,
      maintenanceWindow: maintenanceWindow(props.quietHour),
      autoMinorVersionUpgrade: 'true',
      // A change happens when it is deployed and watched, not in a window days later. Log delivery takes no other way.
      applyImmediately: true,
      logDeliveryConfiguration: LOG_TYPES.map((logType) => ({
        logType,
        logFormat: 'json',
        destinationType: 'cloudwatch-logs',
        destination: this.logGroup(logType, props.logRetentionDays),
      })),
      // Moving slots to a new shard takes longer than the provider's 40 minutes when the cache is full.
      timeouts: { update: '120m' },
      lifecycle: { preventDestroy: true },
      dependsOn: [...members],
    });
  }

  /** A family has its own group, made before the old one goes: an upgrade needs both. */
  private parameterGroup(engineVersion: string): ElasticacheParameterGroup {
    const family = ENGINE_FAMILIES[engineVersion] ?? '';
    return new ElasticacheParameterGroup(this, 'Parameters', {
      name: physicalName(this, 'elasticacheParameterGroup', 'cache', family),
      family,
      description: 'Cluster mode; a full cache refuses writes',
      parameter: [...PARAMETERS],
      lifecycle: { createBeforeDestroy: true },
    });
  }

  /** CloudWatch Logs lets services write to names of this beginning without a policy that grows with each of them. */
  private logGroup(logType: (typeof LOG_TYPES)[number], retentionDays: number): string {
    const { logGroup } = new EncryptedLogGroup(this, logType === 'slow-log' ? 'SlowLog' : 'EngineLog', {
      name: `/aws/vendedlogs/elasticache/${physicalName(this, 'logGroup', 'cache', logType)}`,
      keyName: ['cache', logType],
      retentionDays,
    });
    return logGroup.name;
  }
}
