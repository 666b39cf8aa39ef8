import * as z from 'zod/mini';
import { resolvePlatform, type Platform } from '../platform';
import { cellId } from '../schema/cell';
import { platformSchema } from '../schema/platform';
import { tenantSchema } from '../schema/tenant';
import { checkDeliveryRules, checkMaintenanceWindows } from './delivery-rules';
import { explainIssues } from './explain';
import { checkGatewayRules } from './gateway-rules';
import { checkFederation, checkIdentityRules } from './identity-rules';
import { parseSource, type Parsed, type Source } from './parse';
import { checkPlatformRules } from './platform-rules';
import type { Problem } from './problem';
import { checkTenantRules } from './tenant-rules';
import { checkTenantSizes, checkTierRules } from './tier-rules';

/** One environment's files, as text. */
export interface EnvironmentFiles {
  /** Name of the environment's folder. */
  readonly environment: string;
  /** platform.yaml; undefined when it cannot be read, which the reader has reported. */
  readonly platform: Parsed | undefined;
  /** Tenant files to check, with their names without `.yaml`. */
  readonly tenants: readonly { readonly name: string; readonly source: Source }[];
  /** Names of all tenant files, read or not. */
  readonly tenantNames: ReadonlySet<string>;
}

export type Checked =
  | { readonly platform: Platform; readonly problems: readonly [] }
  | { readonly platform: undefined; readonly problems: readonly Problem[] };

/** Validates one environment's files: the platform they describe, or everything that is wrong with them. */
export function checkConfig({ environment, platform, tenants, tenantNames }: EnvironmentFiles): Checked {
  const platformDocument = platform?.document;
  const parsed = tenants.map(({ name, source }) => ({ name, ...parseSource(source) }));
  const tenantDocuments = parsed.flatMap(({ name, document }) => (document ? [{ name, document }] : []));
  const cells = (platformDocument?.keys(['cells']) ?? []).filter((id) => z.safeParse(cellId, id).success);

  const problems = [
    ...(platform?.problems ?? []),
    ...parsed.flatMap((tenant) => tenant.problems),
    ...(platformDocument ? explainIssues(platformDocument, platformSchema) : []),
    ...(platformDocument
      ? [
          ...checkPlatformRules(platformDocument, { environment, tenantFiles: tenantNames.size }),
          ...checkTierRules(platformDocument, environment),
          ...checkIdentityRules(platformDocument, environment),
          ...checkGatewayRules(platformDocument, environment),
          ...checkDeliveryRules(platformDocument, { environment, tenantNames }),
        ]
      : []),
    ...tenantDocuments.flatMap(({ document }) => explainIssues(document, tenantSchema)),
    // Without any cell, platform.yaml is what is wrong, not every tenant.
    ...checkTenantRules(tenantDocuments, tenantNames, cells.length > 0 ? cells : undefined),
    ...checkTenantSizes(tenantDocuments, platformDocument, environment),
    ...checkFederation(tenantDocuments),
    ...checkMaintenanceWindows(tenantDocuments),
  ];
  if (problems.length > 0 || platformDocument === undefined) return { platform: undefined, problems };

  return {
    platform: resolvePlatform(
      platformSchema.parse(platformDocument.data),
      tenantDocuments.map(({ document }) => tenantSchema.parse(document.data)),
    ),
    problems: [],
  };
}
