import type { Phase, PhaseContext } from '../operation';
import { LifecycleError } from '../mistake';
import type { Manifest } from './export/manifest';
import { compareWithDatabase, readBack } from './export/verify';
import { writeExport } from './export/write';
import { belongingsOf, type Leaving } from './leaving';

/** Exports the tenant's rows, anew with each call. @returns facts */
export async function take(leaving: Leaving, context: PhaseContext): Promise<Record<string, string>> {
  const { surroundings } = leaving;
  const { item } = context;
  const place = leaving.place(context);
  const { name, environment } = surroundings.platform();
  const props = {
    subject: {
      tenant: leaving.tenantId,
      ...(item.name !== undefined && { name: item.name }),
      tier: item.tier,
      platform: name,
      environment,
      ...(place && { place }),
      operation: item.operation?.key ?? '',
    },
    store: await leaving.store(context),
    isWhole: place !== undefined && belongingsOf(place) === 'stack',
    now: surroundings.now(),
    note: (text: string) => {
      context.note(text);
    },
  };
  const rows = leaving.rowsAt(context);
  const { manifest, hash } = await (rows
    ? leaving.inDatabase(rows, (client) => writeExport({ ...props, client }))
    : writeExport({ ...props, client: undefined }));
  const exported = `${manifest.tables.length} tables, ${manifest.rows} rows, ${manifest.bytes} bytes`;
  context.note(`${exported} in ${props.store.where}, manifest ${hash.slice(0, 12)}`);
  return { manifest: hash, exported };
}

/** What {@link check} has found. */
export interface Checked {
  readonly manifest: Manifest;
  /** Of the export: it cannot be relied on. */
  readonly damage: readonly string[];
  /** Between export and database: it is not what is there. */
  readonly changes: readonly string[];
}

/**
 * Reads the export back, every byte of it, and compares it with what is in the database now.
 *
 * @throws LifecycleError when there is no manifest, or another one
 */
export async function check(leaving: Leaving, context: PhaseContext, hash: string): Promise<Checked> {
  const { manifest, problems } = await readBack(await leaving.store(context), hash);
  const place = leaving.rowsAt(context);
  const changes = place
    ? await leaving.inDatabase(place, (client) =>
        compareWithDatabase(client, manifest, belongingsOf(place) === 'stack'),
      )
    : [];
  return { manifest, damage: problems, changes };
}

export const exportPhase = (leaving: Leaving): Phase => ({
  name: 'export',
  title: 'exports its rows',
  run: async (context) => ({ facts: await take(leaving, context) }),
  async undo(context) {
    const { where } = await leaving.store(context);
    context.note(`the export stays in ${where}: it is yours to delete`);
  },
});

/** How often an export is made anew that is not what is in the database, or cannot be read. */
const ATTEMPTS = 3;

/** A copy that was not read back is no copy. */
export const verifyPhase = (leaving: Leaving): Phase => ({
  name: 'verify',
  title: 'reads the export back, and compares it with the database',
  async run(context) {
    let facts: Record<string, string> = {};
    for (let attempt = 1; ; attempt += 1) {
      const hash = facts['manifest'] ?? context.facts['manifest'] ?? '';
      const { manifest, damage, changes } = await check(leaving, context, hash);
      const problems = [...damage, ...changes];
      if (problems.length === 0) {
        context.note(
          `${manifest.tables.length} files read: hashes, ${manifest.rows} rows and their checksums are right`,
        );
        return { facts: { ...facts, verifiedAt: new Date(leaving.surroundings.now()).toISOString() } };
      }
      if (attempt === ATTEMPTS) throw notWhatIsThere(problems);
      for (const problem of problems) context.note(problem);
      context.note('exports again');
      facts = { ...facts, ...(await take(leaving, context)) };
    }
  },
});

const notWhatIsThere = (problems: readonly string[]): LifecycleError =>
  new LifecycleError(`the export is not what is in the database: ${problems.join('; ')}`, [
    'stop what still writes rows of the tenant, such as jobs of its services, and run the same command again',
  ]);
