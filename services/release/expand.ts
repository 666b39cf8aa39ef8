import { MINUTE_MS } from './clock';
import type { Context, Summary } from './context';
import { inBatches } from './batches';
import { type Migrations, publishMigrations, readMigrations } from './migrations-folder';
import { Failure } from './output';
import { DatabaseSchema } from './schema-change';
import { reasonAgainst, type SchemaState } from './schema-state';
import type { ExpandSettings } from './settings';

/**
 * Gives databases what a release needs, beside what the release before needs: the first alone, then some at a time.
 *
 * @throws Failure when a database cannot get it. It is left as it was, the others as they are
 */
export async function expand(settings: ExpandSettings, context: Context): Promise<Summary> {
  const { clock, kubernetes, output } = context;
  const { DATABASES, SCHEMA, RELEASE, PARALLEL, DEADLINE_MINUTES } = settings;
  const migrations = readMigrations(settings.MIGRATIONS_FOLDER, SCHEMA);
  await publishMigrations(kubernetes, migrations);
  const changed = await inBatches(DATABASES, PARALLEL, output, async (database, stop) => {
    const deadline = clock.now() + DEADLINE_MINUTES * MINUTE_MS;
    const schema = new DatabaseSchema(context, database, deadline, stop);
    const state = await schema.settled();
    if (reasonAgainst(database, state, SCHEMA) === undefined) {
      output.tell(`${database} has ${SCHEMA} already (${state.phase} at ${state.at} by ${state.release})`);
      return false;
    }
    refuse(database, state, migrations, SCHEMA);
    await schema.change({
      ...{ phase: 'expand', migration: SCHEMA, configMap: migrations.configMap, release: RELEASE },
    });
    return true;
  });
  return { migration: SCHEMA, databases: DATABASES.length, changed };
}

/** @throws Failure when a database may not get the migration now */
function refuse(database: string, state: SchemaState, { names }: Migrations, wanted: string): void {
  const { migration, phase, at, release } = state;
  // Nothing has ever run on it, so nothing can miss what is taken away in between.
  if (migration === '') return;
  if (wanted < migration) {
    throw new Failure(
      reasonAgainst(database, state, wanted) ?? '',
      'this release cannot come back: release a newer one that repairs what made you go back.',
    );
  }
  if (!names.includes(migration)) {
    throw new Failure(
      `${database} is at ${migration}, which is not among the migrations of this release: ${names.join(', ')}`,
      'migrations are never removed and never renamed. Put it back, then release again.',
    );
  }
  if (phase === 'expanded') {
    throw new Failure(
      `${database} got ${migration} by ${release} at ${at}, and the one before is still there for releases that need it: a schema has one change at a time`,
      "let the service's contract pipeline remove the old side, which it does when everybody has run the newer release for long enough, then run the step again.",
    );
  }
  const pending = names.slice(names.indexOf(migration) + 1);
  if (pending.length > 1) {
    throw new Failure(
      `${database} is at ${migration}, and the release brings ${String(pending.length)} migrations at once: ${pending.join(', ')}`,
      'release them one after the other: to begin the second, the first would have to lose what the running release needs.',
    );
  }
}
