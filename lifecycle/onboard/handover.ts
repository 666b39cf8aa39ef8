import type { TenantItem } from '../../constructs/registry/tenant-item';
import type { Surroundings } from '../surroundings';
import { cellOf, dedicatedContract } from '../surroundings/lookups';
import { pathOf } from './tenant-file';

/** What a dedicated tenant needs to begin, and nothing that is secret. */
export interface Handover {
  readonly tenant: string;
  readonly name: string;
  readonly tier: string;
  readonly state: string;
  readonly cell: string;
  readonly region: string;
  readonly shard: string;
  readonly hostname: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** Scopes that its machines may ask for. */
  readonly scopes: readonly string[];
  /** Name of the secret that holds the client's id and secret, in the cell's account and region. */
  readonly secretName: string;
  readonly namespace: string;
  readonly databaseEndpoint: string;
  readonly databaseName: string;
  readonly rateLimitPerSecond: number;
  /** The tenant's file. */
  readonly file: string;
}

/** @throws LifecycleError when the tenant's stack has published nothing */
export async function handoverOf(item: TenantItem, surroundings: Surroundings): Promise<Handover> {
  const { tenantId, name = '', tier, state, cell = '', shard = '', scopes = [] } = item;
  const contract = await dedicatedContract(surroundings.stacks, tenantId, { cell });
  const identity = await surroundings.stacks.contract({ cell, stack: 'identity' });
  return {
    ...{ tenant: tenantId, name, tier, state, cell, shard },
    region: cellOf(surroundings.platform(), cell).region,
    hostname: contract.hostname,
    tokenEndpoint: `https://${identity?.['signInDomain'] ?? ''}/oauth2/token`,
    clientId: contract.machineClientId,
    scopes: [...scopes, `tenant-${tenantId}/machine`],
    secretName: contract.machineSecretName,
    namespace: contract.namespace,
    databaseEndpoint: contract.databaseEndpoint,
    databaseName: contract.databaseName,
    rateLimitPerSecond: Number(contract.rateLimitPerSecond),
    file: pathOf(surroundings.configFolder, surroundings.environment, tenantId),
  };
}

/** For people: what it is, where it is, and what the first steps are. */
export function handoverText(handover: Handover, kind: Surroundings['kind']): string {
  const { hostname, tokenEndpoint, clientId, scopes, secretName, region } = handover;
  const rows: readonly (readonly [string, string])[] = [
    ['tenant', `${handover.tenant} (${handover.name}), ${handover.tier}, ${handover.state}`],
    ['cell', `${handover.cell}, ${region}`],
    ['host name', hostname],
    ['token endpoint', tokenEndpoint],
    ['client id', clientId],
    ['its secret', `in Secrets Manager of the cell: ${secretName}`],
    ['scopes', scopes.join(' ')],
    ['calls a second', String(handover.rateLimitPerSecond)],
    ['namespace', handover.namespace],
    ['database', `${handover.databaseName} at ${handover.databaseEndpoint}`],
    ['file', handover.file],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const steps = [
    `1. Give the customer host name, token endpoint and client id, and the secret by a way of its own:`,
    `   aws secretsmanager get-secret-value --region ${region} --secret-id ${secretName}`,
    `2. Its machine gets a token, and calls with it:`,
    `   curl -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials -d "scope=${scopes.join(' ')}" ${tokenEndpoint}`,
    `   curl -H "Authorization: Bearer $TOKEN" https://${hostname}/<service>/…`,
    `3. Releases reach it with the next one of each service: docs/guides/delivery.md`,
  ];
  const rehearsed =
    'This was a rehearsal: nothing of it is outside this machine. Without --rehearse it is real.';
  return [
    '',
    ...rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`),
    '',
    ...(kind === 'rehearsal' ? [rehearsed] : steps),
  ].join('\n');
}
