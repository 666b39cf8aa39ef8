import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Construct } from 'constructs';
import { CacheGrant } from '../cache/cache-grant';
import { CacheUser } from '../cache/cache-user';
import { CACHE_PORT } from '../cache/engine';
import { OwnNodes } from '../cluster/own-nodes';
import type { NodePoolProps } from '../cluster/node-pool';
import { IsolatedNamespace } from '../compute/isolated-namespace';
import type { ContainerSizes, Quota } from '../compute/resource-limits';
import { SecretStore } from '../compute/secret-store';
import type { ICache } from '../core/interfaces';
import { type Owner, ownerName } from '../core/owner';
import { placementOf } from '../core/placement';
import { DedicatedDatabase, type DedicatedDatabaseProps } from '../data/dedicated-database';
import { rdsRootCertificate } from '../data/rds-certificates';
import type { TenancySql } from '../data/sql';
import { TenancyJob } from '../data/tenancy-job';
import { SchemaMigrations } from '../delivery/schema-migrations';
import { OwnerRoutes } from '../gateway/owner-route';
import { TenantIdentity, type TenantIdentityProps } from '../identity/tenant-identity';
import { type ReachedCache, ServiceReleases, type ReleaseSettings } from './releases';
import { type CellParts, tierNames } from './tier';

export interface DedicatedTenantProps extends CellParts {
  /** Tenant's id. Part of every name that is made for it, so it can never change. */
  readonly tenantId: string;

  readonly services: readonly string[];
  readonly quota: Quota;
  readonly containers: ContainerSizes;

  /** Nodes of the tenant's own. @default - those that dedicated tenants share */
  readonly nodes?: Pick<NodePoolProps, 'capacityTypes' | 'limits'>;

  /** The tenant's database, without what the tenant itself decides. */
  readonly database: Omit<DedicatedDatabaseProps, 'tenantId' | 'logins' | 'disposable'>;

  /** What makes the database's roles, applied by a job of the migration namespace. @param login the tenant's user */
  readonly tenancy: {
    readonly sql: (login: string) => TenancySql;
    readonly namespace: string;
    readonly securityGroupId: string;
  };

  readonly cache: ReachedCache & Pick<ICache, 'replicationGroupArn' | 'userGroupId'>;

  readonly releases: ReleaseSettings;

  /** The cell's user pool, how long its tokens live, and what the tenant has there beside its machine client. */
  readonly identity: Pick<
    TenantIdentityProps,
    'userPoolId' | 'lives' | 'machineClientRotation' | 'federation'
  >;

  /** The cell's public zone. */
  readonly zone: { readonly id: string; readonly name: string };

  /**
   * Whether the tenant is leaving: what protects its data from deletion is taken away. Even then a final snapshot of the
   * database is taken, and keys wait 30 days.
   *
   * @default false
   */
  readonly offboarding?: boolean;
}

/** Seconds that resolvers may keep a tenant's name: after a move to another cell, callers follow within them. */
const NAME_TTL = 60;

/** Database user of a tenant's services. */
export const tenantLogin = (tenantId: string): string => `bulkhead_tenant_${tenantId.replaceAll('-', '_')}`;

/**
 * All that one dedicated tenant has for itself: keys, a database, a namespace with addresses and roles of its own, a user of
 * the cache, a place for secrets, a client for its machines, a name. What it shares with others are the cell's cluster,
 * cache, user pool and gateways, and nodes unless it has its own.
 */
export class DedicatedTenant extends Construct {
  public readonly home: IsolatedNamespace;
  public readonly database: DedicatedDatabase;
  public readonly secrets: SecretStore;
  /** Beginning of the tenant's keys in the cache. */
  public readonly cachePrefix: string;
  /** The tenant's host name. */
  public readonly hostname: string;
  public readonly identity: TenantIdentity;

  public constructor(scope: Construct, id: string, props: DedicatedTenantProps) {
    super(scope, id);
    const { tenantId, cluster, cache, tenancy } = props;
    const tier = tierNames('enterprise');
    const owner: Owner = { kind: 'tenant', tier: tier.tier, tenantId };
    const disposable = props.offboarding ?? false;
    const login = tenantLogin(tenantId);

    this.secrets = new SecretStore(this, 'Secrets', { owner, disposable });
    this.database = new DedicatedDatabase(this, 'Database', {
      ...props.database,
      tenantId,
      logins: [login],
      disposable,
    });
    const tenancyJob = new TenancyJob(this, 'Tenancy', {
      cluster,
      database: this.database.aurora,
      namespace: tenancy.namespace,
      migrationSecurityGroupId: tenancy.securityGroupId,
      name: ownerName(owner),
      sql: tenancy.sql(login),
    });
    new SchemaMigrations(this, 'Schema', {
      cluster,
      database: this.database.aurora.address,
      name: ownerName(owner),
      namespace: tenancy.namespace,
      rootCertificate: rdsRootCertificate(placementOf(this).region) ?? '',
      dependsOn: [tenancyJob.job],
    });

    const nodePool = props.nodes ? ownerName(owner) : tier.nodePool;
    this.home = new IsolatedNamespace(this, 'Namespace', {
      ...props,
      owner,
      nodePool,
      priorityClass: tier.priorityClass,
      fleet: 'enterprise',
      keyArn: this.secrets.keyArn,
      disposable,
    });
    if (props.nodes) {
      new OwnNodes(this, 'Nodes', {
        ...props,
        ...props.nodes,
        name: nodePool,
        namespace: this.home.name,
        dependsOn: this.home.ready,
      });
    }

    new OwnerRoutes(this, 'Routes', {
      ...{ owner, zoneName: props.zone.name, services: props.services },
      dependsOn: this.home.ready,
    });
    this.home.grantDatabase(this.database, login);
    const user = new CacheUser(this, 'CacheUser', { cache, owner: { kind: 'tenant', tenantId } });
    this.cachePrefix = user.prefix;
    this.home.allowCache(CACHE_PORT);
    for (const role of this.home.workloads) {
      new CacheGrant(role, 'Cache', { cache, role, owner: { kind: 'tenant', tenantId } });
    }
    new ServiceReleases(this, 'Releases', {
      ...props,
      tier: tier.tier,
      home: this.home,
      placement: { nodePool, priorityClass: tier.priorityClass },
      databases: { [ownerName(owner)]: this.database },
      dbUser: login,
      cacheOwner: () => ({ kind: 'tenant', tenantId }),
    });
    this.hostname = this.name(props);
    this.identity = new TenantIdentity(this, 'Identity', {
      ...props.identity,
      tenantId,
      namespace: this.home.name,
      hostname: this.hostname,
      keyArn: this.secrets.keyArn,
      disposable,
    });
  }

  /** The tenant's name leads to the enterprise fleet by the fleet's own name, so gateways may move without a tenant's stack. */
  private name({ tenantId, zone }: DedicatedTenantProps): string {
    const name = `${tenantId}.${zone.name}`;
    new Route53Record(this, 'Name', {
      zoneId: zone.id,
      name,
      type: 'CNAME',
      ttl: NAME_TTL,
      records: [`enterprise.${zone.name}`],
      allowOverwrite: false,
    });
    return name;
  }
}
