import * as z from 'zod/mini';
import { clusterSchema, operatorsSchema } from '../schema/cell';
import { tenantSchema } from '../schema/tenant';
import { tiersSchema } from '../schema/tiers';
import type { ConfigDocument } from './document';
import type { Path, Problem } from './problem';
import type { TenantDocument } from './tenant-rules';

/** What the product plans, and the tenants that differ from theirs, must keep across keys. */

const POOLED = ['starter', 'professional'] as const;
const TIERS = [...POOLED, 'enterprise'] as const;

/** Rules of platform.yaml about tiers. */
export function checkTierRules(document: ConfigDocument, environment: string): Problem[] {
  return [
    ...TIERS.flatMap((tier) => checkContainers(document, ['tiers', tier, 'containers'])),
    ...TIERS.flatMap((tier) => checkStorage(document, ['tiers', tier, 'quota'])),
    ...checkSpot(document),
    ...checkDatabase(document, ['tiers', 'enterprise', 'database'], databaseDefaults(document), environment),
    ...document.keys(['cells']).flatMap((cell) => checkOperators(document, cell)),
  ];
}

/**
 * Rules of tenant files about what differs from their tier.
 *
 * @param platform platform.yaml, which says what the tier has; undefined when it cannot be read
 */
export function checkTenantSizes(
  tenants: readonly TenantDocument[],
  platform: ConfigDocument | undefined,
  environment: string,
): Problem[] {
  const tier = databaseDefaults(platform);
  return tenants.flatMap(({ document }) => checkDatabase(document, ['database'], tier, environment));
}

const databaseSchema = tiersSchema.shape.enterprise.def.innerType.shape.database;

/** The database of the enterprise tier, as far as it is valid. */
const databaseDefaults = (document: ConfigDocument | undefined): z.output<typeof databaseSchema> =>
  document?.read(['tiers', 'enterprise', 'database'], databaseSchema) ?? databaseSchema.parse(undefined);

const containersSchema = tiersSchema.shape.starter.def.innerType.shape.containers;

function checkContainers(document: ConfigDocument, path: Path): Problem[] {
  const sizes = document.read(path, containersSchema);
  if (sizes === undefined) return [];
  const pairs = [
    ['memoryMiB', sizes.memoryMiB, 'memoryLimitMiB', sizes.memoryLimitMiB],
    ['memoryLimitMiB', sizes.memoryLimitMiB, 'maxMemoryGiB', 1024 * sizes.maxMemoryGiB],
    ['cpuMillicores', sizes.cpuMillicores, 'maxCpu', 1000 * sizes.maxCpu],
    ['ephemeralLimitMiB', sizes.ephemeralLimitMiB, 'maxEphemeralGiB', 1024 * sizes.maxEphemeralGiB],
  ] as const;
  return pairs
    .filter(([, less, , more]) => less > more)
    .map(([key, less, bound, more]) =>
      document.problem([...path, key], `must be at most ${more}, which is ${bound}, got ${less}`),
    );
}

const quotaSchema = tiersSchema.shape.starter.def.innerType.shape.quota;

function checkStorage(document: ConfigDocument, path: Path): Problem[] {
  // Of all tiers' quotas, what pooled ones have too.
  const shape = quotaSchema.def.innerType.shape;
  const volumes = document.read([...path, 'volumes'], shape.volumes);
  const storage = document.read([...path, 'storageGiB'], shape.storageGiB);
  if (volumes === undefined || storage === undefined || volumes > 0 === storage > 0) return [];
  return [
    document.problem(
      [...path, volumes > 0 ? 'volumes' : 'storageGiB'],
      `volumes and storageGiB must both be 0 or both be more, got ${volumes} and ${storage}`,
    ),
  ];
}

/** Spot instances end with two minutes' notice, all of a kind at once if AWS needs them. */
function checkSpot(document: ConfigDocument): Problem[] {
  return (['professional', 'enterprise'] as const).flatMap((tier) =>
    (['nodes', 'ownNodes'] as const).flatMap((pool) => {
      const path = ['tiers', tier, pool, 'capacityTypes'];
      const types = document.read(path, z.array(z.string()));
      return types?.includes('spot')
        ? [
            document.problem(
              path,
              `must be on-demand only for ${tier}: spot instances end with two minutes' notice, got ${types.join(', ')}`,
            ),
          ]
        : [];
    }),
  );
}

/** A database's least and most capacity, and its readers in prod, the tier's numbers filled in. */
function checkDatabase(
  document: ConfigDocument,
  path: Path,
  tier: z.output<typeof databaseSchema>,
  environment: string,
): Problem[] {
  const { shape } = tenantSchema.shape.database.def.innerType;
  const own = {
    minAcu: document.read([...path, 'minAcu'], shape.minAcu),
    maxAcu: document.read([...path, 'maxAcu'], shape.maxAcu),
    readers: document.read([...path, 'readers'], shape.readers),
  };
  // What the file leaves out is the tier's, and a problem of the tier's is told where it stands.
  const saysCapacity = own.minAcu !== undefined || own.maxAcu !== undefined;
  const [minAcu, maxAcu] = [own.minAcu ?? tier.minAcu, own.maxAcu ?? tier.maxAcu];
  return [
    ...(saysCapacity && minAcu > maxAcu
      ? [
          document.problem(
            [...path, own.maxAcu === undefined ? 'minAcu' : 'maxAcu'],
            `minAcu must be at most maxAcu, got ${minAcu} and ${maxAcu}`,
          ),
        ]
      : []),
    ...(environment === 'prod' && own.readers === 0
      ? [
          document.problem(
            [...path, 'readers'],
            'must be at least 1 in prod, got 0; without a reader to take over, a lost writer is gone for ten minutes',
          ),
        ]
      : []),
  ];
}

/** EKS has one access entry for each role of a cluster, so a role is what the first entry says. */
function checkOperators(document: ConfigDocument, cell: string): Problem[] {
  const path = ['cells', cell, 'operators'];
  const { shape } = operatorsSchema;
  const administrators =
    document.read(['cells', cell, 'cluster', 'administrators'], clusterSchema.shape.administrators) ?? [];
  const taken = new Map(administrators.map((role) => [role, `cells.${cell}.cluster.administrators`]));
  return TIERS.flatMap((tier) =>
    (document.read([...path, tier], shape[tier]) ?? []).flatMap((role, index) => {
      const other = taken.get(role);
      if (other === undefined) taken.set(role, `cells.${cell}.operators.${tier}`);
      return other === undefined
        ? []
        : [
            document.problem(
              [...path, tier, index],
              `must be a role of its own: ${role} is in ${other} already, and EKS knows a role of a cluster once`,
            ),
          ];
    }),
  );
}
