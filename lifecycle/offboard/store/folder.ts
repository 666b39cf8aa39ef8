import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LifecycleError } from '../../mistake';
import type { ExportStore } from './store';

/** A folder of this machine, which nobody but its owner may read. */
export class FolderStore implements ExportStore {
  public constructor(public readonly where: string) {}

  public async check(): Promise<void> {
    await this.told(() => mkdir(this.where, { recursive: true, mode: 0o700 }));
  }

  public async put(name: string, content: Readable): Promise<void> {
    const file = join(this.where, name);
    const draft = `${file}.${String(process.pid)}.part`;
    await this.told(async () => {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(draft, { mode: 0o600 }));
      await synced(draft);
      await rename(draft, file);
      await synced(dirname(file));
    });
  }

  public async get(name: string): Promise<Readable> {
    const file = join(this.where, name);
    await this.told(() => access(file));
    return createReadStream(file);
  }

  /** What the operating system refuses is for people: a full disk, a folder of somebody else's. */
  private async told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { syscall, message } = error as NodeJS.ErrnoException;
      if (syscall === undefined) throw error;
      throw new LifecycleError(`${this.where}: ${message}`, [], { cause: error });
    }
  }
}

/** Waits until a file's bytes, or a folder's names, are on the disk. */
async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
