import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf } from '../../../constructs/core/program-bundle';
import { freePort } from '../../support/valkey';
import { ENVIRONMENT, Gateway, until } from './fixture';

/** The authorizer as pods run it: one file, in a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  readonly gateway: Gateway;
  readonly grpcPort: number;
  /** Status of a path of its HTTP server; 0 while there is none. */
  status(path: string): Promise<number>;
  /** A metric by its name and labels. */
  metric(name: string): Promise<number>;
  /** Its lines of log so far. */
  readonly log: readonly { readonly event: string }[];
  /** Waits until it wants checks. */
  ready(): Promise<void>;
  /** Ends it as Kubernetes does. @returns its exit code */
  stop(): Promise<number | null>;
}

export interface ProgramOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** What is added to the clock of the day in it, in seconds. @default 0 */
  readonly clockOffsetSeconds?: number;
}

export async function startProgram({
  environment,
  clockOffsetSeconds = 0,
}: ProgramOptions): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'authorizer-'));
  const file = join(folder, 'index.js');
  writeFileSync(file, bundleOf({ entry: 'services/authorizer/main.ts', format: 'file' }));
  const clock = join(folder, 'clock.js');
  writeFileSync(clock, `const now = Date.now; Date.now = () => now() + ${clockOffsetSeconds * 1000};`);
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['--require', clock, file], {
    env: {
      PATH: process.env['PATH'],
      ...ENVIRONMENT,
      GRPC_PORT: String(grpcPort),
      HTTP_PORT: String(httpPort),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const gateway = new Gateway(grpcPort);
  const fetchPath = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${httpPort}${path}`);
  const status = (path: string): Promise<number> =>
    fetchPath(path).then(
      (response) => response.status,
      () => 0,
    );
  await until(async () => (await status('/healthz')) === 200, 30_000);
  return {
    process: child,
    gateway,
    grpcPort,
    status,
    metric: async (name) => {
      const text = await (await fetchPath('/metrics')).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')
          .at(-1),
      );
    },
    get log() {
      return output
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { event: string });
    },
    ready: () => until(async () => (await status('/readyz')) === 200, 30_000),
    stop: async () => {
      gateway.close();
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      return child.exitCode;
    },
  };
}
