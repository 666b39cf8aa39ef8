import { type Agent, request as https } from 'node:https';

/** Longest wait for one answer, all of it, in milliseconds. */
const TIMEOUT_MS = 15_000;
/** Longest answer that is taken, in bytes. Kubernetes' own objects are below 1.5 MiB, lists of them are longer. */
const MAX_BYTES = 32 * 1_048_576;

export interface HttpCall {
  readonly url: string;
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Keeps connections, and knows who may vouch for the server. */
  readonly agent?: Agent;
  /** @default 15000 */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Seconds to wait before the next attempt, where the server says so. */
  readonly retryAfter: number | undefined;
}

/** No answer: whether the call was done is not known. */
export class NoAnswer extends Error {}

/**
 * One answer over HTTPS. No redirect is followed: what is sent is for this server only.
 *
 * @throws NoAnswer naming method, host and path; nothing of what was sent
 */
export function send({
  url,
  method,
  headers,
  body,
  agent,
  timeoutMs = TIMEOUT_MS,
}: HttpCall): Promise<HttpAnswer> {
  const { protocol, host, pathname } = new URL(url);
  const what = `${method} ${host}${pathname}`;
  if (protocol !== 'https:') return Promise.reject(new Error(`${what}: must be an https URL`));
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new NoAnswer(`${what}: ${signal.aborted ? `no answer within ${String(timeoutMs)} ms` : why}`));
    };
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = https(
      url,
      { method, headers: { ...headers, ...length }, signal, ...(agent && { agent }) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size <= MAX_BYTES) return;
          fail(`more than ${String(MAX_BYTES)} bytes`);
          request.destroy();
        });
        response.on('end', () => {
          const retryAfter = Number(response.headers['retry-after'] ?? Number.NaN);
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
          });
        });
        response.on('error', (error) => {
          fail(error.message);
        });
      },
    );
    request.on('error', (error) => {
      fail(error.message);
    });
    request.end(body);
  });
}
