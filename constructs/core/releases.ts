import { BUCKETS } from './tenant-token';

/**
 * Names that whoever releases a service, whoever lets it, and whoever watches it must agree on. Pure: programs of
 * `services/` share it.
 */

/**
 * Parts of the starter tier that get a release before the rest: rollouts of their own, in the tier's namespace, that routes
 * lead some tenants to. The rest of a tier, and all other tiers, are the slice `main`.
 */
export const SLICES = ['internal', 'canary', 'main'] as const;
export type Slice = (typeof SLICES)[number];

/** Name of a slice's rollout, pod template and active service: `api`, `api-canary`. */
export const releaseName = (service: string, slice: Slice = 'main'): string =>
  slice === 'main' ? service : `${service}-${slice}`;

/** Name of the service through which a new version is tried out before it takes traffic: `api-canary-preview`. */
export const previewName = (service: string, slice: Slice = 'main'): string =>
  `${releaseName(service, slice)}${PREVIEW_SUFFIX}`;
export const PREVIEW_SUFFIX = '-preview';

/** Name of the route that leads to a slice, and by which its calls are counted: `service-api-canary`. */
export const releaseRoute = (service: string, slice: Slice = 'main'): string =>
  `service-${releaseName(service, slice)}`;

/** Config map of an owner's namespace that holds what pods of a service are, but for image and release: key `template`. */
export const templateName = (service: string): string => `release-${service}`;

/** Secret of an owner's namespace in which the smoke test finds the token of a synthetic tenant: key `token`. */
export const smokeTokenName = (service: string): string => `smoke-token-${service}`;

/** Templates of analyses, by service. */
export const smokeTemplate = (service: string): string => `${service}-smoke`;
export const objectivesTemplate = (service: string): string => `${service}-objectives`;

/** Kubernetes groups: of all that release services, of what releases one, and of what changes schemas. */
export const RELEASES_GROUP = 'bulkhead:releases';
export const releasesGroup = (service: string): string => `${RELEASES_GROUP}:${service}`;
export const MIGRATIONS_GROUP = 'bulkhead:migrations';

/** Cluster role of whoever releases services, bound in each owner's namespace, and of whoever changes schemas. */
export const RELEASE_ROLE = 'bulkhead-release';
export const MIGRATION_ROLE = 'bulkhead-migration';

/**
 * Annotations of a pod template and its pods: which release it is, when all of it had taken traffic, and since when all
 * that took traffic were releases of its schema, which a later release of the same schema keeps (ISO 8601).
 */
export const RELEASE_ANNOTATIONS = {
  release: 'bulkhead/release',
  schema: 'bulkhead/schema',
  releasedAt: 'bulkhead/released-at',
  schemaSince: 'bulkhead/schema-since',
  /** Which attempt at a release pods are, from the second on. */
  attempt: 'bulkhead/attempt',
  /** The last attempts and what came of them, which only the release program reads. */
  attempts: 'bulkhead/attempts',
} as const;

/** Label of pods of smoke tests, the only ones that may call other pods of their namespace. Its value is the service. */
export const SMOKE_LABEL = 'bulkhead/smoke';

/** Label of pods by which a rollout and its services find theirs: the {@link releaseName}. */
export const RELEASE_NAME_LABEL = 'bulkhead/release-name';

/**
 * What stands for the image's digest, for the release, the migration that it needs and the schema through which it sees that, and
 * for the {@link releaseName}, in a template.
 */
export const PLACEHOLDERS = {
  image: '__IMAGE__',
  release: '__RELEASE__',
  schema: '__SCHEMA__',
  views: '__VIEWS__',
  name: '__NAME__',
} as const;

/** Id of the synthetic tenant that tries out releases of a tier in a cell. Tenant files can have no such id. */
export const syntheticTenant = (tier: string, cell: string): string => `smoke-${tier}-${cell}`;

/** The tier whose tenants are not all one: see {@link SLICES}. */
export const SLICED_TIER = 'starter';

/** Pods of the first slices, whose calls are few. The canary has more where its share of the tier's pods is more. */
const FIRST_PODS = { internal: 1, canary: 2 } as const;

/**
 * Slices of an owner of a tier, with the pods of each while nothing is released.
 *
 * @param replicas pods of the slice `main`
 * @param canaryPercent 1-50
 */
export const slicesOf = (
  tier: string,
  replicas: number,
  canaryPercent: number,
): readonly { readonly slice: Slice; readonly replicas: number }[] =>
  tier === SLICED_TIER
    ? [
        { slice: 'internal', replicas: FIRST_PODS.internal },
        {
          slice: 'canary',
          replicas: Math.max(FIRST_PODS.canary, Math.ceil((replicas * canaryPercent) / 100)),
        },
        { slice: 'main', replicas },
      ]
    : [{ slice: 'main', replicas }];

/**
 * How long pods of the version before stay once the analysis after the switch has passed, in seconds. Argo Rollouts leaves a version
 * that it may have to go back to alone until then, and counts from there.
 */
export const SCALE_DOWN_DELAY_SECONDS = 480;

/** Buckets of tenants that are the canary: the first ones, at least one. @param percent 1-50 */
export const canaryBuckets = (percent: number): number => Math.max(1, Math.round((BUCKETS * percent) / 100));

/** Databases of a cell, by the name of their part in names: `shard-1`, `tenant-acme`. */
export const schemaName = (database: string): string => `schema-${database}`;
