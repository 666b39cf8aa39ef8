import { canonical } from '../canonical';
import { isValues } from '../values';

/** The value of a text that is JSON of an object or a list; undefined of any other. */
export function jsonOf(text: unknown): unknown {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A policy's statements by what tells them apart: the sid, or the place of one that has none. */
export type Statements = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * What a policy says, apart from order, white space, and whether one stands alone or in a list. Statements that have the same sid
 * on both sides are the same statement; a sid says nothing else.
 */
export function statementsOf(policy: string): Statements {
  const { Statement } = JSON.parse(policy) as { readonly Statement: unknown };
  const all = (Array.isArray(Statement) ? (Statement as unknown[]) : [Statement]).filter(isValues);
  const content = all.map(({ Sid, ...rest }) => ({
    name: typeof Sid === 'string' ? Sid : '',
    rest: Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, uniform(part)])),
  }));
  const sorted = content.sort((a, b) => (canonical(a.rest) < canonical(b.rest) ? -1 : 1));
  const named: Record<string, Readonly<Record<string, unknown>>> = {};
  let unnamed = 0;
  for (const { name, rest } of sorted) {
    named[name === '' || name in named ? String(unnamed++) : name] = rest;
  }
  return named;
}

/** One and a list of one are the same; lists are sets. */
function uniform(part: unknown): unknown {
  if (Array.isArray(part)) return [...(part as unknown[])].map(String).sort();
  if (isValues(part))
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, uniform(inner)]));
  return typeof part === 'string' && part !== '*' ? [part] : part;
}

/** What a policy says besides its statements: its version, which decides whether it has variables. An id says nothing. */
export function restOf(policy: string): Readonly<Record<string, unknown>> {
  const rest = JSON.parse(policy) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'Statement' && name !== 'Id'));
}

/** Whether two policies say the same. */
export function saysTheSame(one: string, other: string): boolean {
  const content = (policy: string): string =>
    canonical([restOf(policy), Object.values(statementsOf(policy))]);
  return content(one) === content(other);
}
