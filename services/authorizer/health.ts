import { type sendUnaryData, type ServerUnaryCall, type ServerWritableStream, status } from '@grpc/grpc-js';
import { type HealthCheckRequest, SERVING_STATUS, type ServingStatus } from './wire';

/** Names of services that are asked for: the whole server, and the one it has. */
const SERVICES: ReadonlySet<string> = new Set(['', 'envoy.service.auth.v3.Authorization']);

type Watcher = ServerWritableStream<HealthCheckRequest, ServingStatus>;

/** grpc.health.v1.Health: whether to send checks here. */
export class Health {
  private current: ServingStatus = SERVING_STATUS.NOT_SERVING;
  private readonly watchers = new Set<Watcher>();

  public get serving(): boolean {
    return this.current === SERVING_STATUS.SERVING;
  }

  /** Tells whoever watches, if this is news. */
  public set(serving: boolean): void {
    const next = serving ? SERVING_STATUS.SERVING : SERVING_STATUS.NOT_SERVING;
    if (next === this.current) return;
    this.current = next;
    for (const watcher of this.watchers) watcher.write(next);
  }

  public readonly handlers = {
    check: (
      { request }: ServerUnaryCall<HealthCheckRequest, ServingStatus>,
      reply: sendUnaryData<ServingStatus>,
    ): void => {
      if (SERVICES.has(request.service)) reply(null, this.current);
      else reply({ code: status.NOT_FOUND, details: 'unknown service' });
    },
    watch: (call: Watcher): void => {
      if (!SERVICES.has(call.request.service)) {
        call.write(SERVING_STATUS.SERVICE_UNKNOWN);
        return;
      }
      call.write(this.current);
      this.watchers.add(call);
      call.once('cancelled', () => this.watchers.delete(call));
      call.once('close', () => this.watchers.delete(call));
      call.once('error', () => this.watchers.delete(call));
    },
  };

  /** Ends what would keep a server from closing. */
  public close(): void {
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }
}
