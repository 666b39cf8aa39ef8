import { join } from 'node:path';
import { loadPlatform } from '../../config/load';
import type { Cell, Platform, Tenant } from '../../config/platform';
import { checkGuarantees } from '../../guarantees';
import { requireKept } from '../../guarantees/guarantee';
import { quota } from '../../guarantees/quota';

const prod = loadPlatform(join(__dirname, '../..'), 'prod');

const withLoad = (load: Partial<Platform['load']>, platform = prod): Platform => ({
  ...platform,
  load: { ...platform.load, ...load },
});
const withCells = (change: (cell: Cell) => Partial<Cell>, platform = prod): Platform => ({
  ...platform,
  cells: platform.cells.map((cell) => ({ ...cell, ...change(cell) })),
});
const withQuotas = (quotas: Partial<Cell['quotas']>, platform = prod): Platform =>
  withCells((cell) => ({ quotas: { ...cell.quotas, ...quotas } }), platform);

/** So many dedicated tenants in the first cell. */
const withTenants = (count: number): Platform => {
  const [like] = prod.tenants;
  const [cell] = prod.cells;
  if (!like || !cell) throw new Error('prod has no tenant');
  const tenants = Array.from({ length: count }, (_, index): Tenant => ({
    ...like,
    id: `t${String(index)}`,
    cell: cell.id,
  }));
  return { ...prod, tenants };
};

const of = (subject: string, platform: Platform) => {
  const verdict = quota(platform).find((each) => each.subject.includes(subject));
  if (!verdict) throw new Error(`no verdict about ${subject}`);
  return verdict;
};
const pool = (platform: Platform) => of('use1a: user pool', platform);
const signIn = (platform: Platform) => of('us-east-1 (use1a)', platform);

