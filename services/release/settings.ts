import * as z from 'zod/mini';
import { isName, NAME_RULE } from '../../constructs/core/owner';
import { SLICES } from '../../constructs/core/releases';
import { MIGRATION_NAME } from '../../constructs/core/schema-jobs';
import { EnvironmentError, problemsOf, setVariables, wholeNumber } from '../valkey/config';

/** What a run does. */
export const STEPS = ['deploy', 'expand', 'soak', 'contract-check', 'contract'] as const;
export type Step = (typeof STEPS)[number];

const name = z.string().check(z.refine(isName, NAME_RULE));
const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));
const httpsUrl = matching(/^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[\w./-]*)?$/, 'must be an https URL');

/** A list in JSON, each of its items once. */
const list = <T extends z.core.$ZodType<string>>(item: T, of: string, most: number) =>
  z.pipe(
    z.pipe(
      z.string().check(z.refine(isList, `must be a JSON list of ${of}`)),
      z.transform((text: string): unknown => JSON.parse(text)),
    ),
    z.array(item).check(
      z.minLength(1, `must have at least one of ${of}`),
      z.maxLength(most, `must have at most ${most}`),
      z.refine((items) => new Set(items).size === items.length, 'must name each once'),
    ),
  );

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

const databases = list(
  matching(
    /^(shard-[1-9]\d{0,3}|tenant-[a-z][a-z0-9]*(-[a-z0-9]+)*)$/,
    'must be the name of a database, such as shard-1 or tenant-acme',
  ),
  'databases, such as ["shard-1"]',
  200,
);

/** What the project of the cell knows, for all steps: its environment. */
const project = {
  /** Service that is released: `api`. */
  SERVICE: name,
  /** Cell that this runs in: `use1a`. */
  CELL: name,
  /** Region of the cell. CodeBuild sets it. */
  AWS_REGION: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of a region'),
};

/** And for the steps that talk to Kubernetes. */
const cluster = {
  /** Name of the EKS cluster, which tokens are good for. */
  CLUSTER_NAME: matching(/^[a-zA-Z0-9][\w-]{0,99}$/, 'must be the name of a cluster'),
  /** URL of its API. */
  CLUSTER_ENDPOINT: httpsUrl,
  /** Its certificate authority, PEM in base64: as EKS tells it. */
  CLUSTER_CA: matching(/^[A-Za-z0-9+/]{64,}={0,2}$/, 'must be a certificate in base64'),
};

/** Where a release stands in the plan: what messages name. */
const place = {
  /** Ring of the plan: `canary`. */
  RING: name,
};

