import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { IDENTITY_HEADERS } from '../../../constructs/core/tenant-token';
import { Authorizer, type AuthorizerProps } from '../../../services/authorizer/authorizer';
import { type AuthorizerConfig, authorizerConfig } from '../../../services/authorizer/config';
import type { Call } from '../../../services/authorizer/decide';
import { DENY_LIST_KEY } from '../../../services/authorizer/deny-list';
import { AUTHORIZATION, decodeAnswer, encodeCheck } from '../../../services/authorizer/wire';
import type { StreamEntry, Valkey } from '../../../services/valkey/client';

export const ZONE = 'use1a.bulkhead.example';

export const ENVIRONMENT = {
  CELL: 'use1a',
  ZONE,
  TIERS: JSON.stringify({
    starter: { fleet: 'shared', limit: 10, shedAtLevel: 1 },
    professional: { fleet: 'shared', limit: 50, shedAtLevel: 2 },
    enterprise: { fleet: 'enterprise', limit: 500 },
  }),
  GRPC_PORT: '0',
  HTTP_PORT: '0',
  LISTEN_ADDRESS: '127.0.0.1',
  DRAIN_SECONDS: '0',
  POLL_MILLISECONDS: '50',
} as const;

export const configWith = (changes: Readonly<Record<string, string>> = {}): AuthorizerConfig =>
  authorizerConfig({ ...ENVIRONMENT, ...changes });

/** When tokens of tests were issued, in seconds since 1970. */
export const ISSUED_AT = 1_795_000_000;

/** Claims of a good token of starter tenant `acme`. */
export const CLAIMS: Readonly<Partial<Record<keyof typeof IDENTITY_HEADERS, string>>> = {
  tenant: 'acme',
  tier: 'starter',
  cell: 'use1a',
  shard: '1',
  bucket: '17',
  subject: '0b0a3a4c-6f0f-4d5e-9d63-7e6f1f6a1b11',
  client: 'web',
  scope: 'api/read api/write',
  tokenId: '6f4a1b1e-0000-4000-8000-000000000001',
  originTokenId: '6f4a1b1e-0000-4000-8000-00000000000f',
  issuedAt: String(ISSUED_AT),
  expiresAt: String(ISSUED_AT + 3600),
};

export type Claims = Readonly<Partial<Record<keyof typeof IDENTITY_HEADERS, string | undefined>>>;

/** Headers of a gateway for a token. */
export const headersOf = (claims: Claims = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...CLAIMS, ...claims }).flatMap(([name, value]) =>
      value === undefined ? [] : [[IDENTITY_HEADERS[name as keyof typeof IDENTITY_HEADERS].header, value]],
    ),
  );

export const SHARED = { fleet: 'shared', cell: 'use1a' } as const;
export const ENTERPRISE = { fleet: 'enterprise', cell: 'use1a' } as const;

/** A good call of starter tenant `acme`, with changes. */
export const callOf = (claims: Claims = {}, changes: Partial<Call> = {}): Call => ({
  headers: headersOf(claims),
  host: `shared.${ZONE}`,
  path: '/api/orders?limit=10',
  gateway: SHARED,
  ...changes,
});

/** A good call of enterprise tenant `globex`, with changes. */
export const dedicatedCall = (claims: Claims = {}, changes: Partial<Call> = {}): Call =>
  callOf(
    { tenant: 'globex', tier: 'enterprise', ...claims },
    { host: `globex.${ZONE}`, gateway: ENTERPRISE, ...changes },
  );

/** The request in which Envoy sends a call. */
export const checkOf = ({ headers, host, path, gateway }: Call): object => ({
  attributes: {
    request: { http: { method: 'GET', headers, path, host } },
    context_extensions: { fleet: gateway.fleet ?? '', cell: gateway.cell ?? '' },
  },
});

/** A cache in memory. Commands fail while it is away. */
export class MemoryStore implements Pick<Valkey, 'get' | 'set' | 'expire' | 'xAdd' | 'xRange'> {
  public away = false;
  public level: string | undefined;
  public entries: StreamEntry[] = [];
  /** Clock of the server, in milliseconds since 1970. */
  public clock = ISSUED_AT * 1000;
  public readonly reads: string[] = [];

  public get(): Promise<string | undefined> {
    return this.answer(() => this.level);
  }

  public set(_key: string, value: string): Promise<void> {
    return this.answer(() => {
      this.level = value;
    });
  }

  public expire(): Promise<void> {
    return this.answer(() => undefined);
  }

