import { randomBytes } from 'node:crypto';
import type { Cell, Platform } from '../../../config/platform';
import { tenantResourceServer } from '../../../constructs/core/tenant-token';
import type { CheckConfig } from '../../../services/authorizer/config';
import { notBeforeOf } from '../../../services/authorizer/deny-list';
import { smoke as look } from '../../../services/machine-client/smoke';
import { zoneNameOf } from '../../../stacks/names';
import { LifecycleError } from '../../mistake';
import type { Place, Registry } from '../../registry';
import type { Stacks, Tell, Tokens } from '../../surroundings';
import { cellOf, dedicatedContract, tenantItem } from '../lookups';
import { smoke } from '../smoke';
import { FileDenyList } from './deny-list';
import { exchange } from './exchange';
import { gateway } from './gateway';
import { Signer } from './signer';
import { tokenEndpoint } from './token-endpoint';

export interface RehearsalTokensProps {
  /** Folder of the rehearsal. */
  readonly folder: string;
  readonly registry: Registry;
  readonly stacks: Pick<Stacks, 'contract'>;
  readonly platform: () => Platform;
  readonly now: () => number;
}

/** In a rehearsal all answers are there at once: what is not well then never will be. */
const WAIT_MS = 0;

/** Where the stand-in of the token endpoint is. */
const TOKEN_HOST = 'auth.invalid';

/** Tokens of rehearsed tenants: the cell's own function looks, and finds stand-ins of Cognito and of a gateway. */
export class RehearsalTokens implements Tokens {
  public constructor(private readonly props: RehearsalTokensProps) {}

  public async smoke(
    tenantId: string,
    place: Place,
    tell: Tell = () => undefined,
  ): Promise<readonly string[]> {
    const { registry, platform, now, folder } = this.props;
    const contract = await dedicatedContract(this.props.stacks, tenantId, place);
    const cell = cellOf(platform(), place.cell);
    const item = await tenantItem(registry, tenantId);
    const signer = await Signer.of(`https://issuer.${zoneNameOf(platform(), cell)}`);
    // Nobody has put a secret into the simulated world: the one of this check is made for it, and gone with it.
    const client = { id: contract.machineClientId, secret: randomBytes(32).toString('hex'), tenantId };
    const endpoint = {
      ...{ registry, client, signer, now, cell: cell.id, log: tell },
      accessTokenMinutes: cell.identity.accessTokenMinutes,
      refreshAfterMinutes: cell.identity.refreshAfterMinutes,
    };
    const entry = {
      ...{ signer, now, fleet: 'enterprise' as const, check: checkOf(platform(), cell) },
      revoked: () => new FileDenyList(folder, cell.id).all(),
    };
    const [service = ''] = platform().tiers.enterprise.services;
    return smoke({
      ...{ tenantId, tier: item.tier, place, hostname: contract.hostname, service, now, tell },
      clientId: client.id,
      waitMs: WAIT_MS,
      look: (request) =>
        look(request, {
          userPoolId: '',
          tokenEndpoint: `https://${TOKEN_HOST}/oauth2/token`,
          hostOf: () => contract.hostname,
          cognito: () => Promise.resolve({ UserPoolClient: machineClient(client) }),
          fetch: exchange((host, call) =>
            host === TOKEN_HOST ? tokenEndpoint(endpoint, call) : gateway(entry, call),
          ),
          log: () => undefined,
        }),
    });
  }

  public async revoke(tenantId: string, { cell }: Place): Promise<void> {
    const { folder, now, platform } = this.props;
    const known = platform().cells.map(({ id }) => id);
    if (!known.includes(cell))
      throw new LifecycleError(`there is no cell ${cell}; there are: ${known.join(', ')}`);
    const notBefore = notBeforeOf('tenant', Math.floor(now() / 1000));
    await new FileDenyList(folder, cell).revoke({ kind: 'tenant', id: tenantId, notBefore }, now());
  }
}

/** The client as `DescribeUserPoolClient` tells it. */
const machineClient = ({ tenantId, secret }: { readonly tenantId: string; readonly secret: string }) => ({
  ClientName: `${tenantResourceServer(tenantId)}.machine-1`,
  ClientSecret: secret,
});

/** What an authorizer of the cell is told, as far as it is about dedicated tenants. */
const checkOf = (platform: Platform, cell: Cell): CheckConfig => ({
  cell: cell.id,
  zone: zoneNameOf(platform, cell),
  tiers: new Map([
    ['enterprise', { fleet: 'enterprise', limit: platform.tiers.enterprise.promises.rateLimitPerSecond }],
  ]),
  maxAgeMs: cell.gateway.denyListStalenessSeconds * 1000,
  // The authorizer's own default: services/authorizer/config.ts. Both clocks are this machine's.
  clockSkewSeconds: 5,
  shedToPercent: cell.gateway.shedToPercent,
});