/** Namespace of an owner: tenants' ids have up to 31 characters. */
const owner = matching(
  /^(tier|tenant)-[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  "must be an owner's namespace, such as tier-starter or tenant-acme",
).check(z.maxLength(38));

const migration = matching(
  MIGRATION_NAME,
  'must be the name of a migration: 1-40 lowercase letters, digits and underscores, such as 0007_add_email',
);

/** What runs: the tag of a release. Also a value of an annotation and of an environment variable of pods. */
const release = matching(/^[A-Za-z0-9][\w.+-]{0,127}$/, 'must be the name of a release');

const minutes = (fallback: number) => z._default(wholeNumber(1, 479), fallback);

const deploy = z.object({
  ...project,
  ...cluster,
  ...place,
  STEP: z.literal('deploy'),
  /** Whose pods: the namespace. */
  OWNER: owner,
  /** Part of the owner's tenants: `internal`, `canary` or `main`. @default main */
  SLICE: z._default(z.enum(SLICES, `must be one of ${SLICES.join(', ')}`), 'main'),
  /** Tier whose synthetic tenant tries the release out. @default - that of the owner; `enterprise` for a tenant */
  TIER: z.optional(name),
  /** Image by its digest. */
  IMAGE: matching(
    /^[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/,
    'must be an image by its digest, such as <repository>@sha256:…: a tag can be moved',
  ),
  RELEASE: release,
  /** Last migration that the release needs. @default - it needs none */
  SCHEMA: z.optional(migration),
  /** Databases of the owner, which must be at that migration. Needed with SCHEMA. */
  DATABASES: z.optional(databases),
  /** Beginning of the names of the cell's secrets, and where machines get tokens. */
  SECRET_PATH: matching(/^[\w-]+(\/[\w-]+)+$/, 'must be the beginning of names of secrets'),
  TOKEN_ENDPOINT: httpsUrl,
  /** Longest wait for pods, smoke test and analysis together. @default 60 */
  DEADLINE_MINUTES: minutes(60),
});

const MIGRATIONS = {
  ...project,
  ...cluster,
  /** Databases to change, in this order: the first alone, then the others. */
  DATABASES: databases,
  /** How many of the others at a time. @default 5 */
  PARALLEL: z._default(wholeNumber(1, 20), 5),
  /** Longest wait for one database. @default 60 */
  DEADLINE_MINUTES: minutes(60),
};

const expand = z.object({
  ...MIGRATIONS,
  ...place,
  STEP: z.literal('expand'),
  RELEASE: release,
  /** Last migration of the release. It must be the last one in the folder. */
  SCHEMA: migration,
  /** Folder with the migrations of the release, a file each. @default migrations */
  MIGRATIONS_FOLDER: z._default(z.string(), 'migrations'),
});

const CONTRACTS = {
  /** Days that everybody must have run a release that needs the new schema. */
  CONTRACT_AFTER_DAYS: wholeNumber(1, 90),
};

const contractCheck = z.object({
  ...project,
  ...cluster,
  ...CONTRACTS,
  STEP: z.literal('contract-check'),
  DATABASES: databases,
  /** File that a shell reads afterwards: `export CONTRACT=…`. @default exports.sh */
  EXPORTS_FILE: z._default(z.string(), 'exports.sh'),
});

const contract = z.object({ ...MIGRATIONS, ...CONTRACTS, STEP: z.literal('contract') });

const soak = z.object({
  ...project,
  ...place,
  STEP: z.literal('soak'),
  /** Alarms that must stay quiet. */
  ALARMS: list(
    matching(/^[\w-]{1,255}$/, 'must be the name of an alarm'),
    'names of alarms, such as ["bulkhead-prod-use1a-burn-starter"]',
    100,
  ),
  /** How long they are watched. */
  SOAK_MINUTES: wholeNumber(1, 479),
});

const SCHEMAS = { deploy, expand, soak, 'contract-check': contractCheck, contract } as const;

/** What a run was told, by what it does. */
export type DeploySettings = z.infer<typeof deploy>;
export type ExpandSettings = z.infer<typeof expand>;
export type SoakSettings = z.infer<typeof soak>;
export type ContractCheckSettings = z.infer<typeof contractCheck>;
export type ContractSettings = z.infer<typeof contract>;
export type Settings =
  DeploySettings | ExpandSettings | SoakSettings | ContractCheckSettings | ContractSettings;

/**
 * What a run was told. Variables of other steps may be set too, and are not looked at.
 *
 * @throws EnvironmentError with all that is wrong
 */
export function settingsIn(environment: Readonly<Record<string, string | undefined>>): Settings {
  const variables = setVariables(environment);
  const { STEP } = variables;
  if (!isStep(STEP)) {
    throw new EnvironmentError([`STEP must be one of ${STEPS.join(', ')}, got '${STEP ?? ''}'`]);
  }
  const result = SCHEMAS[STEP].safeParse(variables);
  const problems = [
    ...(result.success ? [] : problemsOf(result.error.issues, variables)),
    ...(STEP === 'deploy' ? deployProblems(variables) : []),
  ];
  if (!result.success || problems.length > 0) throw new EnvironmentError(problems);
  return result.data;
}

const isStep = (step: string | undefined): step is Step => (STEPS as readonly unknown[]).includes(step);

/** What a deployment asks besides the shape of each variable. */
function deployProblems({ OWNER, SLICE, SCHEMA, DATABASES }: Readonly<Record<string, string>>): string[] {
  return [
    ...(SCHEMA !== undefined && DATABASES === undefined ? ['DATABASES must be set, for SCHEMA is'] : []),
    ...(SLICE !== undefined && SLICE !== 'main' && OWNER?.startsWith('tier-') === false
      ? [`SLICE must be main for ${OWNER}: only a tier's tenants are divided, got '${SLICE}'`]
      : []),
  ];
}
