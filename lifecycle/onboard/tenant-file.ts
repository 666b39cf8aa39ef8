import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { tenantFileOf } from '../../config/load';
import { codeOf } from '../../files/lock';
import type { DedicatedRequest } from '../request';
import { Refused } from '../mistake';

/** What a tenant's file says, in the order in which people write it. */
export type TenantFile = Readonly<Record<string, unknown>> & { readonly id: string };

/** Completes and checks the file in editors, from where the project has it. */
const SCHEMA = '# yaml-language-server: $schema=../../../schema/json/tenant.schema.json';

/** Keys of a tenant's file, in the order of its schema. */
const KEYS = [
  'id',
  'name',
  'tier',
  'cell',
  'contact',
  'costCentre',
  'database',
  'quota',
  'nodePool',
  'rateLimitPerSecond',
  'federation',
  'machineClientRotation',
  'maintenanceWindow',
] as const satisfies readonly (keyof DedicatedRequest)[];

/** What a file says anyway when it does not say it. */
const DEFAULTS: Readonly<Record<string, unknown>> = { nodePool: 'shared', machineClientRotation: 1 };

/** The file that a request asks for: what it says and defaults do not. */
export const tenantFile = (request: DedicatedRequest, cell: string): TenantFile => {
  const asked = { ...request, cell };
  const said = KEYS.filter((key) => asked[key] !== undefined && asked[key] !== DEFAULTS[key]);
  return Object.fromEntries(said.map((key) => [key, asked[key]])) as TenantFile;
};

/** As a person would write it. */
export const textOf = (file: TenantFile): string =>
  `${SCHEMA}\n${stringify(file, { lineWidth: 0, singleQuote: true })}`;

/** Path of a tenant's file. @param folder that holds the environments */
export const pathOf = (folder: string, environment: string, id: string): string =>
  path.join(folder, tenantFileOf(environment, id));

/** What stands in a file; undefined if there is none. */
export function readTenantFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Writes the file whole, and never over another one: one that is there and says the same is used as it is.
 *
 * @returns whether it was there
 * @throws Refused when it says something else
 */
export function writeTenantFile(file: string, text: string): boolean {
  const there = readTenantFile(file);
  if (there !== undefined) {
    if (isDeepStrictEqual(parse(there), parse(text))) return true;
    throw new Refused(`${file} is there and says something else than was asked for: it was not changed`, [
      'ask for what it says, or choose another id',
    ]);
  }
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}~`);
  writeFileSync(draft, text);
  try {
    // Fails, unlike a rename, if another has made it in the meantime.
    linkSync(draft, file);
    return false;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return writeTenantFile(file, text);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes the file away, if it still says what was written. @returns whether it is gone */
export function removeTenantFile(file: string, text: string): boolean {
  const there = readTenantFile(file);
  if (there === undefined) return true;
  if (!isDeepStrictEqual(parse(there), parse(text))) return false;
  rmSync(file);
  return true;
}
