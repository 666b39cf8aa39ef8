import { Construct } from 'constructs';
import { cacheUserId } from '../cache/cache-user';
import { type CacheOwner, keyPrefix } from '../cache/keyspace';
import type { IsolatedNamespace } from '../compute/isolated-namespace';
import type { ICache, IDatabase } from '../core/interfaces';
import { placementOf } from '../core/placement';
import { ProgramConfigMap } from '../core/program-config-map';
import type { MetricsSource, Objectives } from '../delivery/analysis-queries';
import type { SmokeCheck } from '../delivery/service-release/analyses';
import type { PodPlacement, PodSizes } from '../delivery/service-release/pod-template';
import { ServiceRelease } from '../delivery/service-release/service-release';
import type { ReleaseSlice } from '../delivery/service-release/slice';

/** How releases of services reach an owner, and what they are judged by. */
export interface ReleaseSettings {
  /** Parts of the owner that get releases one after the other, with the pods of each service there. */
  readonly slices: readonly ReleaseSlice[];
  /** What the smoke test asks of each service. A service without any is refused. */
  readonly checks: Readonly<Record<string, readonly SmokeCheck[]>>;
  /** What the tier promises. */
  readonly objectives: Objectives;
  /** The cell's metrics. */
  readonly metrics: MetricsSource;
  /** Longest that gateways let a call take, in seconds. */
  readonly requestTimeoutSeconds: number;
}

/** A database by the name that tokens and tenants' entries in the registry have for it: `data-shard-1`, `tenant-acme`. */
export type NamedDatabases = Readonly<
  Record<string, Pick<IDatabase, 'endpoint' | 'readerEndpoint' | 'port' | 'databaseName'>>
>;

/** What services connect to a cache by. */
export type ReachedCache = Pick<ICache, 'endpoint' | 'port' | 'replicationGroupId'>;

export interface ServiceReleasesProps {
  readonly tier: string;
  /** Id of the dedicated tenant. @default - a pooled tier, whose callers say whom they are */
  readonly tenantId?: string;
  readonly home: Pick<IsolatedNamespace, 'name' | 'ready' | 'workloads'>;
  readonly placement: PodPlacement;
  readonly containers: PodSizes;
  readonly releases: ReleaseSettings;
  readonly databases: NamedDatabases;
  /** Database user of the services. */
  readonly dbUser: string;
  readonly cache: ReachedCache;
  /** Whom a service is to the cache. @returns undefined for one that has no user there */
  readonly cacheOwner: (service: string) => CacheOwner | undefined;
}

const SMOKE_PROGRAM = 'services/smoke/main.ts';

/** What each service of an owner needs to be released, and the program that tries releases out. */
export class ServiceReleases extends Construct {
  public constructor(scope: Construct, id: string, props: ServiceReleasesProps) {
    super(scope, id);
    const { home, placement, containers, releases } = props;
    if (home.workloads.length === 0) return;
    const program = new ProgramConfigMap(this, 'Smoke', {
      name: 'smoke',
      namespace: home.name,
      entry: SMOKE_PROGRAM,
      dependsOn: home.ready,
    });
    for (const { serviceAccount: service } of home.workloads) {
      new ServiceRelease(this, `Service-${service}`, {
        ...{ namespace: home.name, service, placement, containers },
        ...{ slices: releases.slices, objectives: releases.objectives, metrics: releases.metrics },
        requestTimeoutSeconds: releases.requestTimeoutSeconds,
        environment: this.environment(props, service),
        smoke: { program: program.name, checks: releases.checks[service] ?? [] },
        dependsOn: [...home.ready, program.resource],
      });
    }
  }

  /** What a service is told of its place. `docs/guides/delivery.md` explains each. */
  private environment(
    { tier, tenantId, databases, dbUser, cache, cacheOwner }: ServiceReleasesProps,
    service: string,
  ): Readonly<Record<string, string>> {
    const placement = placementOf(this);
    const owner = cacheOwner(service);
    const hosts = Object.entries(databases).map(
      ([name, { endpoint, readerEndpoint }]) => [name, { writer: endpoint, reader: readerEndpoint }] as const,
    );
    // One port and one name for all: they are the platform's own.
    const [{ port, databaseName }] = Object.values(databases) as [NamedDatabases[string]];
    return {
      TIER: tier,
      CELL: placement.cell ?? '',
      ...(tenantId !== undefined && { TENANT: tenantId }),
      AWS_REGION: placement.region,
      DATABASE_HOSTS: JSON.stringify(Object.fromEntries(hosts)),
      DATABASE_PORT: String(port),
      DATABASE_NAME: databaseName,
      DATABASE_USER: dbUser,
      ...(owner && {
        CACHE_ENDPOINT: cache.endpoint,
        CACHE_PORT: cache.port,
        CACHE_NAME: cache.replicationGroupId,
        CACHE_USER: cacheUserId(placement, owner),
        CACHE_PREFIX: keyPrefix(owner),
      }),
    };
  }
}
