import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { loadPlatform } from '../../config/load';
import { didYouMean } from '../../config/loader/suggest';
import type { Cell, Platform, Tenant } from '../../config/platform';
import { LifecycleError, Refused } from '../mistake';
import type { DedicatedRequest } from '../request';
import type { Surroundings } from '../surroundings';
import { requirePromisesWith, roomsOf } from './room';
import { pathOf, readTenantFile, tenantFile, textOf } from './tenant-file';

/** A request that can be met, and how. */
export interface Validated {
  readonly tenant: Tenant;
  /** The tenant's file: path and what stands in it, or shall. */
  readonly file: string;
  readonly text: string;
  /** Whether the file is there already. */
  readonly isThere: boolean;
  /** Why this cell, for people. */
  readonly why: string;
}

type Where = Pick<Surroundings, 'platform' | 'root' | 'environment' | 'configFolder'>;

/**
 * Checks all that can be checked before anything is written: the tenant's file together with all others, as synth does it, and
 * the guarantees with this tenant among those there are.
 *
 * @throws LifecycleError or ConfigError with everything that is wrong; Refused when a file is there that says something else
 */
export function validate(request: DedicatedRequest, where: Where): Validated {
  const file = pathOf(where.configFolder, where.environment, request.id);
  const there = readTenantFile(file);
  return there === undefined ? validateNew(request, where, file) : validateThere(request, where, file, there);
}

function validateNew(request: DedicatedRequest, where: Where, file: string): Validated {
  const before = where.platform();
  const missing = (['name', 'contact'] as const).filter((key) => request[key] === undefined);
  const cells = cellsFor(request, before);
  if (missing.length > 0) {
    throw new LifecycleError(
      [
        `${request.id} has no file yet, so the request must say more:`,
        ...missing.map((key) => `  - ${key} is missing (--${key}): ${MEANING[key]}`),
      ].join('\n'),
    );
  }
  const rooms = roomsOf(before, cells);
  const [most] = rooms;
  if (!most || most.free === 0) {
    throw new LifecycleError(
      [`no cell has room for ${request.id}:`, ...rooms.map(({ why }) => `  - ${why}`)].join('\n'),
      ['have a quota raised (docs/guides/config.md), or add a cell to platform.yaml'],
    );
  }
  const text = textOf(tenantFile(request, most.cell));
  const { root, environment, configFolder: folder } = where;
  const after = loadPlatform(root, environment, { folder, draft: { id: request.id, text } });
  requirePromisesWith(before, after, request.id);
  const chosen = request.cell === undefined ? 'chosen: ' : 'asked for: ';
  const why = [`${chosen}${most.why}`, ...rooms.slice(1).map((room) => `not chosen: ${room.why}`)].join('\n');
  return { tenant: tenantIn(after, request.id), file, text, isThere: false, why };
}

const MEANING = {
  name: "the customer's name, for people",
  contact: 'the e-mail address that is told of maintenance and incidents',
} as const;

/** A file that somebody has written before is used as it is, if the request says nothing else. */
function validateThere(request: DedicatedRequest, where: Where, file: string, text: string): Validated {
  const platform = where.platform();
  const tenant = tenantIn(platform, request.id);
  const said = parse(text) as Readonly<Record<string, unknown>>;
  const asked = tenantFile(request, request.cell ?? tenant.cell);
  const others = Object.entries(asked).filter(
    ([key, value]) => !isDeepStrictEqual(said[key] ?? resolved(tenant, key), value),
  );
  if (others.length > 0) {
    throw new Refused(
      [
        `${file} is there already, and something else is asked for:`,
        ...others.map(
          ([key, value]) => `  - ${key}: the file says ${shown(said[key])}, asked is ${shown(value)}`,
        ),
      ].join('\n'),
      ['ask for what the file says (leave these out), or choose another id'],
    );
  }
  if (tenant.lifecycle === 'offboarding') {
    throw new Refused(`${request.id} is leaving: its file says lifecycle: offboarding`);
  }
  const cell = platform.cells.find(({ id }) => id === tenant.cell);
  if (request.region !== undefined && cell?.region !== request.region) {
    throw new Refused(`${file} says cell ${tenant.cell}, which is not in ${request.region}`);
  }
  requirePromisesWith(platform, platform, request.id);
  return { tenant, file, text, isThere: true, why: `${tenant.cell}: its file says so` };
}

const resolved = (tenant: Tenant, key: string): unknown =>
  (tenant as unknown as Readonly<Record<string, unknown>>)[key];

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

function tenantIn({ tenants }: Platform, id: string): Tenant {
  const tenant = tenants.find((one) => one.id === id);
  if (!tenant) throw new Error(`config has no tenant ${id}, though its file was read`);
  return tenant;
}

/** @throws LifecycleError when no cell is as the request wants it */
function cellsFor({ cell, region }: DedicatedRequest, { cells }: Platform): readonly Cell[] {
  const ids = cells.map(({ id }) => id);
  if (cell !== undefined && !ids.includes(cell)) {
    throw new LifecycleError(
      `cell must be one of platform.yaml (${ids.join(', ')}), got ${cell}${didYouMean(cell, ids)}`,
    );
  }
  const fitting = cells.filter((one) => (cell ?? one.id) === one.id && (region ?? one.region) === one.region);
  if (fitting.length > 0) return fitting;
  const regions = [...new Set(cells.map((one) => one.region))];
  throw new LifecycleError(`no cell is in ${region ?? ''}; cells are in ${regions.join(', ')}`);
}
