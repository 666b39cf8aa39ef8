import { ADMIN, install, startInstalled, type Row, type Server } from '../support/postgres';

const ROWS = 1_000_000;
const TENANTS = 1_000;
const ALLOWED_OVERHEAD = 0.1;

/**
 * The policy costs a fixed time per statement (planning it, reading the tenant once) and nothing per row. Under a
 * statement that only fetches one row by its key, that fixed time is most of the work, so there it is bounded itself.
 */
const ALLOWED_FIXED_MS = 0.06;

/** Name, what follows FROM <table> [WHERE tenant_id = …], repetitions, and whether the share is asserted. */
const QUESTIONS: readonly (readonly [string, string, number, 'share' | 'fixed'])[] = [
  ['sum over a tenant (1,000 rows)', 'SELECT sum(amount) FROM @', 1500, 'share'],
  ['newest 200 of a tenant', 'SELECT id, body FROM @ ORDER BY id DESC LIMIT 200', 1500, 'share'],
  ['one row by key', 'SELECT body FROM @ AND id = 500123', 3000, 'fixed'],
];
const TENANT = 't124';
const byHand = (question: string): string => question.replace('@', `app.entry WHERE tenant_id = '${TENANT}'`);
const byPolicy = (question: string): string => question.replace('@', 'app.entry WHERE true');

/**
 * Row-level security against `WHERE tenant_id = …` by a superuser, whom policies pass over: the same million rows and the
 * same index, in one run, one statement of each in turn.
 */
describe('the cost of row-level security', () => {
  // Measured again where another program took the machine in between.
  jest.retryTimes(3, { logErrorsBeforeRetry: true });

  let server: Server;
  beforeAll(async () => {
    server = await startInstalled();
    await install(server);
    const columns = 'id bigint, amount int NOT NULL, body text NOT NULL';
    await server.run(
      'bulkhead_migrator',
      `
      CREATE TABLE app.entry (${columns}, PRIMARY KEY (id));
      SELECT tenancy.isolate('app.entry')`,
    );
    // Rows of all tenants lie mixed, as they do when many write at once.
    const rows = `(id, amount, body, tenant_id) SELECT n, n % 97, 'entry number ' || n, 't' || (n % ${TENANTS} + 1) FROM generate_series(1, ${ROWS}) n`;
    await server.run(ADMIN, `INSERT INTO app.entry ${rows}`);
    await server.run(ADMIN, 'VACUUM (ANALYZE) app.entry');
    await server.run(ADMIN, 'BEGIN');
    await server.run(ADMIN, `SELECT set_config('app.tenant_id', '${TENANT}', true)`);
  }, 300_000);
  afterAll(() => server.close());

  const planOf = (rows: Row[]): string => rows.map((row) => String(row['QUERY PLAN'])).join('\n');

  it.each(QUESTIONS)(
    'is bounded, with the index used: %s',
    async (name, question, repetitions, bound) => {
      const policyPlan = planOf(
        await server.run(ADMIN, `SET LOCAL ROLE bulkhead_starter; EXPLAIN ${byPolicy(question)}`),
      );
      expect(policyPlan).toMatch(/(Index|Bitmap Index|Index Only) Scan[^\n]* (using|on) entry_pkey/);
      expect(policyPlan).toMatch(/Index Cond: .*tenant_id = COALESCE/);
      expect(policyPlan).not.toContain('Seq Scan');

      const samples: { hand: number[]; policy: number[] } = { hand: [], policy: [] };
      // One session for both, or the two server processes' caches would be compared. Once untimed after each change of
      // role, for PostgreSQL remembers the memberships of one role only.
      const time = async (role: string, sql: string): Promise<number> => {
        await server.run(ADMIN, `SET LOCAL ROLE ${role}`);
        await server.run(ADMIN, sql);
        const start = process.hrtime.bigint();
        await server.run(ADMIN, sql);
        return Number(process.hrtime.bigint() - start) / 1e6;
      };
      for (let round = 0; round < repetitions + 100; round++) {
        // Alternate who goes first, so that neither profits from the other's warm caches.
        const turns = ['hand', 'policy'] as const;
        for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
          const took = await (turn === 'hand'
            ? time(ADMIN, byHand(question))
            : time('bulkhead_starter', byPolicy(question)));
          if (round >= 100) samples[turn].push(took);
        }
      }
      const median = (values: number[]): number =>
        [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
      const [hand, policy] = [median(samples.hand), median(samples.policy)];
      process.stdout.write(
        `${name}: by hand ${hand.toFixed(3)} ms, by policy ${policy.toFixed(3)} ms, overhead ${((policy / hand - 1) * 100).toFixed(1)} %\n`,
      );
      if (bound === 'share') expect(policy / hand - 1).toBeLessThan(ALLOWED_OVERHEAD);
      else expect(policy - hand).toBeLessThan(ALLOWED_FIXED_MS);
    },
    120_000,
  );
});
