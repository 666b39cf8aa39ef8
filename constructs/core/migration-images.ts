/**
 * Images of the jobs that change databases. Public mirrors of AWS where there is one, so no login and no rate limit of others.
 * By version and not by digest: whoever mirrors them should pin the digests found there, for their pods may change every
 * tenant's rows.
 */
export const MIGRATION_IMAGES = {
  aws: 'public.ecr.aws/aws-cli/aws-cli:2.31.0',
  postgres: 'public.ecr.aws/docker/library/postgres:17.7',
  // The program and nothing else, no shell: `Dockerfile`, xataio/pgroll.
  pgroll: 'ghcr.io/xataio/pgroll:v0.16.3',
} as const;

/** All that jobs of schema changes may run. */
export const SCHEMA_IMAGES: readonly string[] = Object.values(MIGRATION_IMAGES);
