import * as fs from 'node:fs';
import * as path from 'node:path';
import { holding } from '../../../files/lock';
import { writeWhole } from '../../../files/write';
import { fromFields, type Revocation, revoke } from '../../../services/authorizer/deny-list';

/** The deny-list of a rehearsed cell: a file in the place of the cell's cache. */
export class FileDenyList {
  private readonly file: string;

  /** @param folder folder of the rehearsal */
  public constructor(folder: string, cell: string) {
    this.file = path.join(folder, 'deny-list', `${cell}.json`);
  }

  /** Revokes as the real one does, by the same entry. @param nowMs milliseconds since 1970 */
  public async revoke(revocation: Revocation, nowMs: number): Promise<void> {
    const store = {
      xAdd: (_key: string, fields: Readonly<Record<string, string>>) =>
        Promise.resolve(this.append(fields, nowMs)),
      expire: () => Promise.resolve(),
    };
    await revoke(store, revocation, nowMs);
  }

  /** All that is revoked. */
  public all(): readonly Revocation[] {
    return this.entries().flatMap((entry) => fromFields(entry) ?? []);
  }

  private append(fields: Readonly<Record<string, string>>, nowMs: number): string {
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    return holding(`${this.file}.lock`, () => {
      const entries = this.entries();
      writeWhole(this.file, JSON.stringify([...entries, fields]));
      return `${String(nowMs)}-${String(entries.length)}`;
    });
  }

  private entries(): readonly Readonly<Record<string, string>>[] {
    return fs.existsSync(this.file)
      ? (JSON.parse(fs.readFileSync(this.file, 'utf8')) as readonly Readonly<Record<string, string>>[])
      : [];
  }
}
