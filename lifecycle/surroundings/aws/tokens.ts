import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Platform } from '../../../config/platform';
import { cacheUserId } from '../../../constructs/cache/cache-user';
import { PLATFORM_OWNERS } from '../../../constructs/cache/platform-users';
import { machineClientFunctionName } from '../../../constructs/core/machine-secret';
import { tenantDataRoleArn } from '../../../constructs/operations/names';
import { notBeforeOf, revoke } from '../../../services/authorizer/deny-list';
import { valkeyClient } from '../../../services/valkey/client';
import { iamToken } from '../../../services/valkey/iam-token';
import { deployerRoleArn } from '../../../stacks/deployment-access';
import { placementOfCell } from '../../../stacks/names';
import { deployLine } from '../../command-line';
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
    const { platform, stacks, credentials } = this.props;
    const placement = placementOfCell(platform(), cellOf(platform(), cell));
    const cache = await stacks.contract({ cell, stack: 'cache' });
    if (!cache) {
      throw new LifecycleError(`${cell}-cache is not deployed: there is no list of what is revoked`, [
        deployLine(`${cell}-cache`, placement.environment),
      ]);
    }
    const iam = {
      userId: cacheUserId(placement, PLATFORM_OWNERS.revocation),
      replicationGroupId: cache['replicationGroupId'] ?? '',
      region: placement.region,
    };
    const store = valkeyClient(
      {
        host: cache['endpoint'] ?? '',
        port: Number(cache['port']),
        ...{ tls: true, cluster: true, iam },
      },
      {
        token: () =>
          iamToken({ ...iam, credentials: credentials.of(tenantDataRoleArn(placement), 'revocation') }),
      },
    );
    try {
      const now = this.props.now();
      const notBefore = notBeforeOf('tenant', Math.floor(now / 1000));
      await revoke(store, { kind: 'tenant', id: tenantId, notBefore }, now);
    } catch (error) {
      throw new LifecycleError(
        `the cache of ${cell} did not take it, so tokens may not be revoked: ${(error as Error).message}`,
        [`it answers in the VPC of ${cell} only: the same command with --in-cell runs there`],
      );
    } finally {
      store.close();
    }
  }
}
