import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: object;
}

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case; of several headers of one name, all, joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Longest body that is read, in bytes. */
const MAX_BYTES = 65_536;

/** A server of this machine alone, on a free port, that answers in JSON. */
export async function serve(answer: (request: Received) => Promise<Reply>): Promise<LocalServer> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.once('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(',') : value,
        ]),
      );
      const { method = '', url = '' } = request;
      answer({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }).then(
        ({ status, body }) => {
          response
            .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
            .end(JSON.stringify(body));
        },
        () => {
          response.writeHead(500).end();
        },
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
