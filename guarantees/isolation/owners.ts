import { nameWithin } from '../../constructs/core/naming';
import { nameParts, type Placement, prefixOf } from '../../constructs/core/placement';
import type { StackFacts, StackPlace } from './facts';

/** Whom resources belong to: a dedicated tenant, or the pooled tenants of a tier together. */
export interface Owner {
  readonly kind: 'tenant' | 'tier';
  readonly id: string;
  /** Stack of the owner, by which findings name it: `use1a-tenant-acme`. */
  readonly stack: string;
  /** Last part of the stack's name, and the owner's namespace: `tenant-acme`. */
  readonly namespace: string;
  /** The tier it pays for. */
  readonly tier: string;
  readonly place: StackPlace;
}

/** Tier of dedicated tenants. */
export const DEDICATED_TIER = 'enterprise';

/** Cells' ids hold no hyphen, so a stack's name can be read in one way only. */
const OWNER_STACK = /^([a-z][a-z0-9]*)-((tenant|tier)-([a-z][a-z0-9-]*))$/;

/** The owner whose stack has this name, or undefined for a stack of the platform. */
export function ownerOf(stack: string, place: StackPlace): Owner | undefined {
  const found = OWNER_STACK.exec(stack);
  if (!found) return undefined;
  const [, cell = '', namespace = '', kind, id = ''] = found;
  return {
    kind: kind === 'tenant' ? 'tenant' : 'tier',
    id,
    stack,
    namespace,
    tier: kind === 'tenant' ? DEDICATED_TIER : id,
    // The stack's name tells the cell: tags are themselves checked.
    place: { ...place, cell },
  };
}

/** Stacks of the platform itself are in no cell, and their names have none. */
const placementOf = ({ cell, ...place }: StackPlace): Placement => ({
  ...place,
  ...(cell !== '' && { cell }),
});

/** `bulkhead-prod-use1a`: how all physical names of a cell begin; `bulkhead-prod` for what a platform has once. */
export const prefixOfCell = (place: StackPlace): string => prefixOf(placementOf(place));

/** `bulkhead/prod/use1a`: how all paths of a cell begin. */
export const pathOfCell = (place: StackPlace): string => nameParts(placementOf(place)).join('/');

/** Name of the parameter in which a stack of the cell publishes: `/bulkhead/prod/use1a/cache`. */
export const contractOf = (place: StackPlace, stack: string): string => `/${pathOfCell(place)}/${stack}`;

/** Longest ids of cache users, and of the beginning that all of a cell share: `constructs/cache/cache-user.ts`. */
const CACHE_USER_MAX = 40;
const CACHE_PREFIX_MAX = 24;

/** Id of a cache user from the parts of its key prefix: `ten`, `acme`. */
export const cacheUserName = (place: StackPlace, parts: readonly string[]): string =>
  nameWithin(CACHE_USER_MAX, [nameWithin(CACHE_PREFIX_MAX, nameParts(place)), ...parts]);

/** What all cache keys of an owner begin with. Those of a tier have a service's name next. */
export const cachePrefixOf = ({ kind, id }: Owner): string =>
  kind === 'tenant' ? `ten:${id}:` : `svc:${id}:`;

/** Names that an owner's users may have in a PostgreSQL database. */
export const databaseUsersOf = ({ kind, id }: Owner): readonly string[] =>
  kind === 'tenant'
    ? [`bulkhead_tenant_${id.replaceAll('-', '_')}`, `tenant_${id.replaceAll('-', '_')}`]
    : [`bulkhead_${id.replaceAll('-', '_')}`];

/**
 * Whether a stack that an owner names by its text is the owner of a tier without workloads of its own: dedicated tenants
 * share their tier's node pool and priority class.
 */
export const sharesTier = (owner: Owner, other: Owner): boolean =>
  owner.kind === 'tenant' &&
  other.kind === 'tier' &&
  other.id === owner.tier &&
  other.place.cell === owner.place.cell;

/** Owner stacks among facts. */
export const ownersAmong = (facts: readonly StackFacts[]): readonly Owner[] =>
  facts.flatMap(({ name, place }) => ownerOf(name, place) ?? []);
