import { deliverySchema } from '../schema/delivery';
import { platformSchema } from '../schema/platform';
import { tenantSchema } from '../schema/tenant';
import { tiersSchema } from '../schema/tiers';
import type { ConfigDocument } from './document';
import type { Problem } from './problem';
import { didYouMean } from './suggest';
import type { TenantDocument } from './tenant-rules';

/** What delivery must keep across keys. */

const TIERS = ['starter', 'professional', 'enterprise'] as const;
const HOURS_OF_A_DAY = 24;
/** A service with one pod is down while its node is replaced. */
const PROD_REPLICAS = 2;

/** Rules of platform.yaml about delivery. */
export function checkDeliveryRules(
  document: ConfigDocument,
  { environment, tenantNames }: { readonly environment: string; readonly tenantNames: ReadonlySet<string> },
): Problem[] {
  return [
    ...checkConnection(document),
    ...checkInternalTenants(document, tenantNames),
    ...checkServices(document),
    ...checkServiceNames(document),
    ...checkSchemaOwner(document),
    ...checkArtifacts(document),
    ...(environment === 'prod' ? checkReplicas(document) : []),
  ];
}

/** The pipelines are in the home account, and may use its connections only. */
function checkConnection(document: ConfigDocument): Problem[] {
  const home = document.read(['account'], platformSchema.shape.account);
  const path = ['delivery', 'connection'];
  const arn = document.read(path, deliverySchema.shape.connection);
  const [, , , , account] = arn?.split(':') ?? [];
  if (home === undefined || account === undefined || account === home) return [];
  return [document.problem(path, `must be a connection of the home account, ${home}, got one of ${account}`)];
}

/** They are led to pods of the starter tier, which must never see a call of a dedicated tenant. */
function checkInternalTenants(document: ConfigDocument, dedicated: ReadonlySet<string>): Problem[] {
  const path = ['delivery', 'internalTenants'];
  return (document.read(path, deliverySchema.shape.internalTenants) ?? []).flatMap((tenant, index) =>
    dedicated.has(tenant)
      ? [
          document.problem(
            [...path, index],
            `must be a starter tenant, got "${tenant}", which has a tenant file and so is dedicated`,
          ),
        ]
      : [],
  );
}

/** What a tier runs must come from somewhere, and what is delivered must go somewhere. */
function checkServices(document: ConfigDocument): Problem[] {
  const delivered = document.keys(['delivery', 'services']);
  // Without any, that is what is wrong.
  if (delivered.length === 0) return [];
  const services = tiersSchema.shape.enterprise.def.innerType.shape.services;
  const run = TIERS.flatMap((tier) => {
    const path = ['tiers', tier, 'services'];
    return (document.read(path, services) ?? []).map((service, index) => ({ service, tier, path, index }));
  });
  const missing = run
    .filter(({ service }) => !delivered.includes(service))
    .map(({ service, tier, path, index }) =>
      document.problem(
        document.at(path) === undefined ? ['delivery', 'services'] : [...path, index],
        `must be among the services that are delivered (${delivered.join(', ')}), got "${service}", which tier ${tier} runs${didYouMean(service, delivered)}`,
      ),
    );
  const unused = delivered
    .filter((service) => !run.some((one) => one.service === service))
    .map((service) =>
      document.problem(
        ['delivery', 'services', service],
        `must be run by a tier: add it to tiers.<tier>.services, or remove it`,
      ),
    );
  return [...missing, ...unused];
}

/** Ends of names of what belongs to another service: its slices, what tries it out, and its second pipeline. */
const TAKEN_ENDS = ['-internal', '-canary', '-preview', '-contract'] as const;
/** The platform's own pipeline. */
const TAKEN_NAME = 'infrastructure';
/** That, and what onboards tenants: each cell has roles of these names for what the home account starts. */
const TAKEN_NAMES: readonly string[] = [TAKEN_NAME, 'onboarding'];

