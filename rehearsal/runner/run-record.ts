import * as fs from 'node:fs';
import * as path from 'node:path';
import { holding } from '../../files/lock';
import { processInfo, signal } from './processes';
import { RehearsalError } from './terraform';

/** What a rehearsal leaves on disk about itself, so that the next one can clean up after a killed one. */
interface RunRecord {
  readonly pid: number;
  readonly started: string;
  readonly status: 'running' | 'finished' | 'unfinished';
  readonly socketFolder?: string;
  /** Processes that the rehearsal started and has not seen end. */
  readonly children: readonly number[];
}

/** How long a Terraform process of a killed rehearsal may take to save its state and go, in milliseconds. */
const GRACE_MS = 20_000;
const POLL_MS = 100;

/** Another rehearsal is at work in the folder: it will end. */
export class FolderInUse extends RehearsalError {
  public constructor(
    public readonly pid: number,
    folder: string,
  ) {
    super(
      `Another rehearsal (process ${String(pid)}) is at work in ${folder}. Wait for it, or end it with Ctrl-C.`,
    );
  }
}

/** The record of the running rehearsal. Only one rehearsal at a time may use a folder. */
export class RunFile {
  private socketFolder: string | undefined;
  private readonly children = new Set<number>();

  private constructor(private readonly file: string) {}

  /**
   * Takes the folder for this process. Ends what a killed rehearsal left running, and removes its sockets.
   *
   * @returns the record and how the rehearsal before this one ended
   * @throws FolderInUse when another rehearsal is at work in the folder.
   */
  public static async claim(
    file: string,
  ): Promise<{ readonly record: RunFile; readonly before: RunRecord['status'] | 'none' }> {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const record = new RunFile(file);
    // Of several that look at the same time, one takes it.
    const last = holding(`${file}.lock`, () => {
      const found = readRecord(file);
      if (found?.status === 'running') {
        if (found.pid !== process.pid && processInfo(found.pid)?.started === found.started)
          throw new FolderInUse(found.pid, path.dirname(file));
        // Until they have ended, they are this one's: whoever comes after it, were it killed, must know of them.
        for (const child of found.children) record.children.add(child);
        record.socketFolder = found.socketFolder;
      }
      record.write('running');
      return found;
    });
    if (last?.status === 'running') {
      await endLeftovers(last.children);
      if (last.socketFolder !== undefined) fs.rmSync(last.socketFolder, { recursive: true, force: true });
      record.children.clear();
      record.socketFolder = undefined;
      record.write('running');
    }
    const before = last === undefined ? 'none' : last.status === 'running' ? 'unfinished' : last.status;
    return { record, before };
  }

  public useSocketFolder(folder: string): void {
    this.socketFolder = folder;
    this.write('running');
  }

  public started(pid: number | undefined): void {
    if (pid === undefined) return;
    this.children.add(pid);
    this.write('running');
  }

  public ended(pid: number | undefined): void {
    if (pid !== undefined && this.children.delete(pid)) this.write('running');
  }

  public close(finished: boolean): void {
    this.socketFolder = undefined;
    this.children.clear();
    this.write(finished ? 'finished' : 'unfinished');
  }

  private write(status: RunRecord['status']): void {
    const record: RunRecord = {
      pid: process.pid,
      started: processInfo(process.pid)?.started ?? '',
      status,
      ...(this.socketFolder === undefined ? {} : { socketFolder: this.socketFolder }),
      children: [...this.children],
    };
    const draft = `${this.file}.${String(process.pid)}`;
    fs.writeFileSync(draft, JSON.stringify(record));
    fs.renameSync(draft, this.file);
  }
}

function readRecord(file: string): RunRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}

/** Asks processes of a killed rehearsal to end, waits, and ends by force what does not go. */
async function endLeftovers(pids: readonly number[]): Promise<void> {
  const leftover = pids.filter(isOurs);
  for (const pid of leftover) signal(pid, 'SIGINT');
  const deadline = Date.now() + GRACE_MS;
  while (leftover.some(isOurs) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  for (const pid of leftover.filter(isOurs)) signal(pid, 'SIGKILL');
}

/** Whether the number still belongs to a program that a rehearsal starts, and was not given to another one. */
function isOurs(pid: number): boolean {
  const command = processInfo(pid)?.command ?? '';
  return /(^|\/)(terraform|tofu) |\/bulkhead\/rehearsal\/stand-in-/.test(command);
}