  public xAdd(
    key: string,
    fields: Readonly<Record<string, string>>,
    { minTime }: { readonly minTime: number },
  ): Promise<string> {
    return this.answer(() => {
      if (key !== DENY_LIST_KEY) throw new Error(`wrong key ${key}`);
      const [time = 0, number = 0] = (this.entries.at(-1)?.id ?? '0-0').split('-').map(Number);
      const id = this.clock > time ? `${this.clock}-0` : `${time}-${number + 1}`;
      this.entries.push({ id, fields });
      this.entries = this.entries.filter((entry) => Number(entry.id.split('-')[0]) >= minTime);
      return id;
    });
  }

  public xRange(_key: string, start: string, count: number): Promise<readonly StreamEntry[]> {
    return this.answer(() => {
      this.reads.push(start);
      // Fewer than a thousand entries have the same time.
      const order = (id: string): number => {
        const [time = 0, number = 0] = id.split('-').map(Number);
        return time * 1000 + number;
      };
      const from = start === '-' ? -1 : order(start.replace('(', '')) + (start.startsWith('(') ? 1 : 0);
      const first = this.entries.findIndex(({ id }) => order(id) >= from);
      return first < 0 ? [] : this.entries.slice(first, first + count);
    });
  }

  /** Adds revoked users `u0`, `u1`, …, one each millisecond. */
  public fill(count: number): void {
    for (let number = 0; number < count; number++) {
      const fields = { kind: 'user', id: `u${number}`, not_before: '1' };
      this.entries.push({ id: `${this.clock++}-0`, fields });
    }
  }

  private answer<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        if (this.away) reject(new Error('the store is away'));
        else resolve(work());
      });
    });
  }
}

interface DecodedAnswer {
  readonly status: { readonly code: number };
  readonly denied_response: {
    readonly status: { readonly code: number };
    readonly headers: readonly { readonly header: { readonly key: string; readonly value: string } }[];
    readonly body: string;
  };
  readonly dynamic_metadata: {
    readonly fields: {
      readonly rate_limit: {
        readonly struct_value: {
          readonly fields: { readonly requests_per_unit: { readonly number_value: number } };
        };
      };
    };
  };
}

export interface Answer {
  /** 200 when the call is allowed. */
  readonly status: number;
  /** `code` of the body of a refusal. */
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limit?: number;
  readonly raw: DecodedAnswer;
}

/** A gateway's side of checks. */
export class Gateway {
  private readonly client: Client;

  public constructor(port: number) {
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  /** Sends a call. @throws ServiceError when the answer is an error of gRPC */
  public check(call: Call): Promise<Answer> {
    return this.send(encodeCheck(checkOf(call)));
  }

  /** Sends bytes, whatever they are. */
  public async send(bytes: Buffer): Promise<Answer> {
    const answer = await this.unary(AUTHORIZATION.check.path, bytes);
    const raw = decodeAnswer(answer) as unknown as DecodedAnswer;
    const { denied_response: denied, dynamic_metadata: metadata } = raw;
    if (raw.status.code === 0) {
      return {
        status: 200,
        limit: metadata.fields.rate_limit.struct_value.fields.requests_per_unit.number_value,
        raw,
      };
    }
    const { error } = JSON.parse(denied.body) as { error: { code: string } };
    return {
      status: denied.status.code,
      code: error.code,
      headers: Object.fromEntries(denied.headers.map(({ header }) => [header.key, header.value])),
      raw,
    };
  }

  /** Any method of gRPC, in bytes. */
  public unary(path: string, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        (sent: Buffer) => sent,
        (got: Buffer) => got,
        bytes,
        { deadline: Date.now() + 10_000 },
        (error: ServiceError | null, answer?: Buffer) => {
          if (error) reject(error);
          else if (answer) resolve(answer);
          else reject(new Error('no answer'));
        },
      );
    });
  }

  public close(): void {
    this.client.close();
  }
}

export interface Running {
  readonly authorizer: Authorizer;
  readonly gateway: Gateway;
  readonly grpcPort: number;
  readonly httpPort: number;
  stop(): Promise<void>;
}

/** An authorizer of this process, and a gateway that asks it. */
export async function startAuthorizer(props: AuthorizerProps): Promise<Running> {
  const authorizer = new Authorizer(props);
  const { grpcPort, httpPort } = await authorizer.start();
  const gateway = new Gateway(grpcPort);
  return {
    authorizer,
    gateway,
    grpcPort,
    httpPort,
    stop: async () => {
      gateway.close();
      await authorizer.stop();
    },
  };
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 10_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Codes of gRPC by name, for assertions. */
export const RPC = status;