describe('the quota guarantee', () => {
  it('is kept in prod, with every number as evidence', () => {
    expect(new Set(quota(prod).map(({ outcome }) => outcome))).toEqual(new Set(['kept']));
    expect(quota(prod)).toMatchInlineSnapshot(`
     [
       {
         "evidence": "app clients: 5 of 1000; resource servers: 3 of 25; identity providers: 2 of 300; scopes of a resource server: 2 of 100; styles of sign-in pages: 1 of 20",
         "guarantee": "quota",
         "measures": [
           {
             "limit": 1000,
             "unit": "app clients",
             "used": 5,
           },
           {
             "limit": 25,
             "unit": "resource servers",
             "used": 3,
           },
           {
             "limit": 300,
             "unit": "identity providers",
             "used": 2,
           },
           {
             "limit": 100,
             "unit": "scopes of a resource server",
             "used": 2,
           },
           {
             "limit": 20,
             "unit": "styles of sign-in pages",
             "used": 1,
           },
         ],
         "outcome": "kept",
         "subject": "use1a: user pool",
       },
       {
         "evidence": "app clients: 5 of 1000; resource servers: 3 of 25; identity providers: 2 of 300; scopes of a resource server: 2 of 100; styles of sign-in pages: 1 of 20",
         "guarantee": "quota",
         "measures": [
           {
             "limit": 1000,
             "unit": "app clients",
             "used": 5,
           },
           {
             "limit": 25,
             "unit": "resource servers",
             "used": 3,
           },
           {
             "limit": 300,
             "unit": "identity providers",
             "used": 2,
           },
           {
             "limit": 100,
             "unit": "scopes of a resource server",
             "used": 2,
           },
           {
             "limit": 20,
             "unit": "styles of sign-in pages",
             "used": 1,
           },
         ],
         "outcome": "kept",
         "subject": "usw2a: user pool",
       },
       {
         "evidence": "tokens of people a second: 42.25 of 120; tokens of machines a second: 42.25 of 150; federated sign-ins a second: 0.58 of 25; token functions at the same time, if each waits as long as it may: 63.37 of 1000; sign-in domains: 1 of 4",
         "guarantee": "quota",
         "measures": [
           {
             "limit": 120,
             "unit": "tokens of people a second",
             "used": 42.25,
           },
           {
             "limit": 150,
             "unit": "tokens of machines a second",
             "used": 42.25,
           },
           {
             "limit": 25,
             "unit": "federated sign-ins a second",
             "used": 0.58,
           },
           {
             "limit": 1000,
             "unit": "token functions at the same time, if each waits as long as it may",
             "used": 63.37,
           },
           {
             "limit": 4,
             "unit": "sign-in domains",
             "used": 1,
           },
         ],
         "outcome": "kept",
         "subject": "account 222222222222 in us-east-1 (use1a): sign-in",
       },
       {
         "evidence": "tokens of people a second: 42.25 of 120; tokens of machines a second: 42.25 of 150; federated sign-ins a second: 0.58 of 25; token functions at the same time, if each waits as long as it may: 63.37 of 1000; sign-in domains: 1 of 4",
         "guarantee": "quota",
         "measures": [
           {
             "limit": 120,
             "unit": "tokens of people a second",
             "used": 42.25,
           },
           {
             "limit": 150,
             "unit": "tokens of machines a second",
             "used": 42.25,
           },
           {
             "limit": 25,
             "unit": "federated sign-ins a second",
             "used": 0.58,
           },
           {
             "limit": 1000,
             "unit": "token functions at the same time, if each waits as long as it may",
             "used": 63.37,
           },
           {
             "limit": 4,
             "unit": "sign-in domains",
             "used": 1,
           },
         ],
         "outcome": "kept",
         "subject": "account 333333333333 in us-west-2 (usw2a): sign-in",
       },
       {
         "evidence": "reads of a table a second: 84.49 of 24000; reads of one tenant a second: 84.49 of 6000",
         "guarantee": "quota",
         "measures": [
           {
             "limit": 24000,
             "unit": "reads of a table a second",
             "used": 84.49,
           },
           {
             "limit": 6000,
             "unit": "reads of one tenant a second",
             "used": 84.49,
           },
         ],
         "outcome": "kept",
         "subject": "tenant registry: reads",
       },
     ]
    `);
  });

  it('is among those that synth and check ask', () => {
    expect(new Set(checkGuarantees(prod).map(({ guarantee }) => guarantee))).toContain('quota');
  });

  it('is kept up to the last resource server and broken by the next, with what to do', () => {
    // One is the API's.
    expect(pool(withTenants(24)).outcome).toBe('kept');
    expect(pool(withTenants(25))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining(
        'Remedy: have the quota of resource servers raised to 26 or more, then set quotas.resourceServersPerPool',
      ) as string,
    });
  });

  it('believes config about quotas that were raised, up to what AWS raises them to', () => {
    const raised = (tenants: number) =>
      pool(withQuotas({ resourceServersPerPool: 300 }, withTenants(tenants)));
    expect(raised(299).outcome).toBe('kept');
    expect(raised(300)).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('AWS raises the quota of resource servers to 300 at most') as string,
    });
  });

  it('counts tenants that are expected where their files are not there, or were not read', () => {
    const expected = (enterprise: number) =>
      withLoad({ tenants: { ...prod.load.tenants, enterprise } }, { ...prod, tenants: [] });
    expect(pool(expected(24 * prod.cells.length)).outcome).toBe('kept');
    expect(pool(expected(24 * prod.cells.length + 1)).outcome).toBe('broken');
  });

  it('counts sign-ins and refreshed tokens of the busiest time, up to the last', () => {
    // A cell's half: each is refreshed every 10 minutes, and signed in anew every 12 hours.
    const perSecond = (sessions: number) => sessions / 2 / 600 + sessions / 2 / 43_200;
    const most = Math.floor(120 / perSecond(1));
    expect(signIn(withLoad({ peakSessions: most })).outcome).toBe('kept');
    expect(signIn(withLoad({ peakSessions: most + 1 }))).toMatchObject({
      outcome: 'broken',
      evidence: expect.stringContaining('then set quotas.userAuthenticationPerSecond') as string,
    });
  });

  it('is one quota for cells that share an account and a region', () => {
    const together = withCells(() => ({ account: '222222222222', region: 'us-east-1' }));
    const shared = of('sign-in', together);
    expect(shared.subject).toBe('account 222222222222 in us-east-1 (use1a, usw2a): sign-in');
    expect(shared.evidence).toContain('tokens of people a second: 84.49 of 120');
    expect(signIn(prod).evidence).toContain('tokens of people a second: 42.25 of 120');
    const [first] = together.cells;
    const uneven = withCells(
      (cell) => ({
        quotas: { ...cell.quotas, userAuthenticationPerSecond: cell.id === first?.id ? 500 : 80 },
      }),
      together,
    );
    expect(of('sign-in', uneven).outcome).toBe('broken');
  });

  it('is not to be raised where AWS does not: a fifth sign-in domain needs another account or region', () => {
    const [cell] = prod.cells;
    if (!cell) throw new Error('prod has no cell');
    const cells = (count: number): Platform => ({
      ...prod,
      cells: Array.from({ length: count }, (_, index) => ({ ...cell, id: `use1${'abcde'[index] ?? ''}` })),
    });
    expect(of('sign-in', cells(4)).outcome).toBe('kept');
    expect(of('sign-in', cells(5)).evidence).toContain(
      'nobody can raise the quota of sign-in domains; use another cell',
    );
  });

  it('does not apply to a platform of no cells', () => {
    const none = quota({ ...prod, cells: [] });
    expect(none).toEqual([
      {
        guarantee: 'quota',
        subject: 'tenant registry: reads',
        outcome: 'not-applicable',
        evidence: 'nothing of it is used',
      },
    ]);
  });

  it('refuses synth with what is too much', () => {
    expect(() => {
      requireKept(quota(withTenants(25)));
    }).toThrow(/1 guarantee is broken:\n {2}- quota, use1a: user pool: .*resource servers: 26 of 25/);
  });
});
