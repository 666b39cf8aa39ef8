import * as z from 'zod/mini';
import { TENANT_STATES, type TenantItem, type TenantState } from '../../constructs/registry/tenant-item';
import { LifecycleError } from '../mistake';
import type { TenantFilter } from '../registry';

const text = z.string().check(z.minLength(1));
const time = z.iso.datetime();
const states = Object.keys(TENANT_STATES) as [TenantState, ...TenantState[]];

/** DynamoDB has sets of texts besides lists: whoever wrote an item by hand may have used one. */
const texts = z.union([
  z.array(text),
  z.pipe(
    z.set(text),
    z.transform((set) => [...set].sort()),
  ),
]);

/**
 * What a stored item must be. An attribute that this version does not know is kept as it is: a newer one has put it there, and
 * a change made by this one must not take it away.
 */
const itemSchema = z.looseObject({
  tenantId: text,
  tier: z.enum(['starter', 'professional', 'enterprise']),
  state: z.enum(states),
  cell: z.optional(text),
  shard: z.optional(text),
  scopes: z.optional(texts),
  name: z.optional(text),
  contact: z.optional(text),
  rateLimitPerSecond: z.optional(z.int().check(z.gte(1))),
  moveTo: z.optional(z.looseObject({ cell: text, shard: text })),
  operation: z.optional(
    z.looseObject({
      kind: z.enum(['onboard', 'move', 'offboard']),
      key: text,
      phase: text,
      outcome: z.optional(z.enum(['done', 'undone'])),
      by: text,
      facts: z.record(z.string(), z.string()),
      startedAt: time,
      updatedAt: time,
    }),
  ),
  version: z.int().check(z.gte(1)),
  createdAt: time,
  updatedAt: time,
});

/**
 * Reads an item that was stored.
 *
 * @param where file or table and key, for people
 * @throws LifecycleError with everything in it that no tenant's item can be
 */
export function readItem(stored: unknown, tenantId: string, where: string): TenantItem {
  const { success, data, error } = itemSchema.safeParse(stored);
  const problems = success
    ? data.tenantId === tenantId
      ? []
      : [`tenantId must be ${tenantId}, got ${data.tenantId}`]
    : error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  if (success && problems.length === 0) return data as TenantItem;
  throw new LifecycleError(
    [`${where} is no tenant's item:`, ...problems.map((problem) => `  - ${problem}`)].join('\n'),
    [`put it right by hand, or restore it from a backup: nothing was changed`],
  );
}

/** Whether an item is among those that are asked for. */
export const matches = (item: TenantItem, filter: TenantFilter): boolean =>
  (filter.cell === undefined || item.cell === filter.cell) &&
  (filter.shard === undefined || item.shard === filter.shard) &&
  (filter.tier === undefined || item.tier === filter.tier) &&
  (filter.state === undefined || item.state === filter.state);
