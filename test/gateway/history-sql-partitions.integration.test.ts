/** @jest-environment ./test/support/pglite-environment.ts */
import fc from 'fast-check';
import {
  BUCKETS_PER_PARTITION,
  NO_TENANT_PARTITION,
  partitionOfBucket,
} from '../../constructs/core/access-log';
import { bucketOf, BUCKETS } from '../../constructs/core/tenant-token';
import { historyOfTenant, partitionSql, requestsWithoutTenant } from '../../constructs/gateway/history-sql';
import { ADMIN, type Server, startEmbedded } from '../support/postgres';

/** Functions of Athena that PostgreSQL has under other names, so that it runs the very expression. */
const ATHENA = `
  CREATE FUNCTION to_utf8(text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT convert_to($1, 'UTF8') $$;
  CREATE FUNCTION to_hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(encode($1, 'hex')) $$;
  CREATE FUNCTION from_base(text, int) RETURNS bigint LANGUAGE sql IMMUTABLE
    AS $$ SELECT ('x' || lpad($1, 16, '0'))::bit(64)::bigint WHERE $2 = 16 $$;
`;

let server: Server;
beforeAll(async () => {
  server = await startEmbedded();
  await server.run(ADMIN, ATHENA);
}, 60_000);
afterAll(() => server.close());

/** What the expression says of each tenant. */
async function computed(tenants: readonly string[]): Promise<readonly number[]> {
  const rows = await server.query(
    ADMIN,
    `SELECT ${partitionSql('tenant')} AS pair FROM unnest($1::text[]) WITH ORDINALITY AS of(tenant, at) ORDER BY at`,
    [tenants],
  );
  return rows.map(({ pair }) => Number(pair));
}

const filed = (tenant: string): number => partitionOfBucket(bucketOf(tenant));

it('is computed in SQL as it was filed, for every tenant', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-z][a-z0-9]*(-[a-z0-9]+){0,2}$/), { minLength: 1, maxLength: 200 }),
      async (tenants) => {
        expect(await computed(tenants)).toEqual(tenants.map(filed));
      },
    ),
    { numRuns: 50 },
  );
});

it('is computed alike for tenants of every bucket', async () => {
  const tenants = Array.from({ length: 4000 }, (_, index) => `tenant-${String(index)}`);
  expect(new Set(tenants.map(bucketOf)).size).toBe(BUCKETS);
  expect(await computed(tenants)).toEqual(tenants.map(filed));
});

it('leaves room for midnight, when the partitions of two days are open', () => {
  const partitions = BUCKETS / BUCKETS_PER_PARTITION + 1;
  expect(2 * partitions).toBeLessThanOrEqual(500);
});

it('is no tenant’s when there was none', () => {
  const all = Array.from({ length: BUCKETS }, (_, bucket) => partitionOfBucket(bucket));
  expect(Math.max(...all)).toBe(NO_TENANT_PARTITION - 1);
  expect(requestsWithoutTenant('requests')).toContain('tenant IS NULL\n  AND pair = 128\n');
});

describe('the history of one tenant', () => {
  const query = historyOfTenant('requests');

  it('asks for the tenant itself and for its partition, by the same id', () => {
    expect(query.match(/\?/g)).toHaveLength(4);
    expect(query).toContain(`WHERE tenant = ?\n  AND pair = ${partitionSql('?')}\n  AND day BETWEEN ? AND ?`);
  });

  it('computes the partition from nothing but the id, so that it is known before anything is read', () => {
    expect(partitionSql('?')).toBe(
      'CAST(from_base(substr(to_hex(sha256(to_utf8(?))), 1, 2), 16) / 2 AS integer)',
    );
  });
});