function checkServiceNames(document: ConfigDocument): Problem[] {
  return document
    .keys(['delivery', 'services'])
    .filter((service) => TAKEN_NAMES.includes(service) || TAKEN_ENDS.some((end) => service.endsWith(end)))
    .map((service) =>
      document.problem(
        ['delivery', 'services', service],
        `must not be named ${TAKEN_NAMES.join(' or ')}, nor end in ${TAKEN_ENDS.join(', ')}: what releases it or another service is named so`,
      ),
    );
}

/** Characters of a pipeline's name by which its artifacts are kept: the same as in `constructs/delivery/names.ts`. */
const ARTIFACT_PREFIX = 20;

/** Pipelines may read and write below the beginning of their names, which must therefore differ. */
function checkArtifacts(document: ConfigDocument): Problem[] {
  const platform = document.read(['platform'], platformSchema.shape.platform);
  const environment = document.read(['environment'], platformSchema.shape.environment);
  if (platform === undefined || environment === undefined) return [];
  const longest = ARTIFACT_PREFIX - `--${environment}`.length - 1;
  if (platform.length > longest) {
    return [
      document.problem(
        ['platform'],
        `must be at most ${longest} characters in ${environment}, got "${platform}"; CodePipeline keeps artifacts below the first ${ARTIFACT_PREFIX} characters of a pipeline's name, by which services could then not be told apart`,
      ),
    ];
  }
  const prefixOf = (name: string): string => `${platform}-${environment}-${name}`.slice(0, ARTIFACT_PREFIX);
  const services = document.keys(['delivery', 'services']).filter((service) => service !== TAKEN_NAME);
  return services.flatMap((service, index) => {
    const other = [TAKEN_NAME, ...services.slice(0, index)].find(
      (one) => prefixOf(one) === prefixOf(service),
    );
    if (other === undefined) return [];
    return [
      document.problem(
        ['delivery', 'services', service],
        `must differ from ${other} earlier: CodePipeline keeps the artifacts of both below ${prefixOf(service)}, where each could change the other's`,
      ),
    ];
  });
}

/** pgroll has one migration of a schema in progress at a time: two services would wait for one another. */
function checkSchemaOwner(document: ConfigDocument): Problem[] {
  const { valueType } = deliverySchema.shape.services.def;
  const owners = document
    .keys(['delivery', 'services'])
    .filter((service) => document.read(['delivery', 'services', service, 'schema'], valueType.shape.schema));
  return owners
    .slice(1)
    .map((service) =>
      document.problem(
        ['delivery', 'services', service, 'schema'],
        `must be true for one service only, got ${owners.join(' and ')}; the migrations of a schema come from one place`,
      ),
    );
}

function checkReplicas(document: ConfigDocument): Problem[] {
  return TIERS.flatMap((tier) => {
    const path = ['tiers', tier, 'replicas'];
    const replicas = document.read(path, tiersSchema.shape.enterprise.def.innerType.shape.replicas);
    if (replicas === undefined || replicas >= PROD_REPLICAS) return [];
    return [
      document.problem(
        path,
        `must be at least ${PROD_REPLICAS} in prod, got ${replicas}; a single pod is gone while its node is replaced`,
      ),
    ];
  });
}

/** Rules of tenant files about when releases may reach them. */
export function checkMaintenanceWindows(tenants: readonly TenantDocument[]): Problem[] {
  const window = tenantSchema.shape.maintenanceWindow;
  return tenants.flatMap(({ document }) => {
    const found = document.read(['maintenanceWindow'], window);
    if (found === undefined || found.hourUtc + found.hours <= HOURS_OF_A_DAY) return [];
    return [
      document.problem(
        ['maintenanceWindow'],
        `must close by midnight UTC, got hourUtc ${found.hourUtc} and hours ${found.hours}; open it earlier, or for ${HOURS_OF_A_DAY - found.hourUtc} hours`,
      ),
    ];
  });
}
