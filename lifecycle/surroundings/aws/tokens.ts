import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Platform } from '../../../config/platform';
import { machineClientFunctionName } from '../../../constructs/core/machine-secret';
import { notBeforeOf, revoke } from '../../../services/authorizer/deny-list';
import { valkeyClient } from '../../../services/valkey/client';
import { EnvironmentError, valkeyConfig } from '../../../services/valkey/config';
import { deployerRoleArn } from '../../../stacks/deployment-access';
import { placementOfCell } from '../../../stacks/names';
import { LifecycleError } from '../../mistake';
import type { Place, Registry } from '../../registry';
import type { Stacks, Tell, Tokens } from '../../surroundings';
import { cellOf, dedicatedContract, dedicatedPlace, tenantItem } from '../lookups';
import { smoke } from '../smoke';
import type { Credentials } from './credentials';
import { invoked } from './machine-client';

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
    const { registry, stacks, platform, credentials, now } = this.props;
    const contract = await dedicatedContract(stacks, tenantId, place);
    const { tier } = await tenantItem(registry, tenantId);
    const [service = ''] = platform().tiers.enterprise.services;
    const placement = placementOfCell(platform(), cellOf(platform(), place.cell));
    const lambda = new LambdaClient({
      region: placement.region,
      credentials: credentials.of(deployerRoleArn(placement, dedicatedPlace(tenantId)), 'smoke'),
    });
    try {
      return await smoke({
        ...{ tenantId, tier, place, service, now, tell, waitMs: WAIT_MS, hostname: contract.hostname },
        clientId: contract.machineClientId,
        look: (request) => invoked(lambda, machineClientFunctionName(placement), request),
      });
    } finally {
      lambda.destroy();
    }
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
}

function configured(way: readonly string[]): ReturnType<typeof valkeyConfig> {
  try {
    return valkeyConfig(process.env);
  } catch (error) {
    throw error instanceof EnvironmentError ? new LifecycleError(error.message, way) : error;
  }
}
