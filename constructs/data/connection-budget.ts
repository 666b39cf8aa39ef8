/**
 * `max_connections` of Aurora PostgreSQL Serverless v2 by the cluster's *maximum* capacity, which is what AWS derives
 * it from; it does not shrink as the cluster scales in. Rows are [maximum ACU, connections].
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
 */
const MAX_CONNECTIONS_BY_MAX_ACU: readonly (readonly [number, number])[] = [
  [1, 189],
  [4, 823],
  [8, 1669],
  [16, 3360],
  [32, 5000],
];

/** With a minimum of 0 or 0.5 ACU, AWS caps `max_connections` at this (same page). */
const CAP_BELOW_ONE_ACU = 2000;

/**
 * Memory of a backend that works, in MiB: what a connection costs at minimum capacity, when the limit above has not
 * shrunk but the memory has. An assumption, on the high side of the 2-10 MiB commonly measured for PostgreSQL.
 */
const MIB_PER_CONNECTION = 10;

/** Memory of one ACU, in MiB ("approximately 2 GiB", same page). */
const MIB_PER_ACU = 2048;

/** Share of memory that connections may take; the rest is for shared buffers, sorting and the operating system. */
const CONNECTION_MEMORY_SHARE = 0.25;

/** Connections kept for administrators, replication, monitoring and the migration job. */
export const RESERVED_CONNECTIONS = 20;

/** Capacity range of a cluster, in ACU. */
export interface ClusterCapacity {
  readonly minAcu: number;
  readonly maxAcu: number;
}

/** One tier's demand on a cluster. */
export interface ConnectionDemand {
  readonly tier: string;
  /** Most pods that the tier's autoscaling may run, over all services that use the cluster. */
  readonly maxPods: number;
  /** Connections that each pod's pool may open. */
  readonly poolSize: number;
}

/** What is compared. All counts are connections. */
export interface ConnectionBudget {
  /** Pods × pool size, summed over tiers. */
  readonly demanded: number;
  /** `max_connections` of the cluster. */
  readonly maxConnections: number;
  /** What memory carries at minimum capacity. */
  readonly carriedAtMinimum: number;
  /** What applications may open: the lesser of the proxy's share and the memory's, without the reserve. */
  readonly allowed: number;
  readonly kept: boolean;
  /** The arithmetic in one paragraph, with a remedy where the budget is broken. */
  readonly message: string;
}

/**
 * `max_connections` that AWS sets for a capacity range: the table's row at or below `maxAcu`, so never more than there
 * will be.
 *
 * @throws Error below the table's first row (1 ACU) or with a minimum above the maximum.
 */
export function maxConnections({ minAcu, maxAcu }: ClusterCapacity): number {
  const row = MAX_CONNECTIONS_BY_MAX_ACU.findLast(([acu]) => acu <= maxAcu);
  if (row === undefined || minAcu > maxAcu) {
    throw new Error(`capacity must be a range whose maximum is 1 ACU or more, got ${minAcu}-${maxAcu}`);
  }
  return minAcu < 1 ? Math.min(CAP_BELOW_ONE_ACU, row[1]) : row[1];
}

/**
 * Compares the connections that all pods may open with those that the proxy may open and the cluster can carry at
 * its minimum capacity, for that is when a burst arrives.
 *
 * ```text
 * demanded         = Σ maxPods × poolSize
 * carriedAtMinimum = floor(minAcu × 2048 MiB × 0.25 / 10 MiB)
 * allowed          = min(floor(maxConnections × proxyPercent / 100), carriedAtMinimum, maxConnections) − 20
 * ```
 *
 * Multiplexing is not counted on: a pinned session or a slow transaction holds its connection, and a budget that
 * holds only on good days is none.
 *
 * @param proxyPercent RDS Proxy's `max_connections_percent`, 1-100; 100 without a proxy.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-proxy-connections.html
 * @throws Error if a number is out of range.
 */
export function connectionBudget(
  cluster: string,
  capacity: ClusterCapacity,
  proxyPercent: number,
  demands: readonly ConnectionDemand[],
): ConnectionBudget {
  const problems = [
    ...(Number.isInteger(proxyPercent) && proxyPercent >= 1 && proxyPercent <= 100
      ? []
      : [`max_connections_percent must be a whole number from 1 to 100, got ${proxyPercent}`]),
    ...demands
      .filter(
        ({ maxPods, poolSize }) =>
          !Number.isInteger(maxPods) || maxPods < 0 || !Number.isInteger(poolSize) || poolSize < 1,
      )
      .map(
        ({ tier, maxPods, poolSize }) =>
          `${tier}: pods and pool size must be whole, at least 0 and 1, got ${maxPods} and ${poolSize}`,
      ),
  ];
  if (problems.length > 0)
    throw new Error(
      `invalid connection budget of ${cluster}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );

  const demanded = demands.reduce((sum, { maxPods, poolSize }) => sum + maxPods * poolSize, 0);
  const limit = maxConnections(capacity);
  const byProxy = Math.floor((limit * proxyPercent) / 100);
  const carriedAtMinimum = Math.floor(
    (capacity.minAcu * MIB_PER_ACU * CONNECTION_MEMORY_SHARE) / MIB_PER_CONNECTION,
  );
  const allowed = Math.max(0, Math.min(byProxy, carriedAtMinimum) - RESERVED_CONNECTIONS);
  const kept = demanded <= allowed;

  const terms =
    demands.map(({ tier, maxPods, poolSize }) => `${tier} ${maxPods} pods × ${poolSize}`).join(' + ') ||
    'no pods';
  const arithmetic =
    `${cluster}: ${terms} = ${demanded} connections; allowed are ${allowed} = the lesser of ${byProxy} ` +
    `(${proxyPercent} % of max_connections ${limit} at ${capacity.maxAcu} ACU maximum) and ${carriedAtMinimum} (memory at ` +
    `${capacity.minAcu} ACU minimum, ${MIB_PER_CONNECTION} MiB each), less ${RESERVED_CONNECTIONS} reserved`;
  const wantedAcu =
    Math.ceil(
      ((demanded + RESERVED_CONNECTIONS) * MIB_PER_CONNECTION) /
        (MIB_PER_ACU * CONNECTION_MEMORY_SHARE) /
        0.5,
    ) * 0.5;
  const remedy =
    byProxy < demanded + RESERVED_CONNECTIONS
      ? `lower the pods' ceilings or pool sizes by ${demanded - allowed} connections in all, or raise the proxy's share or the maximum capacity`
      : `raise the minimum capacity to ${wantedAcu} ACU, or lower the pods' ceilings or pool sizes by ${demanded - allowed} connections in all`;
  return {
    demanded,
    maxConnections: limit,
    carriedAtMinimum,
    allowed,
    kept,
    message: kept ? arithmetic : `${arithmetic}. Remedy: ${remedy}`,
  };
}
