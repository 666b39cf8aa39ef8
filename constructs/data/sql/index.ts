import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of one application's database login, for example `bulkhead_starter`. */
export type DatabaseLogin = string;

/** The platform's SQL for one database, ready to be applied. */
export interface TenancySql {
  /** One script: all files in order and the logins, in one transaction. Safe to apply again at any time. */
  readonly script: string;

  /** First 16 hex digits of the script's SHA-256: changes whenever the script does, so a job can be named by it. */
  readonly hash: string;
}

/** The SQL files in the order of their numbers. `directory` is where they are: beside this module by default. */
export function tenancySqlFiles(directory: string = __dirname): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /^\d{3}-[a-z-]+\.sql$/.test(name))
    .sort();
}

/**
 * The script that gives a database row-level security, with one login for each application.
 *
 * Apply it as the cluster's administrator through any client that sends several statements at once
 * (`psql --set ON_ERROR_STOP=1 --file`, or a driver's simple query).
 *
 * @throws Error naming every login whose name PostgreSQL or IAM would not take as it is.
 */
export function tenancySql(logins: readonly DatabaseLogin[], directory: string = __dirname): TenancySql {
  const wrong = logins.filter(
    (login) => !/^bulkhead_(?!admin$|app$|migrator$|mover$|owner$)[a-z][a-z0-9_]{1,52}$/.test(login),
  );
  if (wrong.length > 0) {
    throw new Error(
      `database logins must be "bulkhead_" and 2-53 lowercase letters, digits and underscores, and none of the ` +
        `platform's own roles (admin, app, migrator, mover, owner), got ${wrong.map((login) => `'${login}'`).join(', ')}`,
    );
  }

  const files = tenancySqlFiles(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  // Logins come before the last file, which checks everything that was done.
  const loginCalls = [...logins].sort().map((login) => `SELECT tenancy.ensure_login('${login}');\n`);
  const script = ['BEGIN;\n', ...files.slice(0, -1), ...loginCalls, ...files.slice(-1), 'COMMIT;\n'].join(
    '\n',
  );
  return { script, hash: createHash('sha256').update(script).digest('hex').slice(0, 16) };
}
