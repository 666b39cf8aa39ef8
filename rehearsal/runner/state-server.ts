import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Layout } from './workspace';

/**
 * Keeps the states of all stacks, for Terraform's `http` backend.
 *
 * To Terraform this is a remote state like the S3 one of production: it is written when a command ends, and every
 * 20 s in between. Its local backend writes the whole state after every single resource, which for a stack with
 * large policy documents takes ten times as long as everything else together.
 */
export class StateServer {
  /** Part of every address, so that no other program on this machine finds the states by accident. */
  private readonly secret = randomUUID();

  private constructor(
    private readonly server: http.Server,
    private readonly layout: Layout,
  ) {}

  /** Starts on a free port of this machine's loopback address. */
  public static async start(layout: Layout): Promise<StateServer> {
    const server = http.createServer();
    const states = new StateServer(server, layout);
    server.on('request', (request, response) => {
      states.answer(request, response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return states;
  }

  /** Environment that points Terraform's `http` backend at a stack's state. */
  public environment(stack: string): Readonly<Record<string, string>> {
    const { port } = this.server.address() as AddressInfo;
    return {
      TF_HTTP_ADDRESS: `http://127.0.0.1:${String(port)}/${this.secret}/${encodeURIComponent(stack)}`,
    };
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const [, secret, stack = ''] = (request.url ?? '').split(/[/?]/);
    if (secret !== this.secret) {
      response.writeHead(404).end();
      return;
    }
    const file = this.layout.stateFile(decodeURIComponent(stack));
    if (request.method === 'GET') {
      if (fs.existsSync(file))
        response.writeHead(200, { 'content-type': 'application/json' }).end(fs.readFileSync(file));
      else response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      // Written beside and moved into place: a state is never half there, whenever this process may be killed.
      fs.writeFileSync(`${file}.new`, Buffer.concat(chunks));
      fs.renameSync(`${file}.new`, file);
      response.writeHead(200).end();
    });
  }
}
