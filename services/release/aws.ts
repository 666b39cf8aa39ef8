import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsCredentials, Sha256 } from '../valkey/iam-token';
import { Failure, type Output } from './output';
import { send } from './http';
import { type Patience, withRetries } from './retry';

/** The account that a run has, and what it needs to ask. */
export interface AwsContext extends Patience {
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly output: Output;
  /**
   * Where AWS answers, instead of each service's own place: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
   *
   * @default - `https://<service>.<region>.amazonaws.com`
   */
  readonly endpoint?: string | undefined;
}

export interface AwsCall {
  /** Name of the service in signatures and in its host name. */
  readonly service: 'secretsmanager' | 'monitoring';
  /** Header X-Amz-Target: `secretsmanager.GetSecretValue`. */
  readonly target: string;
  /** Version of AWS's JSON protocol. */
  readonly version: '1.0' | '1.1';
  readonly body: object;
}

/**
 * Answer of a service of AWS, as JSON. Two calls do not need the SDK's clients, which are many times this program's size.
 *
 * @throws Failure naming the call and AWS's error
 */
export async function askAws(call: AwsCall, context: AwsContext): Promise<unknown> {
  const { service, target, version } = call;
  const { region, credentials, clock, output } = context;
  const url = new URL(context.endpoint ?? `https://${service}.${region}.amazonaws.com`);
  const body = JSON.stringify(call.body);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const answer = await withRetries(async () => {
    const { headers } = await signer.sign(
      {
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: '/',
        query: {},
        headers: {
          host: url.host,
          'content-type': `application/x-amz-json-${version}`,
          'x-amz-target': target,
        },
        body,
      },
      { signingDate: new Date(clock.now()) },
    );
    output.keepSecret(headers['x-amz-security-token'] ?? '');
    return send({ method: 'POST', url: `${url.origin}/`, headers, body });
  }, context);
  if (answer.status === 200) return JSON.parse(answer.body);
  throw new Failure(
    `${target} was refused: ${errorOf(answer.body, answer.status)}`,
    "compare the release project's role in the cell with what services/release/README.md says it asks for.",
  );
}

/** "AWS JSON 1.0 protocol", Smithy documentation: `__type` names the error. Its text may repeat what was sent. */
function errorOf(body: string, status: number): string {
  try {
    const { __type } = JSON.parse(body) as { readonly __type?: unknown };
    if (typeof __type === 'string') return __type.split('#').at(-1) ?? __type;
  } catch {
    // A proxy's page, which is not worth reading.
  }
  return `status ${String(status)}`;
}
