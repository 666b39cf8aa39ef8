import { type ClientRequest, request as http } from 'node:http';
import { request as https } from 'node:https';

export interface Call {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  /** The body, if it is a JSON object; else an empty one. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Longest wait for one answer, all of it, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** How much of an answer is taken, in bytes. */
const MAX_BYTES = 1_048_576;

/** There was no answer. The text holds nothing of what was sent. */
export class NoAnswer extends Error {}

/**
 * One answer, by HTTPS where the URL says so. No redirect is followed: what is sent is for this server only.
 *
 * @throws NoAnswer saying why
 */
export function call({ url, method, headers, body }: Call): Promise<Answer> {
  const { host, protocol } = new URL(url);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      reject(
        new NoAnswer(`${host}: ${signal.aborted ? `no answer within ${String(TIMEOUT_MS / 1000)} s` : why}`),
      );
    };
    const send = protocol === 'https:' ? https : http;
    const request: ClientRequest = send(
      url,
      { method, headers: { ...headers, ...length }, signal, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_BYTES) chunks.push(chunk);
          else request.destroy();
        });
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            body: objectIn(Buffer.concat(chunks).toString('utf8')),
          });
        });
        response.on('error', (error) => {
          fail(wordOf(error));
        });
      },
    );
    request.on('error', (error) => {
      fail(wordOf(error));
    });
    request.end(body);
  });
}

/** Errors of connections have codes; texts of others might repeat a header. */
const wordOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? (WORDS[error.code] ?? error.code) : 'no connection';

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not in DNS yet (ENOTFOUND)',
  EAI_AGAIN: 'DNS does not answer (EAI_AGAIN)',
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
};

/** Members of a JSON object; none if it is no such. */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
