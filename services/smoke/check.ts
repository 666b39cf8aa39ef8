import { type ClientRequest, request as http } from 'node:http';
import { request as https } from 'node:https';

export interface Check {
  readonly path: string;
  readonly status: number;
}

/** How much of an answer is read: what it says does not count, that it ends does. In bytes. */
const MAX_BYTES = 1_048_576;

export interface Target {
  /** `http://api-preview.tier-starter.svc:8080`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long one answer may take, all of it, in milliseconds. */
  readonly timeoutMs: number;
}

/** What came of a call: the status, or why there is none. */
export type Outcome = { readonly status: number } | { readonly problem: string };

/** Asks for a path. No redirect is followed: where it leads may be the old version. */
export function ask(path: string, { url, headers, timeoutMs }: Target): Promise<Outcome> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const send = url.startsWith('https:') ? https : http;
    const request: ClientRequest = send(
      // Not resolved: `//elsewhere` is a path of this version, not another host.
      new URL(`${url}${path}`),
      { method: 'GET', headers, signal, agent: false },
      (response) => {
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_BYTES) return;
          resolve({ problem: `more than ${String(MAX_BYTES)} bytes` });
          request.destroy();
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0 });
        });
        // Ends a response that was cut off, too.
        response.on('error', (error) => {
          resolve({ problem: told(error, signal, timeoutMs) });
        });
      },
    );
    request.on('error', (error) => {
      resolve({ problem: told(error, signal, timeoutMs) });
    });
    request.end();
  });
}

/** Errors of connections have codes; texts of others might repeat a header. */
function told(error: Error, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return `no answer within ${String(timeoutMs / 1000)} s`;
  return 'code' in error && typeof error.code === 'string' ? error.code : 'no connection';
}

/** One line for a check that failed; nothing for one that did not. */
export function verdict({ path, status }: Check, outcome: Outcome): string | undefined {
  if ('problem' in outcome) return `GET ${path} must answer ${String(status)}, got ${outcome.problem}`;
  if (outcome.status === status) return undefined;
  return `GET ${path} must answer ${String(status)}, got ${String(outcome.status)}`;
}
