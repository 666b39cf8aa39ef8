import { smokeTokenName, syntheticTenant } from '../../constructs/core/releases';
import { API_SCOPES, machineScope, tenantResourceServer } from '../../constructs/core/tenant-token';
import { askAws } from './aws';
import { iso, MINUTE_MS } from './clock';
import type { Context } from './context';
import { send } from './http';
import { Failure } from './output';
import { withRetries } from './retry';
import type { DeploySettings } from './settings';

/** Tier whose synthetic tenant tries out releases of an owner. Dedicated tenants are of this tier. */
const DEDICATED = 'enterprise';

/** Tier of an owner, by its namespace. */
export const tierOf = ({ OWNER, TIER }: Pick<DeploySettings, 'OWNER' | 'TIER'>): string =>
  TIER ?? (OWNER.startsWith('tier-') ? OWNER.slice('tier-'.length) : DEDICATED);

/**
 * The token by which smoke tests are somebody: kept in a secret of the owner's namespace, and made anew before it ends, for as
 * long as a release waits.
 */
export class SmokeToken {
  private renewAt = 0;

  public constructor(
    private readonly context: Context,
    private readonly settings: DeploySettings,
  ) {}

  /**
   * Sees to it that the secret holds a token that is good for at least half of its life.
   *
   * @throws Failure when the synthetic tenant gets none
   */
  public async refresh(): Promise<void> {
    const { clock, output, kubernetes } = this.context;
    const { OWNER, SERVICE, CELL } = this.settings;
    const now = clock.now();
    if (now < this.renewAt) return;
    const tenant = syntheticTenant(tierOf(this.settings), CELL);
    const { token, seconds } = await this.issue(tenant);
    await kubernetes.apply('Secret', OWNER, {
      metadata: { name: smokeTokenName(SERVICE) },
      ...{ type: 'Opaque', data: { token: Buffer.from(token).toString('base64') } },
    });
    this.renewAt = now + (seconds * 1000) / 2;
    output.tell(`token of ${tenant} written, good until ${iso(now + seconds * 1000)}`);
  }

  /** As {@link refresh}, while a release waits: a token that cannot be renewed is told of, and may be needed no more. */
  public async keep(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { clock, output } = this.context;
      this.renewAt = clock.now() + MINUTE_MS;
      output.tell(`the token of the smoke test could not be renewed: ${error.message}`);
    }
  }

  /** "The token issuer endpoint", Amazon Cognito Developer Guide: client credentials. */
  private async issue(tenant: string): Promise<{ readonly token: string; readonly seconds: number }> {
    const { clock, output } = this.context;
    const { TOKEN_ENDPOINT } = this.settings;
    const { id, secret } = await this.credentials(tenant);
    const basic = Buffer.from(`${id}:${secret}`).toString('base64');
    output.keepSecret(basic);
    const answer = await withRetries(
      () =>
        send({
          method: 'POST',
          url: TOKEN_ENDPOINT,
          headers: {
            authorization: `Basic ${basic}`,
            'content-type': 'application/x-www-form-urlencoded',
            accept: 'application/json',
          },
          // Smoke tests only read.
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            scope: `${API_SCOPES.read} ${machineScope(tenant)}`,
          }).toString(),
        }),
      {
        clock,
        onRetry: (why) => {
          output.tell(`the token endpoint does not answer (${why}); trying again`);
        },
      },
    );
    const { access_token: token, expires_in: seconds, error } = fieldsOf(answer.body);
    if (answer.status !== 200 || typeof token !== 'string' || typeof seconds !== 'number') {
      throw new Failure(
        `${TOKEN_ENDPOINT} gave ${tenant} no token: ${typeof error === 'string' ? error : `status ${String(answer.status)}`}`,
        `look at the log of the function token-claims of the cell, which says why; the registry must hold ${tenant} as active.`,
      );
    }
    output.keepSecret(token);
    output.keepSecret(Buffer.from(token).toString('base64'));
    return { token, seconds };
  }

  private async credentials(tenant: string): Promise<{ readonly id: string; readonly secret: string }> {
    const { aws, output } = this.context;
    const name = `${this.settings.SECRET_PATH}/${tenantResourceServer(tenant)}/machine-credentials`;
    const answer = (await askAws(
      {
        service: 'secretsmanager',
        target: 'secretsmanager.GetSecretValue',
        version: '1.1',
        body: { SecretId: name },
      },
      aws,
    )) as { readonly SecretString?: unknown };
    const { client_id: id, client_secret: secret } = fieldsOf(
      typeof answer.SecretString === 'string' ? answer.SecretString : '',
    );
    if (typeof id !== 'string' || typeof secret !== 'string') {
      throw new Failure(
        `secret ${name} must hold client_id and client_secret`,
        "deploy the cell's identity stack, which makes the machine client of the synthetic tenant.",
      );
    }
    output.keepSecret(secret);
    return { id, secret };
  }
}

/** Members of a JSON object; none if it is no such. */
function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
