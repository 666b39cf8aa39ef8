import type { Platform } from '../config/platform';
import { ValidationError } from '../constructs/core/validation';

/** What a guarantee found about one part of the platform. */
export interface Verdict {
  /** The guarantee's name: `capacity`. */
  readonly guarantee: string;
  /** What it is about: `use1a: connections to a data shard`. */
  readonly subject: string;
  readonly outcome: 'kept' | 'broken' | 'not-applicable';
  /** The numbers and reasons, for people. Of a broken guarantee also what to change. */
  readonly evidence: string;
  /** What of the evidence can be counted, for those that compare it with another day's. @default none */
  readonly measures?: readonly Measure[];
}

/** How much of something is used, of how much there may be. */
export interface Measure {
  readonly used: number;
  readonly limit: number;
  /** What is counted: `app clients`, `connections`. One of a kind in a verdict. */
  readonly unit: string;
}

/** A promise as a check: pure, and the same verdicts in the same order for the same platform. */
export type Guarantee = (platform: Platform) => readonly Verdict[];

/**
 * Refuses a platform that breaks a promise.
 *
 * @throws ValidationError with the evidence of every broken guarantee
 */
export function requireKept(verdicts: readonly Verdict[]): void {
  const broken = verdicts.filter(({ outcome }) => outcome === 'broken');
  if (broken.length === 0) return;
  const lines = broken.map(({ guarantee, subject, evidence }) => `  - ${guarantee}, ${subject}: ${evidence}`);
  const count = `${broken.length} ${broken.length === 1 ? 'guarantee is' : 'guarantees are'} broken:`;
  throw new ValidationError([count, ...lines].join('\n'));
}
