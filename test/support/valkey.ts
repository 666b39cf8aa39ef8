import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Valkey (or Redis 7) server of this machine, reached by a Unix socket, and by a port if one was asked for. */
export interface ValkeyServer {
  /** Opens a connection and logs in. */
  connect(user: string, password: string): Promise<ValkeyConnection>;
  /** Stops the server where it is, without an end of its connections, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Ends the server at once, as a lost machine does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface ValkeyServerOptions {
  /** Port of 127.0.0.1. @default - none */
  readonly port?: number;
  /** More of its command line. */
  readonly settings?: readonly string[];
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface ValkeyConnection {
  /** The answer as text; an error's text begins with `-`. */
  send(...words: string[]): Promise<string>;
  close(): void;
}

function findServer(): string {
  const places = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin'];
  const found = places
    .flatMap((place) => ['valkey-server', 'redis-server'].map((tool) => join(place, tool)))
    .find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(
      'neither valkey-server nor redis-server was found on the PATH: install one (Debian 13: apt-get install valkey-server; Debian 12: apt-get install redis-server)',
    );
  }
  return found;
}

/** Length of the first complete reply in `text`, or undefined while it is incomplete. */
function replyEnd(text: string, from = 0): number | undefined {
  const line = text.indexOf('\r\n', from);
  if (line < 0) return undefined;
  const count = Number(text.slice(from + 1, line));
  const next = line + 2;
  switch (text[from]) {
    case '$':
      if (count < 0) return next;
      return text.length >= next + count + 2 ? next + count + 2 : undefined;
    case '*': {
      let end: number | undefined = next;
      for (let item = 0; item < count && end !== undefined; item++) end = replyEnd(text, end);
      return end;
    }
    default:
      return next;
  }
}

async function open(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(path, () => {
          resolve(socket);
        });
        socket.once('error', reject);
      });
    } catch (error) {
      if (attempt >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function connection(path: string): Promise<ValkeyConnection> {
  const socket = await open(path);
  socket.setEncoding('latin1');
  let received = '';
  let waiting: ((reply: string) => void) | undefined;
  socket.on('data', (chunk: string) => {
    received += chunk;
    const end = replyEnd(received);
    if (end !== undefined && waiting !== undefined) {
      const reply = received.slice(0, end);
      received = received.slice(end);
      waiting(reply.trimEnd());
    }
  });
  return {
    send: (...words) =>
      new Promise((resolve) => {
        waiting = resolve;
        socket.write(
          `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
        );
      }),
    close: () => {
      socket.destroy();
    },
  };
}

/**
 * Starts a server with these users. The access strings are loaded as they are: only the password, which ElastiCache
 * replaces by IAM, is added.
 */
export async function startValkey(
  users: Readonly<Record<string, { accessString: string; password: string }>>,
  { port = 0, settings = [] }: ValkeyServerOptions = {},
): Promise<ValkeyServer> {
  const tool = findServer();
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-valkey-'));
  const path = join(folder, 'socket');
  const lines = Object.entries(users).map(
    ([name, user]) => `user ${name} ${user.accessString} >${user.password}`,
  );
  writeFileSync(join(folder, 'users.acl'), `${lines.join('\n')}\nuser operator on >operator ~* &* +@all\n`);
  const server: ChildProcess = spawn(
    tool,
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--unixsocket',
      path,
      '--dir',
      folder,
      '--aclfile',
      join(folder, 'users.acl'),
      '--save',
      '',
      '--appendonly',
      'no',
      ...settings,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let log = '';
  server.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const first = await connection(path).catch(() => {
    throw new Error(`${tool} did not start:\n${log}`);
  });
  first.close();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill(signal);
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    connect: async (user, password) => {
      const opened = await connection(path);
      const reply = await opened.send('AUTH', user, password);
      if (reply !== '+OK') throw new Error(`login of ${user} was refused: ${reply}`);
      return opened;
    },
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    close: () => end('SIGTERM'),
  };
}
