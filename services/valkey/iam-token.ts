import { createHash, createHmac } from 'node:crypto';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { fromHttp } from '@aws-sdk/credential-provider-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** AWS credentials, as providers of the SDK give them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How long a token may be used to log in, in seconds: the longest that ElastiCache takes. */
export const TOKEN_SECONDS = 900;

/** SHA-256 and its HMAC of Node, in the shape that the signer wants. */
export class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  public constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }

  public update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytes(data));
  }

  public digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  public reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

export interface IamTokenProps {
  readonly userId: string;
  readonly replicationGroupId: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /** @default - the clock of this machine, which AWS wants within some minutes of its own */
  readonly now?: Date;
}

/**
 * The password of an IAM user of ElastiCache: the URL of a call `connect`, signed in its query and good for
 * {@link TOKEN_SECONDS}, without its scheme.
 *
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 * @throws Error when there are no credentials
 */
export async function iamToken({
  userId,
  replicationGroupId,
  region,
  credentials,
  now,
}: IamTokenProps): Promise<string> {
  const signer = new SignatureV4({ service: 'elasticache', region, credentials, sha256: Sha256 });
  const { hostname, path, query } = await signer.presign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname: replicationGroupId,
      path: '/',
      query: { Action: 'connect', User: userId },
      headers: { host: replicationGroupId },
    },
    { expiresIn: TOKEN_SECONDS, ...(now && { signingDate: now }) },
  );
  const pairs = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `${hostname}${path}?${pairs.join('&')}`;
}

/** How long the agent that hands out credentials may take, in milliseconds. */
const AGENT_TIMEOUT_MS = 1000;

/** Where an agent is: in full for EKS Pod Identity, as a path for CodeBuild. "Container credential provider", AWS SDKs and Tools Reference Guide. */
const AGENTS = ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] as const;

/**
 * Credentials of the pod, the build or the function that this runs in: those of an agent where its address is in the
 * environment, Lambda's variables otherwise. They are asked for anew for each token, which is seldom.
 */
export function ambientCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): () => Promise<AwsCredentials> {
  return AGENTS.every((agent) => environment[agent] === undefined)
    ? fromEnv()
    : fromHttp({ timeout: AGENT_TIMEOUT_MS, maxRetries: 1 });
}
