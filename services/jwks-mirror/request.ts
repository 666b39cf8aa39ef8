import { request as https } from 'node:https';

/** How long one answer may take, all of it, in milliseconds. */
const TIMEOUT_MS = 5000;

export interface Call {
  readonly url: string;
  readonly method?: 'GET' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates of those who may vouch for the server, PEM. @default - those that Node comes with */
  readonly ca?: string | Buffer;
  /** Longest answer, in bytes. */
  readonly maxBytes: number;
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/**
 * Text of an answer.
 *
 * Only HTTPS, and no redirect is followed: another place might have other keys.
 *
 * @throws Error naming what was asked, and what was wrong with the answer; nothing of what was sent
 */
export function textOf({
  url,
  method = 'GET',
  timeoutMs = TIMEOUT_MS,
  maxBytes,
  ...call
}: Call): Promise<string> {
  if (!url.startsWith('https://')) return Promise.reject(new Error(`${url} must be an https URL`));
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      reject(new Error(`${method} ${url}: ${what}`));
    };
    const request = https(
      url,
      { method, headers: { ...call.headers }, signal, ...(call.ca !== undefined && { ca: call.ca }) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size <= maxBytes) return;
          fail(`more than ${String(maxBytes)} bytes`);
          request.destroy();
        });
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
          else fail(`status ${String(statusCode)}`);
        });
        response.on('error', (error) => {
          fail(error.message);
        });
      },
    );
    request.on('error', (error) => {
      fail(signal.aborted ? `no answer within ${String(timeoutMs)} ms` : error.message);
    });
    request.end(call.body);
  });
}
