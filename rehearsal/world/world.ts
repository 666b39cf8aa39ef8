import * as fs from 'node:fs';
import * as path from 'node:path';
import { type ObjectValue, fromJson, toJson } from '../protocol/value';

/** One object of the simulated world: what a cloud would hold after Terraform created it. */
export interface WorldObject {
  /** Name of the object in the world; travels with Terraform's state as the provider's private data. */
  readonly uid: string;
  readonly type: string;
  /** Stack that created it; empty when the stand-in was not told which stack is talking. */
  readonly stack: string;
  /** Account and region, or cluster, in which names must be unique. */
  readonly scope: string;
  /** Digest of the configuration that created it: the same resource, planned again, has the same one. */
  readonly identity: string;
  readonly value: ObjectValue;
}

type Entry =
  { readonly put: Omit<WorldObject, 'value'> & { readonly value: unknown } } | { readonly remove: string };

/**
 * The simulated world: objects in memory, every change appended to a journal before it is answered.
 *
 * One line is one change, written by one system call, so a process killed at any moment leaves a journal
 * that is whole up to its last line; a torn last line is a change that nobody was told of, and is dropped.
 */
export class World {
  private readonly objects = new Map<string, WorldObject>();
  private readonly byType = new Map<string, Map<string, WorldObject>>();
  private readonly journal: number | undefined;

  /** @param file journal of the world; without one the world lives in memory only */
  public constructor(file?: string) {
    if (file === undefined) return;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (fs.existsSync(file)) {
      for (const line of fs.readFileSync(file, 'utf8').split('\n')) this.replay(line);
    }
    // Start with a journal that holds each living object once.
    const draft = `${file}.new`;
    fs.writeFileSync(draft, [...this.objects.values()].map(putLine).join(''));
    fs.renameSync(draft, file);
    this.journal = fs.openSync(file, 'a');
  }

  public get(uid: string): WorldObject | undefined {
    return this.objects.get(uid);
  }

  /** All objects of a type, oldest first. */
  public all(type: string): readonly WorldObject[] {
    return [...(this.byType.get(type)?.values() ?? [])];
  }

  /** Types of which the world holds objects. */
  public types(): readonly string[] {
    return [...this.byType].filter(([, objects]) => objects.size > 0).map(([type]) => type);
  }

  public get size(): number {
    return this.objects.size;
  }

  public put(object: WorldObject): void {
    this.append(putLine(object));
    this.keep(object);
  }

  public remove(uid: string): void {
    this.append(`${JSON.stringify({ remove: uid } satisfies Entry)}\n`);
    this.drop(uid);
  }

  public close(): void {
    if (this.journal !== undefined) fs.closeSync(this.journal);
  }

  private append(line: string): void {
    if (this.journal !== undefined) fs.writeSync(this.journal, line);
  }

  private replay(line: string): void {
    let entry: Entry;
    try {
      entry = JSON.parse(line) as Entry;
    } catch {
      return;
    }
    if ('remove' in entry) this.drop(entry.remove);
    else this.keep({ ...entry.put, value: fromJson(entry.put.value) as ObjectValue });
  }

  private keep(object: WorldObject): void {
    this.objects.set(object.uid, object);
    const ofType = this.byType.get(object.type) ?? new Map<string, WorldObject>();
    this.byType.set(object.type, ofType);
    ofType.set(object.uid, object);
  }

  private drop(uid: string): void {
    const object = this.objects.get(uid);
    if (!object) return;
    this.objects.delete(uid);
    this.byType.get(object.type)?.delete(uid);
  }
}

function putLine(object: WorldObject): string {
  return `${JSON.stringify({ put: { ...object, value: toJson(object.value) } } satisfies Entry)}\n`;
}
