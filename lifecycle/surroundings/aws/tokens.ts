import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Platform } from '../../../config/platform';
import { notBeforeOf, revoke } from '../../../services/authorizer/deny-list';
import { valkeyClient } from '../../../services/valkey/client';
import { EnvironmentError, valkeyConfig } from '../../../services/valkey/config';
import { placementOfCell } from '../../../stacks/names';
import { LifecycleError } from '../../mistake';
import type { Place, Registry } from '../../registry';
import type { Stacks, Tell, Tokens } from '../../surroundings';
import { objectIn } from '../http';
import { cellOf, dedicatedContract, type TenantContract, tenantItem } from '../lookups';
import { smoke } from '../smoke';
import type { Credentials } from './credentials';

export interface AwsTokensProps {
  readonly registry: Registry;
  readonly stacks: Pick<Stacks, 'contract'>;
  readonly platform: () => Platform;
  readonly credentials: Credentials;
  readonly now: () => number;
}

/** A new name is known everywhere within minutes, a target behind a load balancer within some more. In milliseconds. */
const WAIT_MS = 15 * 60_000;

/** Tokens of tenants on AWS. */
export class AwsTokens implements Tokens {
  public constructor(private readonly props: AwsTokensProps) {}

  public async smoke(
    tenantId: string,
    place: Place,
    tell: Tell = () => undefined,
  ): Promise<readonly string[]> {
    const { registry, stacks, platform, now } = this.props;
    const contract = await dedicatedContract(stacks, tenantId, place);
    const identity = await stacks.contract({ cell: place.cell, stack: 'identity' });
    const domain = identity?.['signInDomain'];
    if (domain === undefined) {
      throw new LifecycleError(`${place.cell}-identity is not deployed: nobody gives tokens there`);
    }
    const { tier } = await tenantItem(registry, tenantId);
    const [service = ''] = platform().tiers.enterprise.services;
    return smoke({
      ...{ tenantId, tier, place, service, now, tell, waitMs: WAIT_MS, hostname: contract.hostname },
      client: {
        id: contract.machineClientId,
        secret: await this.secretOf(place, contract),
        tokenEndpoint: `https://${domain}/oauth2/token`,
      },
    });
  }

  public async revoke(tenantId: string, { cell }: Place): Promise<void> {
    const way = [
      `from a pod or a host in the VPC of ${cell} that may be its cache's user plt-revocation, with VALKEY_HOST and the other variables set:`,
      `npm run revoke -- tenant ${tenantId}   (services/authorizer/README.md says how)`,
    ];
    if ((process.env['VALKEY_HOST'] ?? '').trim() === '') {
      throw new LifecycleError(
        `the deny-list of ${cell} is in its cache, which answers in its VPC only; VALKEY_HOST says where, and is not set`,
        way,
      );
    }
    const store = valkeyClient(configured(way));
    try {
      const now = this.props.now();
      const notBefore = notBeforeOf('tenant', Math.floor(now / 1000));
      await revoke(store, { kind: 'tenant', id: tenantId, notBefore }, now);
    } catch (error) {
      throw new LifecycleError(
        `the cache of ${cell} did not take it, so tokens may not be revoked: ${(error as Error).message}`,
        way,
      );
    } finally {
      store.close();
    }
  }

  /**
   * As the role that {@link SMOKE_ROLE} names, or as the caller himself. No deployer may read a tenant's secrets, and none is to:
   * whoever may, may be nobody else.
   */
  private async secretOf(
    { cell }: Place,
    { machineSecretName, machineClientId }: Pick<TenantContract, 'machineSecretName' | 'machineClientId'>,
  ): Promise<string> {
    const platform = this.props.platform();
    const { credentials } = this.props;
    const role = (process.env[SMOKE_ROLE] ?? '').trim();
    const { region } = placementOfCell(platform, cellOf(platform, cell));
    const client = new SecretsManagerClient({
      region,
      credentials: role === '' ? credentials.own() : credentials.of(role, 'smoke'),
    });
    try {
      const { SecretString = '' } = await client.send(
        new GetSecretValueCommand({ SecretId: machineSecretName }),
      );
      const { client_id: id, client_secret: secret } = objectIn(SecretString);
      if (id === machineClientId && typeof secret === 'string') return secret;
      throw new LifecycleError(
        `secret ${machineSecretName} does not hold client ${machineClientId} of the contract`,
        [`deploy the stack again: it has the function machine-client put it there`],
      );
    } catch (error) {
      if (!(error instanceof Error) || !UNREADABLE.includes(error.name)) throw error;
      throw new LifecycleError(
        `secret ${machineSecretName} in ${region} cannot be read as ${role === '' ? 'yourself' : role}: ${error.name}`,
        [
          `set ${SMOKE_ROLE} to the ARN of a role of the cell's account that may, and that you may take: docs/runbooks/onboarding.md says what it needs`,
        ],
      );
    } finally {
      client.destroy();
    }
  }
}

/** Variable that names the role by which secrets of machine clients are read. */
const SMOKE_ROLE = 'BULKHEAD_SMOKE_ROLE';

/** Errors of Secrets Manager that say whose it is, or that it is elsewhere. */
const UNREADABLE: readonly string[] = [
  'AccessDeniedException',
  'AccessDenied',
  'DecryptionFailure',
  'ResourceNotFoundException',
];

function configured(way: readonly string[]): ReturnType<typeof valkeyConfig> {
  try {
    return valkeyConfig(process.env);
  } catch (error) {
    throw error instanceof EnvironmentError ? new LifecycleError(error.message, way) : error;
  }
}
