import * as fs from 'node:fs';
import * as http2 from 'node:http2';
import * as protoLoader from '@grpc/proto-loader';
import type { Handler, Request } from './rpc';

/** Methods of the protocol's service, by the path under which HTTP/2 requests name them. */
export type Service = ReadonlyMap<string, Method>;

interface Method {
  readonly name: string;
  readonly decode: (bytes: Buffer) => Request;
  readonly encode: (response: object) => Buffer;
}

/** Status codes of gRPC that are used here. */
const OK = '0';
const UNIMPLEMENTED = '12';
const INTERNAL = '13';

/** A gRPC message on the wire is a compression flag (1 byte) and a length (4 bytes), then the message. */
const PREFIX_BYTES = 5;

/** Large enough for a whole schema, so that HTTP/2 flow control never makes Terraform wait for one. */
const WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * Reads the protocol's definition.
 *
 * @param file path of `tfplugin6.proto`
 */
export function loadService(file: string): Service {
  const definition = protoLoader.loadSync(file, {
    keepCase: true,
    longs: Number,
    defaults: true,
    enums: Number,
  });
  const methods = Object.entries(definition['tfplugin6.Provider'] ?? {}) as readonly [
    string,
    protoLoader.MethodDefinition<Request, object>,
  ][];
  return new Map(
    methods.map(([name, { path, requestDeserialize, responseSerialize }]) => [
      path,
      { name, decode: requestDeserialize, encode: responseSerialize },
    ]),
  );
}

/**
 * Serves a provider on a unix socket. Terraform opens one connection for every provider block, and each
 * connection gets handlers of its own, so that two blocks with different regions do not share a session.
 *
 * gRPC's unary calls are small enough to speak directly over Node's HTTP/2; a general server spends twice the
 * time on each call, and a rehearsal is made of thousands.
 */
export async function listen(
  socket: string,
  service: Service,
  connect: () => Readonly<Record<string, Handler>>,
): Promise<http2.Http2Server> {
  const server = http2.createServer({ settings: { initialWindowSize: WINDOW_BYTES } });
  server.on('session', (session) => {
    const methods = connect();
    session.setLocalWindowSize(WINDOW_BYTES);
    session.on('error', () => {
      session.destroy();
    });
    session.on('stream', (stream, headers) => {
      const method = service.get(headers[':path'] ?? '');
      const handler = method ? methods[method.name] : undefined;
      stream.on('error', () => {
        stream.close();
      });
      if (method && handler) receive(stream, method, handler);
      else refuse(stream, UNIMPLEMENTED, `no method ${headers[':path'] ?? ''}`);
    });
  });
  if (fs.existsSync(socket)) fs.rmSync(socket);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return server;
}

function receive(stream: http2.ServerHttp2Stream, method: Method, handler: Handler): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    Promise.resolve()
      .then(() => handler(method.decode(body.subarray(PREFIX_BYTES))))
      .then((response) => {
        answer(stream, method.encode(response));
      })
      .catch((error: unknown) => {
        refuse(stream, INTERNAL, error instanceof Error ? error.message : String(error));
      });
  });
}

function answer(stream: http2.ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed) return;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': OK });
  });
  stream.end(Buffer.concat([prefix, message]));
}

function refuse(stream: http2.ServerHttp2Stream, status: string, message: string): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': status,
      'grpc-message': encodeURIComponent(message),
    },
    { endStream: true },
  );
}
