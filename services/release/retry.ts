import type { Clock } from './clock';
import { type HttpAnswer, NoAnswer } from './http';

/** How long a server may be away before a call of it is given up, in milliseconds: an EKS endpoint is replaced in less. */
const PATIENCE_MS = 5 * 60_000;
/** First and longest wait between two attempts, in milliseconds. */
const BACKOFF_MS = { first: 500, longest: 15_000 } as const;

/** Whether another attempt may fare better: too many requests, and failures of the server's own. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

export interface Patience {
  readonly clock: Clock;
  /** Told of the first attempt that failed, once. */
  readonly onRetry?: (why: string) => void;
  /** Milliseconds. @default 300000 */
  readonly patienceMs?: number;
}

/**
 * Answer of a call that may be done twice. Tries again after connection errors, 429 and 5xx, with growing and jittered waits.
 *
 * @throws NoAnswer when the server stays away
 */
export async function withRetries(
  call: () => Promise<HttpAnswer>,
  { clock, onRetry, patienceMs = PATIENCE_MS }: Patience,
): Promise<HttpAnswer> {
  const end = clock.now() + patienceMs;
  for (let attempt = 0; ; attempt++) {
    const answer = await call().catch((error: unknown) => {
      if (error instanceof NoAnswer) return error;
      throw error;
    });
    if (!(answer instanceof NoAnswer) && !isPassing(answer.status)) return answer;
    if (clock.now() >= end) {
      if (answer instanceof NoAnswer) throw answer;
      return answer;
    }
    if (attempt === 0) {
      onRetry?.(answer instanceof NoAnswer ? answer.message : `status ${String(answer.status)}`);
    }
    const asked = answer instanceof NoAnswer ? 0 : (answer.retryAfter ?? 0) * 1000;
    const backoff = BACKOFF_MS.first * 2 ** attempt * (0.5 + clock.random() / 2);
    await clock.sleep(Math.min(BACKOFF_MS.longest, Math.max(asked, backoff)));
  }
}
