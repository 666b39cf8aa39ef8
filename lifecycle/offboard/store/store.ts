import type { Readable } from 'node:stream';

/** Where exports are put: a folder, or a bucket. Holds what it was given or nothing, never half of it. */
export interface ExportStore {
  /** For people: `/srv/exports/acme/offboard-1`, `s3://exports/acme/offboard-1`. */
  readonly where: string;
  /** Checks before anything is written that what is put there is kept from others. @throws LifecycleError */
  check(): Promise<void>;
  /** Puts what the stream gives, in place of what was there. @throws LifecycleError */
  put(name: string, content: Readable): Promise<void>;
  /** What was put. @throws LifecycleError when it is not there, as soon as it is known */
  get(name: string): Promise<Readable>;
}

/** All that a stream gives, as text. For manifests and records only. */
export async function textOf(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
