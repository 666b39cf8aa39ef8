import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as esbuild from 'esbuild';
import { writeWhole } from '../../files/write';
import type { RunFile } from './run-record';
import type { StackTypes, StandInReply, StandInRequest, StandInSettings } from '../stand-in/messages';

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The process that plays the three providers, seen from the runner. */
export class StandInProcess {
  private readonly waiting = new Map<
    number,
    { resolve: (reply: StandInReply) => void; reject: (error: Error) => void }
  >();
  private requests = 0;
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    /** Folder of its sockets. */
    public readonly socketFolder: string,
  ) {
    child.on('message', (reply: StandInReply) => {
      const waiter = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (reply.error === undefined) waiter?.resolve(reply);
      else waiter?.reject(new Error(reply.error));
    });
    child.on('exit', (code) => {
      const error = new Error(`the provider stand-in ended unexpectedly (exit code ${String(code)})`);
      if (!this.stopping) for (const { reject } of this.waiting.values()) reject(error);
    });
  }

  /**
   * Starts the process and waits until it has loaded. Its error output is the caller's.
   *
   * @param record told of the process and its sockets, so that they can be cleared away if this process is killed
   */
  public static async start(
    settings: Omit<StandInSettings, 'socketFolder'>,
    record: RunFile,
  ): Promise<StandInProcess> {
    // Unix socket paths end at about 100 bytes, so sockets live in the system's folder for temporary files.
    const socketFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-'));
    const child = fork(bundle(settings.root), [JSON.stringify({ ...settings, socketFolder })], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    const started = new StandInProcess(child, socketFolder);
    record.started(started.pid);
    record.useSocketFolder(socketFolder);
    await started.ask({ op: 'ready' });
    return started;
  }

  public get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Serves a stack; answers with the value of TF_REATTACH_PROVIDERS. */
  public async open(stack: string, types: StackTypes): Promise<string> {
    const { reattach } = await this.ask({ op: 'open', stack, types });
    return reattach ?? '{}';
  }

  /** Tells that a Terraform run starts on a stack: which objects its state knows is yet to be seen. */
  public async begin(stack: string): Promise<void> {
    await this.ask({ op: 'begin', stack });
  }

  public async mark(stack: string, type: string): Promise<void> {
    await this.ask({ op: 'mark', stack, type });
  }

  public async fail(stack: string, mark: string): Promise<void> {
    await this.ask({ op: 'fail', stack, mark });
  }

  /** Ends the process and waits until it is gone, its sockets with it. */
  public async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) =>
      this.child.once('exit', () => {
        resolve();
      }),
    );
    if (this.child.connected) this.child.disconnect();
    await gone;
    fs.rmSync(this.socketFolder, { recursive: true, force: true });
  }

  private ask(request: Unnumbered<StandInRequest>): Promise<StandInReply> {
    const id = ++this.requests;
    return new Promise((resolve, reject) => {
      if (!this.child.connected) {
        reject(new Error('the provider stand-in is not running'));
        return;
      }
      this.waiting.set(id, { resolve, reject });
      this.child.send({ ...request, id });
    });
  }
}

/** What was bundled last: the bundle's name, and what told each of its sources from an older version. */
interface Bundled {
  readonly file: string;
  readonly stamps: Readonly<Record<string, string>>;
}

/**
 * The stand-in as one plain JavaScript file, so that it starts the same way from everywhere: bundled anew only if a source has
 * changed, for that takes longer than to start it.
 */
function bundle(root: string): string {
  // Below the root, so that packages resolve from its node_modules.
  const folder = path.join(root, 'node_modules', '.cache', 'bulkhead', 'rehearsal');
  const record = path.join(folder, 'stand-in.json');
  const last = readBundled(record);
  if (last && Object.entries(last.stamps).every(([file, then]) => stampOf(file) === then)) {
    return path.join(folder, last.file);
  }
  const { outputFiles, metafile } = esbuild.buildSync({
    absWorkingDir: root,
    entryPoints: [path.join(root, 'rehearsal', 'stand-in', 'main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    sourcemap: 'inline',
    metafile: true,
    write: false,
  });
  const text = outputFiles[0]?.text ?? '';
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const file = `stand-in-${digest}.js`;
  const sources = Object.keys(metafile.inputs).map((input) => path.join(root, input));
  writeWhole(path.join(folder, file), text);
  const stamps = [...sources, path.join(folder, file)].map((source) => [source, stampOf(source)] as const);
  writeWhole(record, JSON.stringify({ file, stamps: Object.fromEntries(stamps) } satisfies Bundled));
  return path.join(folder, file);
}

function readBundled(record: string): Bundled | undefined {
  try {
    return JSON.parse(fs.readFileSync(record, 'utf8')) as Bundled;
  } catch {
    return undefined;
  }
}

/** What tells two versions of a file apart. */
function stampOf(file: string): string {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found ? `${String(found.mtimeMs)}:${String(found.size)}` : '';
}
