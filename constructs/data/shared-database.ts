import type { Construct } from 'constructs';
import { invalid, outside, type Rule, validateProps } from '../core/validation';
import { AuroraCluster, DATABASE_RULES, type DatabaseOptions } from './aurora-cluster';
import { Database } from './database';
import { DatabaseProxy, type ProxySettings } from './database-proxy';

export interface SharedDatabaseProps extends DatabaseOptions {
  /** Ordinal of the shard, `1` and up. Part of names and windows, so it belongs to the shard for good. */
  readonly shard: string;
  readonly proxy: ProxySettings;
}

/** What tiers and tenants have in common, as rules on a proxy. */
export const PROXY_RULES: readonly Rule<ProxySettings>[] = [
  {
    fails: ({ logins }) => logins.length === 0,
    message: () => 'proxy.logins must name at least one database user',
  },
  {
    fails: ({ connectionPercent }) =>
      !Number.isInteger(connectionPercent) || outside(connectionPercent, 1, 100),
    message: ({ connectionPercent }) =>
      `proxy.connectionPercent must be a whole number between 1 and 100, got ${connectionPercent}`,
  },
];

const RULES: readonly Rule<SharedDatabaseProps>[] = [
  {
    fails: ({ shard }) => !/^[1-9]\d{0,2}$/.test(shard),
    message: ({ shard }) => `shard must be a whole number between 1 and 999, got '${shard}'`,
  },
  ...DATABASE_RULES,
  ...PROXY_RULES.map(({ fails, message }): Rule<SharedDatabaseProps> => ({
    fails: ({ proxy }) => fails(proxy),
    message: ({ proxy }) => message(proxy),
  })),
];

/**
 * One shard: a cluster that many pooled tenants share, behind a proxy. Tenants are kept apart by row-level security, see
 * `constructs/data/sql`.
 *
 * The endpoints are the proxy's. The cluster itself lets in its proxy, and the job that applies the platform's SQL by the
 * security group that only pods of that job's namespace carry. Other pods reach neither: they carry another group, and
 * have no role that may log in.
 */
export class SharedDatabase extends Database {
  public readonly endpoint: string;
  public readonly readerEndpoint: string;
  public readonly securityGroupId: string;
  public readonly connectResourceId: string;
  public readonly keyArn: string;
  /** The cluster behind the proxy. */
  public readonly aurora: AuroraCluster;
  private readonly logins: readonly string[];

  public constructor(scope: Construct, id: string, props: SharedDatabaseProps) {
    super(scope, id);
    validateProps(this, 'SharedDatabase props', props, RULES);
    const { shard, network, settings } = props;
    const name = ['shard', shard];
    const description = `shard ${shard}`;
    this.aurora = new AuroraCluster(this, 'Aurora', {
      ...props,
      name,
      description,
      subnetGroup: settings.subnetGroup,
      slot: Number(shard) - 1,
    });
    const proxy = new DatabaseProxy(this, 'Proxy', {
      ...props.proxy,
      name,
      description,
      network,
      database: this.aurora,
    });
    this.endpoint = proxy.endpoint;
    this.readerEndpoint = proxy.readerEndpoint;
    this.securityGroupId = proxy.securityGroupId;
    this.connectResourceId = proxy.resourceId;
    this.keyArn = this.aurora.keyArn;
    this.logins = [...props.proxy.logins];
  }

  protected override checkLogin(dbUser: string): void {
    if (this.logins.includes(dbUser)) return;
    throw invalid(this, 'grant', [`dbUser must be one of ${this.logins.join(', ')}, got '${dbUser}'`]);
  }
}
