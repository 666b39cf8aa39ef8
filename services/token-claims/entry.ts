import { API_SCOPES } from '../../constructs/core/tenant-token';
import { own } from './event';
import { Refusal } from './refusal';

/** What the registry says of a tenant, as far as tokens tell it. `constructs/registry/tenant-item.ts` describes the item. */
export interface Entry {
  readonly tenantId: string;
  readonly tier: string;
  readonly state: string;
  readonly cell: string | undefined;
  readonly shard: string | undefined;
  /** Scopes of the platform that the tenant's people and machines may have. */
  readonly scopes: readonly string[];
  readonly rateLimitPerSecond: number | undefined;
}

/** Attributes that are read. */
export const ATTRIBUTES = [
  'tenantId',
  'tier',
  'state',
  'cell',
  'shard',
  'scopes',
  'rateLimitPerSecond',
] as const satisfies readonly (keyof Entry)[];

const TIERS: readonly unknown[] = ['starter', 'professional', 'enterprise'];
const SCOPES: readonly unknown[] = Object.values(API_SCOPES);

const malformed = (): Refusal => new Refusal('entry-malformed');

/**
 * Reads an item as DynamoDB sends it, each value in an object that tells its type.
 *
 * @throws Refusal when an attribute is missing that every tenant has, or has another type than it must
 */
export function readEntry(item: unknown): Entry {
  const tier = text(item, 'tier');
  if (!TIERS.includes(tier)) throw malformed();
  return {
    tenantId: required(text(item, 'tenantId')),
    tier: required(tier),
    state: required(text(item, 'state')),
    cell: text(item, 'cell'),
    shard: text(item, 'shard'),
    // A scope that the platform does not have is no permission.
    scopes: scopesOf(own(item, 'scopes')).filter((scope) => SCOPES.includes(scope)),
    rateLimitPerSecond: wholeNumber(own(item, 'rateLimitPerSecond')),
  };
}

function required(value: string | undefined): string {
  if (value === undefined) throw malformed();
  return value;
}

/** A text that is not empty, or nothing where there is no such attribute. */
function text(item: unknown, name: string): string | undefined {
  const value = own(item, name);
  if (value === undefined) return undefined;
  const found = own(value, 'S');
  if (typeof found !== 'string' || found === '') throw malformed();
  return found;
}

/** Both ways in which a list of texts can be stored: as a set and as a list. */
function scopesOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const list = own(value, 'L');
  const found: unknown = Array.isArray(list) ? list.map((entry) => own(entry, 'S')) : own(value, 'SS');
  if (!Array.isArray(found) || !found.every((scope) => typeof scope === 'string')) throw malformed();
  return found;
}

function wholeNumber(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = own(value, 'N');
  // DynamoDB sends numbers as text. Authorizers read no more digits: `identity.ts`.
  if (typeof number !== 'string' || !/^[1-9]\d{0,5}$/.test(number)) throw malformed();
  return Number(number);
}
