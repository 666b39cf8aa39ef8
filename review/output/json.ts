import { highest, type Risk } from '../finding';
import type { Review } from '../report';

/** What `bulkhead review --json` prints. */
export interface ReviewDocument {
  /** The highest of all reviews. */
  readonly risk: Risk;
  /** One for each environment, in the order in which they were asked for. */
  readonly reviews: readonly Review[];
}

/** Reviews as one document, keys sorted: the same text for the same reviews. */
export function jsonOf(reviews: readonly Review[]): string {
  const document: ReviewDocument = { risk: highest(reviews.map(({ risk }) => risk)), reviews };
  return JSON.stringify(document, sorted, 2);
}

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
