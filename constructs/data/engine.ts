/** What every database of the platform has in common. */

/** Engine as RDS names it. */
export const ENGINE = 'aurora-postgresql';

/**
 * PostgreSQL major versions that the shipped SQL is proven on, newest last. Only the major version is pinned: AWS retires
 * minor versions after about a year and upgrades them by force, so minor upgrades are left to each cluster's own
 * maintenance window. "Amazon Aurora version policy", Aurora User Guide.
 */
export const POSTGRES_VERSIONS = ['16', '17'] as const;
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

export const PORT = 5432;

/** What listens, for rules of security groups. */
export const POSTGRESQL = { protocol: 'PostgreSQL', port: PORT } as const;

/** The one database in each cluster. */
export const DATABASE_NAME = 'bulkhead';

/** Administrator that RDS makes. Only the job that applies the platform's SQL logs in as it. */
export const MASTER_USER = 'platform_root';

/** Certificate authority of the instances' TLS certificates; valid until 2061. */
export const CERTIFICATE_AUTHORITY = 'rds-ca-rsa2048-g1';

/** Aurora's continuous backup can be restored up to this long ago, in minutes: "Backing up and restoring", Aurora User Guide. */
export const POINT_IN_TIME_LAG_MINUTES = 5;
