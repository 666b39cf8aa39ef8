import * as z from 'zod/mini';

/** Fleets of gateways. A pooled tenant's calls come through `shared`, a dedicated tenant's through `enterprise`. */
export const FLEETS = ['shared', 'enterprise'] as const;
export type Fleet = (typeof FLEETS)[number];

/** Levels of load at which tiers are shed; 0 sheds none. */
export const SHED_LEVELS = [0, 1, 2] as const;
export type ShedLevel = (typeof SHED_LEVELS)[number];

/** What a tier promises, as far as a call's check needs it. */
export const tierSchema = z.strictObject({
  /** Fleet that the tier's tenants call. */
  fleet: z.enum(FLEETS, `must be one of ${FLEETS.join(', ')}`),
  /** Calls per second of one tenant. */
  limit: z.int().check(z.gte(1, 'must be at least 1'), z.lte(100_000, 'must be at most 100000')),
  /** Lowest level at which the tier is shed. @default - never */
  shedAtLevel: z.optional(z.literal([1, 2], 'must be 1 or 2')),
});

export type Tier = z.infer<typeof tierSchema>;

/** Tiers by name. The enterprise fleet is not shed, whatever is said of its tiers. */
export const tiersSchema = z
  .record(
    z.string().check(z.regex(/^(?=.{2,31}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be the name of a tier')),
    tierSchema,
  )
  .check(
    z.refine((tiers) => Object.keys(tiers).length > 0, 'must name a tier'),
    z.refine(
      (tiers) =>
        Object.values(tiers).every(
          ({ fleet, shedAtLevel }) => fleet === 'shared' || shedAtLevel === undefined,
        ),
      'must not shed a tier of the enterprise fleet',
    ),
  );
