import type { IConstruct } from 'constructs';
import { type Rule, validateProps } from './validation';

/** Who a stack's resources belong to. Cost allocation reports group by these. */
export interface Ownership {
  readonly platform: string;
  readonly environment: string;
  /** @default 'shared' - the resource serves the whole platform */
  readonly cell?: string;
  /** @default 'shared' - the resource serves several tiers */
  readonly tier?: string;
  /** @default 'shared' - the resource serves several tenants */
  readonly tenant?: string;
  /** Budget that pays. */
  readonly costCentre: string;
}

/** Value of a tag that belongs to nobody in particular. Present, never absent: a report can then group by every tag. */
export const SHARED = 'shared';

// Letters, digits, spaces and `_.:/=+-@`, at most 256: "Tag naming limits and requirements", AWS General Reference.
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

const RULES = (
  ['platform', 'environment', 'cell', 'tier', 'tenant', 'cost-centre', 'managed-by'] as const
).map((key): Rule<Record<typeof key, string>> => ({
  fails: (tags) => !TAG_VALUE.test(tags[key]),
  message: (tags) => `tag '${key}' must be 1 to 256 letters, digits, spaces or _.:/=+-@, got '${tags[key]}'`,
}));

/**
 * The tags that a stack's provider puts on every resource. The same seven keys everywhere, in one order.
 *
 * @throws ValidationError when AWS would refuse a value
 */
export function ownershipTags(scope: IConstruct, owner: Ownership): Record<string, string> {
  const tags = {
    platform: owner.platform,
    environment: owner.environment,
    cell: owner.cell ?? SHARED,
    tier: owner.tier ?? SHARED,
    tenant: owner.tenant ?? SHARED,
    'cost-centre': owner.costCentre,
    'managed-by': 'cdktf',
  };
  validateProps(scope, 'tags', tags, RULES);
  return tags;
}
