import { createClient, createCluster } from '@redis/client';
import type { ValkeyConfig } from './config';
import { ambientCredentials, iamToken } from './iam-token';

/** One entry of a stream. */
export interface StreamEntry {
  /** `<milliseconds since 1970 by the server's clock>-<number>`, ascending in a stream. */
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The commands that platform services use. Each is in the list of `constructs/cache/keyspace.ts`, or would be refused. */
export interface Valkey {
  /** Value of a string, or nothing. */
  get(key: string): Promise<string | undefined>;
  /** Sets a string that goes by itself. */
  set(key: string, value: string, options: { readonly ttlSeconds: number }): Promise<void>;
  /** Lets a key go by itself. */
  expire(key: string, ttlSeconds: number): Promise<void>;
  /** Adds an entry, drops those from before `minTime`, in milliseconds since 1970, and returns the new id. */
  xAdd(
    key: string,
    fields: Readonly<Record<string, string>>,
    options: { readonly minTime: number },
  ): Promise<string>;
  /** Entries from `start` on, oldest first, at most `count`. `-` is the beginning; `(` before an id leaves the entry itself out. */
  xRange(key: string, start: string, count: number): Promise<readonly StreamEntry[]>;
  /** Ends the connection. Commands then fail. */
  close(): void;
}

/** Longest wait for an answer, in milliseconds. */
const COMMAND_TIMEOUT_MS = 2000;
/** Longest wait for a connection with a user logged in, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3000;
/** First and longest wait between two attempts to connect, in milliseconds. */
const BACKOFF_MS = { first: 50, longest: 2000 } as const;
/** ElastiCache ends a connection that IAM opened after 12 hours, so it is replaced by then, in milliseconds. */
const CONNECTION_AGE_MS = 6 * 3_600_000;

/** What a client of one server and a client of a cluster have in common. */
type Connection = Pick<ReturnType<typeof createClient>, 'get' | 'set' | 'expire' | 'xAdd' | 'xRange'> & {
  connect(): Promise<unknown>;
  on(event: 'error' | 'node-error', listener: () => void): unknown;
  destroy(): void;
};

export interface ValkeyOptions {
  /** Password of the user for one connection. @default - a token that the ambient AWS credentials sign */
  readonly token?: () => Promise<string>;
  /** @default 2000 */
  readonly commandTimeoutMs?: number;
}

/**
 * A cache's client. It connects with the first command, and never keeps a connection that something went wrong on: the next
 * command makes a new one, with the name resolved, the cluster discovered and a token signed anew. Between attempts are 50 ms
 * to 2 s, in which commands fail at once. So a failover, a hung server and an expired login end the same way.
 */
export function valkeyClient(config: ValkeyConfig, options: ValkeyOptions = {}): Valkey {
  return new ValkeyClient(config, options);
}

class ValkeyClient implements Valkey {
  private connection: Promise<Connection> | undefined;
  private openedAt = 0;
  private failures = 0;
  private retryAt = 0;
  private closed = false;

  public constructor(
    private readonly config: ValkeyConfig,
    private readonly options: ValkeyOptions,
  ) {}

  public async get(key: string): Promise<string | undefined> {
    return (await this.run((connection) => connection.get(key))) ?? undefined;
  }

  public async set(
    key: string,
    value: string,
    { ttlSeconds }: { readonly ttlSeconds: number },
  ): Promise<void> {
    await this.run((connection) =>
      connection.set(key, value, { expiration: { type: 'EX', value: ttlSeconds } }),
    );
  }

  public async expire(key: string, ttlSeconds: number): Promise<void> {
    await this.run((connection) => connection.expire(key, ttlSeconds));
  }

  public async xAdd(
    key: string,
    fields: Readonly<Record<string, string>>,
    { minTime }: { readonly minTime: number },
  ): Promise<string> {
    const trim = { TRIM: { strategy: 'MINID', threshold: minTime } } as const;
    return this.run((connection) => connection.xAdd(key, '*', { ...fields }, trim));
  }

  public async xRange(key: string, start: string, count: number): Promise<readonly StreamEntry[]> {
    const entries = await this.run((connection) => connection.xRange(key, start, '+', { COUNT: count }));
    return entries.map(({ id, message }) => ({ id, fields: message }));
  }

  public close(): void {
    this.closed = true;
    this.drop(this.connection);
  }

  private async run<T>(command: (connection: Connection) => Promise<T>): Promise<T> {
    const opened = this.connected();
    try {
      const connection = await opened;
      const answer = await within(this.options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS, command(connection));
      this.failures = 0;
      return answer;
    } catch (error) {
      this.failed(opened);
      throw error;
    }
  }

  /** The connection, or the one that is being opened. */
  private connected(): Promise<Connection> {
    if (this.closed) return Promise.reject(new Error('the client is closed'));
    const now = performance.now();
    if (this.connection && now - this.openedAt < CONNECTION_AGE_MS) return this.connection;
    if (!this.connection && now < this.retryAt) {
      return Promise.reject(new Error('the cache cannot be reached, and it is too early to try again'));
    }
    const old = this.connection;
    this.openedAt = now;
    const opening = open(this.config, this.options, () => {
      this.failed(opening);
    });
    this.connection = opening;
    // Whoever waits for it handles the error. Commands under way on an old connection may end there.
    opening.then(
      () =>
        setTimeout(() => {
          this.drop(old);
        }, COMMAND_TIMEOUT_MS).unref(),
      () => {
        this.drop(old);
      },
    );
    return opening;
  }

  private failed(opened: Promise<Connection>): void {
    // Several commands may fail by one connection, and a new one may be there already.
    if (this.connection !== opened) return;
    this.connection = undefined;
    this.drop(opened);
    const wait = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** this.failures++);
    // Half of it by chance, so that all that lost a server do not come back at once.
    this.retryAt = performance.now() + wait * (0.5 + Math.random() / 2);
  }

  private drop(opened: Promise<Connection> | undefined): void {
    opened?.then(destroy, () => undefined);
  }
}

/** Ends a connection, of which the server may have been faster to do so. */
function destroy(connection: Connection): void {
  try {
    connection.destroy();
  } catch {
    // The client says that it is closed, which is what was wanted.
  }
}

/** @throws Error when a promise takes longer */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer of the cache within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param broken called when the connection, once open, is lost */
async function open(config: ValkeyConfig, options: ValkeyOptions, broken: () => void): Promise<Connection> {
  const client = make(config, options);
  // Without a listener the process would end.
  client.on('error', broken);
  client.on('node-error', broken);
  try {
    await within(CONNECT_TIMEOUT_MS, client.connect());
  } catch (error) {
    destroy(client);
    throw error;
  }
  return client;
}

function make({ host, port, tls, cluster, iam }: ValkeyConfig, { token }: ValkeyOptions): Connection {
  const common = {
    ...(iam && {
      credentialsProvider: {
        type: 'async-credentials-provider' as const,
        credentials: async () => ({
          username: iam.userId,
          password: await (token?.() ?? iamToken({ ...iam, credentials: ambientCredentials(process.env) })),
        }),
      },
    }),
    // Users may not send CLIENT SETINFO, and ElastiCache announces no maintenance.
    disableClientInfo: true,
    maintNotifications: 'disabled' as const,
  };
  const socket = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Nothing is tried again here: see `valkeyClient`.
    reconnectStrategy: false as const,
    ...(tls && { tls: true as const }),
  };
  return cluster
    ? createCluster({
        rootNodes: [{ socket: { ...socket, host, port } }],
        defaults: { ...common, socket },
        minimizeConnections: true,
      })
    : createClient({ ...common, socket: { ...socket, host, port } });
}
