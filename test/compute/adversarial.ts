import { join } from 'node:path';
import fc from 'fast-check';
import { loadPlatform } from '../../config/load';
import type { Cell, Platform, Tenant } from '../../config/platform';
import { isTenantId } from '../../config/schema/tenant-id';
import { cacheUserName } from '../../constructs/cache/cache-user';
import { NAME_RULES, nameWithin } from '../../constructs/core/naming';

const prod = loadPlatform(join(__dirname, '../..'), 'prod');

/** The first of what prod has, to make others of. */
function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('prod has none');
  return first;
}
const tenantOfProd: Tenant = firstOf(prod.tenants);
const cellOfProd: Cell = firstOf(prod.cells);

/** Two cells of one account and region, whose ids begin alike, of the shortest and of the longest platform. */
export const PLATFORMS = [
  { name: 'ab', environment: 'dev', cells: ['abc', 'abcd'] },
  { name: 'a-platform-of-16', environment: 'staging', cells: ['cell123', 'cell1234'] },
] as const;

/** Words that names of resources end in or begin with. */
const ENDINGS = ['pods', 'database', 'proxy', 'reader', 'tenancy', 'final', 'application', 'api', '1'];
const WORDS = [
  ...ENDINGS,
  'workloads',
  'cache',
  'tier',
  'tenant',
  'ten',
  'svc',
  'starter',
  'nobody',
  'acme',
  'eu',
];
/** As long as an id may be. */
export const LONGEST = 'a2345678901234567890123456789-1';

/** Ids that end as a shortened name does: what a longer id's name was shortened to. */
export function lookalikes({ name, environment, cells: [cell] }: (typeof PLATFORMS)[number]): string[] {
  const placement = { platform: name, environment, cell, account: '', region: '' };
  const prefix = [name, environment, cell];
  return [
    cacheUserName(placement, 'ten', LONGEST).split('-ten-')[1] ?? '',
    ...Object.values(NAME_RULES).map(
      ({ max }) => nameWithin(max, [...prefix, 'tenant', LONGEST]).split('-tenant-')[1] ?? '',
    ),
  ].filter((id) => id !== LONGEST && isTenantId(id));
}

/** Ids that are always there: one begins another, or ends in what names of resources end in. */
export const FIXED = [
  ...['ab', 'a-1', 'a1', 'acme', 'acme-eu', LONGEST, LONGEST.slice(0, -2)],
  ...ENDINGS.map((word) => `acme-${word}`),
  ...['tier-starter', 'tenant-acme', 'tenancy-tenant-acme'],
].filter(isTenantId);

/** Any id of such words. */
export const id = fc
  .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 })
  .map((words) => words.join('-').slice(0, 31))
  .filter(isTenantId);
/** Names of services that might be taken for something else. */
export const service = fc.oneof(fc.constantFrom('api', 'proxy', 'database', 'tenancy', LONGEST), id);

/** @param random ids that are spread over both cells; the fixed ones live together in the first */
export function platformOf(
  { name, environment, cells }: (typeof PLATFORMS)[number],
  fixed: readonly string[],
  random: readonly string[],
  services: readonly string[],
): Platform {
  const { starter, professional, enterprise } = prod.tiers;
  return {
    ...prod,
    name,
    environment,
    cells: cells.map((cellId): Cell => ({
      ...cellOfProd,
      id: cellId,
      cache: { ...cellOfProd.cache, services },
    })),
    tenants: [...new Set([...fixed, ...random])].map((tenant, index) => ({
      ...tenantOfProd,
      id: tenant,
      cell: fixed.includes(tenant) || index % 2 === 0 ? cells[0] : cells[1],
      nodePool: index % 3 === 0 ? 'own' : 'shared',
    })),
    delivery: {
      ...prod.delivery,
      services: Object.fromEntries(
        services.map((name) => [
          name,
          {
            repository: `bulkhead/${name}`,
            branch: 'main',
            paths: [],
            tags: [],
            schema: false,
            smoke: [{ path: '/health', status: 200 }],
          },
        ]),
      ),
    },
    tiers: {
      starter: { ...starter, services },
      professional: { ...professional, services },
      enterprise: { ...enterprise, services },
    },
  };
}
