import { createHash } from 'node:crypto';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import type { Construct } from 'constructs';
import type { IConnectable } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { invalid, type Rule, validateProps } from '../core/validation';
import { AuroraCluster, DATABASE_RULES, type DatabaseOptions } from './aurora-cluster';
import { Database } from './database';
import { DatabaseProxy } from './database-proxy';
import { PROXY_RULES } from './shared-database';
import { DISTINCT_WINDOWS } from './windows';

export interface DedicatedDatabaseProps extends DatabaseOptions {
  /** Tenant that owns the database. Part of its physical name, so it can never change. */
  readonly tenantId: string;

  /** Database users of the tenant's applications; each logs in with IAM tokens. At least one. */
  readonly logins: readonly string[];

  /**
   * Share of the cluster's `max_connections` that a proxy may open, in percent, 1 to 100.
   *
   * @default - no proxy: applications connect to the cluster itself, which suits a few pods with pools of their own
   */
  readonly proxyConnectionPercent?: number;
}

const RULES: readonly Rule<DedicatedDatabaseProps>[] = [
  {
    fails: ({ tenantId }) => !/^(?=.{2,31}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(tenantId),
    message: ({ tenantId }) =>
      `tenantId must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got '${tenantId}'`,
  },
  ...DATABASE_RULES,
  ...PROXY_RULES.map(({ fails, message }): Rule<DedicatedDatabaseProps> => {
    const proxyOf = ({ logins, proxyConnectionPercent }: DedicatedDatabaseProps) => ({
      logins,
      connectionPercent: proxyConnectionPercent ?? 100,
    });
    return { fails: (props) => fails(proxyOf(props)), message: (props) => message(proxyOf(props)) };
  }),
];

/** Number of a tenant's windows and zones: from its id alone, so that no other tenant's coming or going moves it. */
const slotOf = (tenantId: string): number =>
  createHash('sha256').update(tenantId).digest().readUInt32BE() % DISTINCT_WINDOWS;

/**
 * An Aurora PostgreSQL cluster that serves exactly one tenant, with a key, a subnet group and security groups of its own.
 *
 * Nothing can reach it until `allowFrom` is called. RDS generates and rotates the administrator's password, so no
 * credential passes through Terraform state. Parameter groups are the cell's, for there are only 50 in a region.
 */
export class DedicatedDatabase extends Database {
  public readonly endpoint: string;
  public readonly readerEndpoint: string;
  public readonly securityGroupId: string;
  public readonly connectResourceId: string;
  public readonly keyArn: string;
  /** The cluster, behind its proxy where it has one. */
  public readonly aurora: AuroraCluster;
  private readonly logins: readonly string[];
  private readonly proxied: boolean;

  public constructor(scope: Construct, id: string, props: DedicatedDatabaseProps) {
    super(scope, id);
    validateProps(this, 'DedicatedDatabase props', props, RULES);
    const { tenantId, network, logins, proxyConnectionPercent } = props;
    const name = ['tenant', tenantId];
    const description = `tenant ${tenantId}`;
    const subnets = new DbSubnetGroup(this, 'Subnets', {
      name: physicalName(this, 'rdsSubnetGroup', ...name),
      description: `Isolated subnets, for the database of ${description}`,
      subnetIds: [...network.isolatedSubnetIds],
    });
    this.aurora = new AuroraCluster(this, 'Aurora', {
      ...props,
      name,
      description,
      subnetGroup: subnets.name,
      slot: slotOf(tenantId),
    });
    const { cluster } = this.aurora;
    const proxy =
      proxyConnectionPercent === undefined
        ? undefined
        : new DatabaseProxy(this, 'Proxy', {
            name,
            description,
            network,
            database: this.aurora,
            logins,
            connectionPercent: proxyConnectionPercent,
          });
    this.endpoint = proxy?.endpoint ?? cluster.endpoint;
    this.readerEndpoint = proxy?.readerEndpoint ?? cluster.readerEndpoint;
    this.securityGroupId = proxy?.securityGroupId ?? this.aurora.securityGroupId;
    this.connectResourceId = proxy?.resourceId ?? cluster.clusterResourceId;
    this.keyArn = this.aurora.keyArn;
    this.logins = [...logins];
    this.proxied = proxy !== undefined;
  }

  /** Lets a peer open connections to the endpoints. */
  public override allowFrom(peer: IConnectable): void {
    if (this.proxied) super.allowFrom(peer);
    else this.aurora.allowFrom(peer);
  }

  protected override checkLogin(dbUser: string): void {
    if (this.logins.includes(dbUser)) return;
    throw invalid(this, 'grant', [`dbUser must be one of ${this.logins.join(', ')}, got '${dbUser}'`]);
  }
}
