import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, globalAgent, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Some hundred calls over TLS each; machines that test much at once are slow.
jest.setTimeout(60_000);

/** What a server answers. `reset` ends the connection instead. */
export type Reply =
  { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | 'reset';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real HTTPS server with a certificate of its own. What it answers can be changed between two tests. */
export class ApiServer {
  public readonly caFile: string;
  public readonly ca: string;
  public answer: (request: Request) => Reply = () => ({ status: 404 });
  private readonly server: Server;

  public constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'release-test-'));
    this.caFile = join(folder, 'ca.crt');
    const key = join(folder, 'key.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', this.caFile, ...subject], {
      stdio: 'ignore',
    });
    this.ca = readFileSync(this.caFile, 'utf8');
    this.server = createServer({ key: readFileSync(key), cert: this.ca }, (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        this.reply(request, body, response);
      });
    });
  }

  public get url(): string {
    return `https://localhost:${String((this.server.address() as AddressInfo).port)}`;
  }

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, 'localhost', resolve));
    // AWS and Cognito have certificates that Node knows. Here they have this one.
    globalAgent.options.ca = this.ca;
  }

  public async stop(): Promise<void> {
    // Tests of other files use the same agent, whose options go before a call's own.
    delete globalAgent.options.ca;
    globalAgent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private reply(request: IncomingMessage, body: string, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const reply = this.answer({
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    });
    if (reply === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
  }
}
