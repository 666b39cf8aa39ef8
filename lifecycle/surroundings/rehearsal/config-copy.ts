import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ENVIRONMENTS_FOLDER } from '../../../config/load';
import { holding } from '../../../files/lock';
import { writeWhole } from '../../../files/write';

/** Hashes of the project's files as they were copied last, by path below the environment's folder. */
type Copied = Readonly<Record<string, string>>;

/**
 * The config of a rehearsal: a copy of the project's, to which tenants come that are onboarded in rehearsal. What has changed in
 * the project since is copied anew, and what is gone there goes here too; what only the rehearsal has, stays.
 *
 * @param root folder of the project
 * @param folder folder of the rehearsal
 * @returns folder that holds the environments
 */
export function copyConfig(root: string, environment: string, folder: string): string {
  const source = path.join(root, ENVIRONMENTS_FOLDER, environment);
  const copies = path.join(folder, 'config');
  const target = path.join(copies, environment);
  // Without such an environment the loader says so, and which there are: it is asked for the project's own.
  if (!fs.existsSync(source)) return path.join(root, ENVIRONMENTS_FOLDER);
  fs.mkdirSync(copies, { recursive: true });
  holding(path.join(folder, 'config.lock'), () => {
    const record = path.join(copies, 'copied.json');
    const before = readRecord(record);
    const now = new Map(
      filesIn(source).map((file) => [file, fs.readFileSync(path.join(source, file), 'utf8')]),
    );
    for (const [file, text] of now) {
      if (before[file] !== digest(text)) writeWhole(path.join(target, file), text);
    }
    for (const file of Object.keys(before)) {
      if (!now.has(file)) fs.rmSync(path.join(target, file), { force: true });
    }
    const after = Object.fromEntries([...now].map(([file, text]) => [file, digest(text)]));
    if (JSON.stringify(after) !== JSON.stringify(before)) writeWhole(record, JSON.stringify(after));
  });
  return copies;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Paths of the files below a folder, sorted. */
const filesIn = (folder: string): readonly string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

function readRecord(file: string): Copied {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Copied;
  } catch {
    // Never copied, or cut off: all is copied.
    return {};
  }
}
