import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './lock';

/**
 * Writes a file so that a reader finds it as it was or as it is, never half of it. Folders above it are made.
 *
 * @param draft where it is written first, on the same disk. @default - beside the file, under a name that nobody else uses
 */
export function writeWhole(file: string, text: string, draft = `${file}.${randomUUID()}.draft`): void {
  try {
    inFolder(draft, () => {
      writeFileSync(draft, text);
    });
    inFolder(file, () => {
      renameSync(draft, file);
    });
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Nearly always the folder is there: it is made only where it turns out to be missing. */
function inFolder(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    write();
  }
}
