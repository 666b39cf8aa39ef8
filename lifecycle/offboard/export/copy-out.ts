import { Readable } from 'node:stream';
import type { Connection, Submittable } from 'pg';

/** Bytes that are handed on at a time: PostgreSQL sends a message for each row. */
const CHUNK = 64 * 1024;

/**
 * What `COPY … TO STDOUT` sends, as a stream: `client.query(new CopyOut(…))`. The driver has no such thing, but lets a query of
 * one's own handle the server's messages.
 *
 * Whoever reads slowly makes the server wait, so any table takes the same memory.
 */
export class CopyOut extends Readable implements Submittable {
  /** Rows that the server says it has sent; undefined before the end. */
  public rows?: number;

  private connection: Connection | undefined;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;

  public constructor(private readonly text: string) {
    super({ highWaterMark: 4 * CHUNK });
  }

  public submit(connection: Connection): void {
    this.connection = connection;
    connection.query(this.text);
  }

  public handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.destroyed) return;
    // A copy: the driver receives the next rows in the same memory.
    this.waiting.push(Buffer.from(chunk));
    this.waitingBytes += chunk.length;
    if (this.waitingBytes >= CHUNK && !this.flush()) this.connection?.stream.pause();
  }

  public handleCommandComplete({ text }: { readonly text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1]);
  }

  public handleReadyForQuery(): void {
    if (this.destroyed) return;
    this.flush();
    this.push(null);
  }

  public handleError(error: Error): void {
    this.destroy(error);
  }

  public handleRowDescription(): void {
    this.destroy(new Error('expected COPY … TO STDOUT, got rows'));
  }

  public handleDataRow(): void {
    // Of the rows that handleRowDescription has refused.
  }

  public override _read(): void {
    this.connection?.stream.resume();
  }

  /** What is still to come is read and thrown away, or the connection could not even be ended. */
  public override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.connection?.stream.resume();
    done(error);
  }

  private flush(): boolean {
    if (this.waitingBytes === 0) return true;
    const chunk = Buffer.concat(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    return this.push(chunk);
  }
}
