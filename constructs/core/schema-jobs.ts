import { createHash } from 'node:crypto';

/**
 * Jobs that change the schema of one database, as whoever makes them possible and whoever starts them agree on. Pure:
 * programs of `services/` share it.
 *
 * Config map `schema-<database>` of the migrations' namespace holds the job as JSON, all but what a release decides, under
 * {@link SCHEMA_JOB_KEY}. `fillSchemaJob` makes an object of it that Kubernetes takes.
 *
 * Its pod has three steps, one after the other, and a sidecar that keeps a token of the database fresh: `check` (init
 * container) looks whether the phase is possible, `pgroll` (init container) does it, `verify` (container) looks at what came
 * of it. Each tells its reason as its termination message. `check` ends with {@link CHECK_EXITS} where more is to be known
 * than that it failed.
 */

/** Phases of a schema change: adds what the new release needs, removes what no release needs, takes an expansion back. */
export const SCHEMA_PHASES = ['expand', 'contract', 'rollback'] as const;
export type SchemaPhase = (typeof SCHEMA_PHASES)[number];

/** Key of the config map under which the job stands. */
export const SCHEMA_JOB_KEY = 'job';

/** Steps of the job's pod, by the name of their container. */
export const SCHEMA_STEPS = { token: 'token', check: 'check', pgroll: 'pgroll', verify: 'verify' } as const;

/**
 * Exit codes of `check` that are no failure of the job. `nothingToDo`: the database is already where the phase leads.
 * `interrupted`: an earlier attempt to expand with this migration ended in its midst; run `rollback`, then `expand` again.
 */
export const CHECK_EXITS = { nothingToDo: 3, interrupted: 4 } as const;

/** Schema of the tenants' tables, and that in which pgroll keeps its history. */
export const TENANT_SCHEMA = 'app';
export const STATE_SCHEMA = 'pgroll';

/** Database user of schema changes: `constructs/data/sql/002-roles.sql`. */
export const MIGRATOR = 'bulkhead_migrator';

/**
 * How pgroll is told where the database is. The password is not in it: pgroll's driver looks into the file that `PGPASSFILE`
 * names, for each connection anew: `handlePgpass`, lib/pq.
 *
 * @param rootCertificate path of the certificate that the server's must go back to
 */
export const pgrollUrl = (at: {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly rootCertificate: string;
}): string =>
  `postgres://${at.user}@${at.host}:${String(at.port)}/${at.database}?sslmode=verify-full&sslrootcert=${at.rootCertificate}&connect_timeout=10`;

/** Where the steps find the migrations, and a database's files of a schema change: one file a migration, named by it. */
export const MIGRATIONS_PATH = '/migrations';

/** What stands for what a release decides. */
export const SCHEMA_PLACEHOLDERS = {
  job: '__JOB__',
  phase: '__PHASE__',
  migration: '__MIGRATION__',
  migrations: '__MIGRATIONS__',
} as const;

/** A migration's name: name of its file without extension. `app_` and the name is a schema, and PostgreSQL cuts at 63. */
export const MIGRATION_NAME = /^[a-z0-9_]{1,40}$/;

/** Schema of views through which a release sees the tables: pgroll puts the schema's name before the migration's. */
export const versionSchema = (migration: string): string => `${TENANT_SCHEMA}_${migration}`;

export interface SchemaChange {
  readonly phase: SchemaPhase;

  /** Migration that the release needs: the last of its files. */
  readonly migration: string;

  /** Config map with all migrations so far, one key a file: `02_split_name.yaml`. */
  readonly configMap: string;

  /** What tells attempts apart: a job that has failed keeps its name. */
  readonly attempt: string;
}

type Container = Readonly<Record<string, unknown>>;
interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly initContainers: readonly Container[] } };
  };
}

/** What pgroll is asked, beside what the template says about expanding: "Command line reference", pgroll documentation. */
const COMMANDS: Readonly<Record<Exclude<SchemaPhase, 'expand'>, string>> = {
  contract: 'complete',
  rollback: 'rollback',
};

/**
 * The job for one phase, ready for Kubernetes. The same change has the same name.
 *
 * @param template content of {@link SCHEMA_JOB_KEY}
 * @param database `shard-1`, `tenant-acme`: the config map's name without `schema-`
 * @throws Error if the migration's or the config map's name could be something else in JSON, or no file of pgroll's
 */
export function fillSchemaJob(template: string, database: string, change: SchemaChange): Job {
  const { phase, migration, configMap } = change;
  if (!MIGRATION_NAME.test(migration)) {
    throw new Error(
      `migration must be 1-40 lowercase letters, digits and underscores, got ${JSON.stringify(migration)}`,
    );
  }
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(configMap)) {
    throw new Error(`configMap must be a name that Kubernetes takes, got ${JSON.stringify(configMap)}`);
  }
  const values = { job: schemaJobName(database, change), phase, migration, migrations: configMap };
  const filled = Object.entries(SCHEMA_PLACEHOLDERS).reduce(
    (text, [key, placeholder]) => text.replaceAll(placeholder, values[key as keyof typeof values]),
    template,
  );
  const job = JSON.parse(filled) as Job;
  if (phase === 'expand') return job;
  const { spec } = job.spec.template;
  const initContainers = spec.initContainers.map((step) =>
    step['name'] === SCHEMA_STEPS.pgroll ? { ...step, args: [COMMANDS[phase]] } : step,
  );
  return {
    ...job,
    spec: { ...job.spec, template: { ...job.spec.template, spec: { ...spec, initContainers } } },
  };
}

/** Name of the job for one attempt at a phase: at most 60 characters, for Kubernetes makes a label of it. */
export function schemaJobName(database: string, change: SchemaChange): string {
  const { phase, migration, configMap, attempt } = change;
  const hash = createHash('sha256')
    .update(JSON.stringify([phase, migration, configMap, attempt]))
    .digest('hex')
    .slice(0, 12);
  return `schema-${database}-${hash}`;
}
