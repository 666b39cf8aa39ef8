import { resolve } from 'node:path';
import type { Construct } from 'constructs';
import type { Cell, Platform, Tenant } from '../config/platform';
import { tenancySql } from '../constructs/data/sql';
import {
  DedicatedTenant,
  type DedicatedTenantProps,
  tenantLogin,
} from '../constructs/tiers/dedicated-tenant';
import { cellParts, nodesOf } from './cell-parts';
import {
  addonsContract,
  cacheContract,
  dataContract,
  gatewayContract,
  identityContract,
  networkContract,
  tenantContract,
  tierContract,
} from './contracts';
import { zoneNameOf } from './names';
import { letOperationsIn } from './operations-access';
import { PlatformStack } from './platform-stack';
import { releaseSettings } from './release-settings';
import { tierStackKind } from './tier';

export interface TenantStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
  readonly tenant: Tenant;
}

/** Kind of the stack that holds a dedicated tenant. A public contract. */
export const tenantStackKind = ({ id }: Pick<Tenant, 'id'>): string => `tenant-${id}`;

/** All that one dedicated tenant has for itself. */
export class TenantStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell, tenant }: TenantStackProps) {
    const kind = tenantStackKind(tenant);
    // Nothing that could take a tenant's data away is a deployer's to do.
    const offboarding = tenant.lifecycle === 'offboarding';
    const owner = {
      ...{ tier: tenant.tier, tenant: tenant.id, costCentre: tenant.costCentre },
      byAdministrator: offboarding,
    };
    super(scope, { platform, cell, kind, ...owner });
    const at = { cell: cell.id };
    const network = networkContract.read(this, { ...at, stack: 'network' });
    const addons = addonsContract.read(this, { ...at, stack: 'addons' });
    // For the order alone: the tier's nodes and rank must be there before a pod asks for them, and a Gateway before its
    // routes. Their names are known.
    gatewayContract.read(this, { ...at, stack: 'gateway' });
    tierContract.read(this, { ...at, stack: tierStackKind('enterprise') });
    const settings = platform.tiers.enterprise;

    const dedicated = new DedicatedTenant(this, 'Tenant', {
      ...cellParts(this, { platform, cell, kind }, owner),
      tenantId: tenant.id,
      services: settings.services,
      quota: tenant.quota,
      containers: settings.containers,
      releases: releaseSettings(platform, cell, 'enterprise', addons.metricsWorkspaceId),
      ...(tenant.nodePool === 'own' && { nodes: nodesOf(settings.ownNodes) }),
      database: databaseOf(tenant, settings.promises.rpoMinutes, {
        // Zones by name, for their number and order must be known now.
        network: { ...network, zones: cell.zones },
        settings: dataContract.read(this, { ...at, stack: 'data' }),
      }),
      tenancy: {
        // Beside the sources, and synth runs in the project's root: a bundle holds no SQL.
        sql: (login) => tenancySql([login], resolve('constructs/data/sql')),
        namespace: addons.migrationNamespace,
        securityGroupId: addons.migrationSecurityGroupId,
      },
      cache: cacheContract.read(this, { ...at, stack: 'cache' }),
      zone: { id: network.zoneId, name: zoneNameOf(platform, cell) },
      identity: {
        userPoolId: identityContract.read(this, { ...at, stack: 'identity' }).userPoolId,
        lives: {
          accessTokenMinutes: cell.identity.accessTokenMinutes,
          refreshTokenHours: cell.identity.refreshTokenHours,
        },
        machineClientRotation: tenant.machineClientRotation,
        ...federationOf(tenant),
      },
      offboarding,
    });
    letOperationsIn(this, cell, dedicated.database.aurora);
    this.publish(dedicated, { cell, tenant });
  }

  private publish(
    { home, database, secrets, cachePrefix, hostname, identity }: DedicatedTenant,
    { cell, tenant }: Pick<TenantStackProps, 'cell' | 'tenant'>,
  ): void {
    tenantContract.publish(
      this,
      { stack: tenantStackKind(tenant), cell: cell.id },
      {
        tenant: tenant.id,
        namespace: home.name,
        hostname,
        databaseEndpoint: database.endpoint,
        databaseReaderEndpoint: database.readerEndpoint,
        databaseName: database.databaseName,
        databaseUser: tenantLogin(tenant.id),
        clusterEndpoint: database.aurora.cluster.endpoint,
        clusterResourceId: database.aurora.cluster.clusterResourceId,
        cachePrefix,
        secretPath: secrets.path,
        keyArn: secrets.keyArn,
        machineClientId: identity.machineClientId,
        machineSecretName: identity.machineSecretName,
        webClientId: identity.webClientId,
        rateLimitPerSecond: String(tenant.rateLimitPerSecond),
      },
    );
  }
}

/** The customer's own identity provider, as constructs name it. */
function federationOf({ federation }: Tenant): Pick<DedicatedTenantProps['identity'], 'federation'> {
  if (!federation) return {};
  const { saml, oidc, email, name, callbackUrls, logoutUrls } = federation;
  const provider = saml
    ? { kind: 'saml' as const, metadataUrl: saml.metadataUrl }
    : oidc && { kind: 'oidc' as const, issuer: oidc.issuer, clientId: oidc.clientId };
  if (!provider) return {};
  return {
    federation: {
      provider,
      callbackUrls,
      logoutUrls,
      ...(email !== undefined && { email }),
      ...(name !== undefined && { name }),
    },
  };
}

function databaseOf(
  { database }: Tenant,
  rpoMinutes: number,
  parts: Pick<DedicatedTenantProps['database'], 'network' | 'settings'>,
): DedicatedTenantProps['database'] {
  const { minAcu, maxAcu, readers, storage, insights, retentionDays, logRetentionDays } = database;
  return {
    ...parts,
    capacity: { minAcu, maxAcu },
    readers,
    storage,
    insights,
    logRetentionDays,
    recovery: { rpoMinutes, retentionDays },
  };
}
