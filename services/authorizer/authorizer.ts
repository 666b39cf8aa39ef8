import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Valkey } from '../valkey/client';
import { answerOf } from './answer';
import type { AuthorizerConfig } from './config';
import { type Call, decide } from './decide';
import { Health } from './health';
import { httpServer } from './http';
import { Metrics } from './metrics';
import { Reader, type ReaderEvents } from './reader';
import { Replica } from './replica';
import { AUTHORIZATION, type CheckRequest, HEALTH } from './wire';

/** Largest check, in bytes. Envoy takes 60 KiB of headers, path and host among them. */
const MAX_CHECK_BYTES = 128 * 1024;
/** Checks that one gateway may have open at once; it queues the others itself. */
const MAX_STREAMS = 1000;
/** Longest wait for calls under way when the server closes, in milliseconds. */
const CLOSE_MS = 2000;

export interface AuthorizerProps {
  readonly config: AuthorizerConfig;
  /** The cache. Closed by its owner. */
  readonly store: Pick<Valkey, 'get' | 'xRange'>;
  /** Told of readings, besides metrics. */
  readonly events?: Partial<ReaderEvents>;
  /** The monotonic clock, in milliseconds. @default - performance.now */
  readonly now?: () => number;
}

/** Answers gateways' checks. */
export class Authorizer {
  public readonly metrics = new Metrics();
  private readonly health = new Health();
  private readonly replica: Replica;
  private readonly reader: Reader;
  private readonly grpc = new Server({
    'grpc.max_receive_message_length': MAX_CHECK_BYTES,
    'grpc.max_send_message_length': MAX_CHECK_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    // Accounts of each call that nobody reads.
    'grpc.enable_channelz': 0,
  });
  private readonly http;
  private readonly now: () => number;
  private draining = false;

  public constructor(private readonly props: AuthorizerProps) {
    const { config, store, events } = props;
    this.now = props.now ?? (() => performance.now());
    this.replica = new Replica(config.maxEntries);
    const counted = this.metrics.readerEvents;
    this.reader = new Reader({
      store,
      replica: this.replica,
      pollMs: config.pollMs,
      fullReadMs: config.fullReadMs,
      maxAgeMs: config.maxAgeMs,
      events: {
        read: (outcome) => {
          counted.read(outcome);
          events?.read?.(outcome);
          // Once it has read all, it stays: when the cache is away, one that answers 503 is better than none.
          this.health.set(!this.draining);
        },
        failed: (what, error) => {
          counted.failed(what, error);
          events?.failed?.(what, error);
        },
        unreadable: (count) => {
          counted.unreadable(count);
          events?.unreadable?.(count);
        },
      },
    });
    this.metrics.watch(this.replica, this.reader, this.now);
    this.http = httpServer(this.metrics.registry, () => this.health.serving);
    this.grpc.addService(AUTHORIZATION, { check: this.check.bind(this) });
    this.grpc.addService(HEALTH, this.health.handlers);
  }

  /**
   * Listens, and begins to read.
   *
   * @returns the ports
   * @throws Error when a port is taken
   */
  public async start(): Promise<{ readonly grpcPort: number; readonly httpPort: number }> {
    const { listenAddress, grpcPort, httpPort } = this.props.config;
    const bound = await new Promise<number>((resolve, reject) => {
      this.grpc.bindAsync(
        `${listenAddress}:${grpcPort}`,
        // Who may connect is a matter of the network: nothing here is secret, and nothing can be changed.
        ServerCredentials.createInsecure(),
        (error, port) => {
          if (error) reject(error);
          else resolve(port);
        },
      );
    });
    this.http.listen(httpPort, listenAddress);
    await once(this.http, 'listening');
    this.reader.start();
    return { grpcPort: bound, httpPort: (this.http.address() as AddressInfo).port };
  }

  /** Says that no more checks are wanted, answers those that still come for a while, and closes. */
  public async stop(): Promise<void> {
    this.draining = true;
    this.health.set(false);
    await sleep(this.props.config.drainMs);
    this.health.close();
    const closed = new Promise((resolve) => {
      this.grpc.tryShutdown(resolve);
    });
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
    this.grpc.forceShutdown();
    await this.reader.stop();
    this.http.closeAllConnections();
    this.http.close();
  }

  private check({ request }: ServerUnaryCall<CheckRequest, Buffer>, reply: sendUnaryData<Buffer>): void {
    const began = this.now();
    const decision = decide(
      callOf(request),
      this.replica,
      this.reader.shedLevel(began),
      this.props.config,
      began,
    );
    reply(null, answerOf(decision));
    this.metrics.checked(decision, (this.now() - began) / 1000);
  }
}

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/** The call that a check is about. What is missing is empty, and refused where it matters. */
function callOf({ attributes }: CheckRequest): Call {
  const http = attributes?.request?.http;
  const extensions = attributes?.context_extensions ?? NOTHING;
  return {
    headers: http?.headers ?? NOTHING,
    host: http?.host ?? '',
    path: http?.path ?? '',
    gateway: { fleet: extensions['fleet'], cell: extensions['cell'] },
  };
}
