/** Where jobs run that change databases' roles and schemas. Nothing else runs here. */
export const MIGRATION_NAMESPACE = 'data-migrations';

/** How all that belongs to a job that applies the platform's SQL is named; the database follows: `tenancy-shard-1`. */
export const TENANCY_PREFIX = 'tenancy-';
