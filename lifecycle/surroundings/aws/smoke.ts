import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { CLAIMS } from '../../../constructs/core/tenant-token';
import type { Seen, Sighting } from '../../../services/machine-client/smoke';
import { LifecycleError } from '../../mistake';
import type { Place } from '../../registry';
import { NotYet, type Patience, persist } from '../smoke';

/** What the function of the cell is asked. */
export interface SmokeRequest {
  readonly smoke: { readonly tenantId: string; readonly clientId: string; readonly service: string };
}

export interface AwsSmokeProps extends Patience {
  readonly tenantId: string;
  readonly tier: string;
  readonly place: Place;
  /** Machine client of the tenant's contract. */
  readonly clientId: string;
  /** The tenant's host name, for people. */
  readonly hostname: string;
  /** A service of the tenant's, by whose path it is called. */
  readonly service: string;
  /** How long all may take until it is well, in milliseconds. */
  readonly waitMs: number;
  /** Has the cell's function try once. */
  readonly look: (request: SmokeRequest) => Promise<Sighting>;
}

/**
 * Has the function that made the tenant's machine client do as that machine does. Nobody else may read its secret, whoever
 * onboards a tenant least of all: the secret's own policy admits the tenant's pods alone. New names take minutes to be known,
 * copies of the registry seconds, so it is tried until the time is over.
 *
 * @returns what was seen, for people
 * @throws LifecycleError naming what was refused, by whom, and where to look
 */
export async function smoke(props: AwsSmokeProps): Promise<readonly string[]> {
  const { tenantId, tier, place, clientId, service, hostname } = props;
  const deadline = props.now() + props.waitMs;
  const { own, open } = await persist(
    props,
    deadline,
    async () => judged(await props.look({ smoke: { tenantId, clientId, service } }), props),
    [
      `the log of the function token-claims of ${place.cell} says why there is no token, and names no person`,
      `the gateway's log says why a call is refused: docs/guides/gateway.md, "Answers that are not the service's"`,
    ],
  );
  return [
    `a token of client ${clientId} says tenant ${tenantId}, tier ${tier}, cell ${place.cell}, shard ${place.shard}`,
    `${hostname} lets it in: GET /${service}/health answers ${String(own)}${
      own === 503 ? ` (no release of ${service} is there yet)` : ''
    }`,
    `${hostname} refuses a call without a token: ${String(open)}`,
  ];
}

/**
 * @returns the status with the token, and without it
 * @throws NotYet what may become well by itself
 * @throws LifecycleError when the token is another's: that is no matter of waiting
 */
function judged(
  { token, own, open }: Sighting,
  { tenantId, tier, place, hostname }: AwsSmokeProps,
): { readonly own: number; readonly open: number } {
  if (!token.claims) throw new NotYet(`${tenantId} is given no token: ${told(token)}`);
  const wanted = { tenant: tenantId, tier, cell: place.cell, shard: place.shard };
  for (const [name, value] of Object.entries(wanted)) {
    const found = token.claims[CLAIMS[name as keyof typeof wanted]];
    if (found !== value) {
      throw new LifecycleError(
        `the token of ${tenantId} must say ${name} ${value}, and says ${found ?? 'none'}`,
        ['stop: nobody may use this client before it is known why. docs/adr/0017-whose-token-it-is.md'],
      );
    }
  }
  if (own?.status === undefined || own.reason !== undefined || [401, 403, 429].includes(own.status)) {
    throw new NotYet(`${hostname} refuses the tenant's own token: ${told(own)}`);
  }
  if (open?.status !== 401 && open?.status !== 403) {
    throw new NotYet(`${hostname} must refuse a call without a token, and answers ${told(open)}`);
  }
  return { own: own.status, open: open.status };
}

const told = ({ status, reason, noAnswer }: Seen = {}): string =>
  [status, reason, noAnswer].filter((part) => part !== undefined).join(' ') || 'nothing';

/**
 * Calls the function.
 *
 * @throws LifecycleError with what the function says is wrong with the request, or that it may not be called
 */
export async function invoked(
  lambda: Pick<LambdaClient, 'send'>,
  name: string,
  request: SmokeRequest,
): Promise<Sighting> {
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(request)) }),
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
    if (FunctionError === undefined) return answer as Sighting;
    const { errorMessage = FunctionError } = answer as { readonly errorMessage?: string };
    throw new LifecycleError(`the function ${name} refuses: ${errorMessage}`);
  } catch (error) {
    if (!(error instanceof Error) || !UNCALLED.includes(error.name)) throw error;
    throw new LifecycleError(`the function ${name} cannot be called: ${error.name}`, [
      "it is of the stack <cell>-identity, and may be called with the role that deploys tenants' stacks: be one of its deployers",
    ]);
  }
}

/** "Invoke", AWS Lambda API reference, and what IAM answers. */
const UNCALLED: readonly string[] = ['AccessDenied', 'AccessDeniedException', 'ResourceNotFoundException'];
