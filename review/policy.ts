/** IAM policies compared as sets of requests that they allow and refuse, and not as texts. */

import { pattern } from './policy/pattern';
import { parsePolicy, type Statement } from './policy/statement';
import { isWithin } from './policy/texts';

export { canonical } from './canonical';
export { widenings } from './policy/compare';

/** Whether a text is a policy. */
export const isPolicy = (text: unknown): text is string =>
  typeof text === 'string' && text.includes('"Statement"') && parsePolicy(text) !== undefined;

/** Whether a policy allows whole services, or everything, on everything. */
export const allowsEverything = (policy: string): boolean =>
  (parsePolicy(policy)?.allow ?? []).some(
    (statement) =>
      statement.conditions.length === 0 &&
      statement.parts.some(
        ({ name, texts, negated }) => name === 'resource' && (negated || texts.includes('*')),
      ) &&
      statement.parts.some(
        ({ name, texts, negated }) =>
          name === 'action' && (negated || texts.some((action) => action === '*' || action.endsWith(':*'))),
      ),
  );

const isForEverybody = ({ conditions, parts }: Statement): boolean =>
  conditions.length === 0 &&
  parts.some(({ name, texts, negated }) => name === 'principal' && (negated || texts.includes('*')));

/** Whether a policy gives something to everybody, without a condition. */
export const allowsEverybody = (policy: string): boolean =>
  (parsePolicy(policy)?.allow ?? []).some(isForEverybody);

/** Statements of some policies as one policy. */
export const joined = (policies: readonly string[], effect?: 'Allow' | 'Deny'): string =>
  JSON.stringify({
    Statement: policies
      .filter(isPolicy)
      .flatMap((policy) => (JSON.parse(policy) as { readonly Statement: unknown }).Statement)
      .filter(
        (statement) => effect === undefined || (statement as { readonly Effect?: unknown }).Effect === effect,
      ),
  });

/** Whether a policy refuses anything. */
export const refuses = (policy: string): boolean => (parsePolicy(policy)?.deny ?? []).length > 0;

/** Whether a pattern with `*` and `?` matches all that another one matches. */
export const covers = (outer: string, inner: string): boolean => isWithin(pattern(inner), pattern(outer));
