import { likelyForceNewOf } from '../../terraform/force-new';
import type { Values } from '../plan';
import { isValues } from '../values';
import type { Difference } from './differences';

/** Names of attributes among differences that replace a resource of a type. */
export function replacing(type: string, before: Values, found: readonly Difference[]): readonly string[] {
  const forceNew = likelyForceNewOf(type, before).map((path) => path.split('.'));
  const names = found.flatMap((difference) =>
    forceNew.filter((steps) => touches(difference, steps)).map((steps) => steps.join('.')),
  );
  return [...new Set(names)];
}

function touches({ steps, before, after }: Difference, attribute: readonly string[]): boolean {
  const common = Math.min(steps.length, attribute.length);
  if (!attribute.slice(0, common).every((step, index) => step === steps[index])) return false;
  // A whole block that came or went takes the attribute in it along.
  const inside = attribute.slice(common);
  const [from, to] = [at(before, inside), at(after, inside)];
  if (inside.length > 0 && JSON.stringify(from) === JSON.stringify(to)) return false;
  // What is not set and what is set to nothing are one to a provider.
  return !(isNothing(from) && isNothing(to));
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === '' ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (isValues(value) && Object.keys(value).length === 0);

/** What stands at a path; of a list of blocks, what stands there in its first one. */
function at(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    const only: unknown = Array.isArray(found) ? (found as unknown[])[0] : found;
    found = isValues(only) ? only[step] : undefined;
  }
  return found;
}

/**
 * A configuration as Terraform goes by it: what it is told to ignore is as it was before.
 *
 * @param ignored paths in Terraform's words: `scaling_config[0].desired_size`, `tags["owner"]`; or `all`
 */
export function withIgnored(before: Values, after: Values, ignored: readonly string[] | 'all'): Values {
  if (ignored === 'all') return before;
  return ignored.reduce((values, path) => kept(before, values, stepsOf(path)), after);
}

const stepsOf = (path: string): readonly string[] =>
  [...path.matchAll(/\["([^"]*)"\]|\[\d+\]|([^.[\]]+)/g)].flatMap(
    ([, quoted, plain]) => quoted ?? plain ?? [],
  );

function kept(before: unknown, after: Values, [step = '', ...rest]: readonly string[]): Values {
  const old = isValues(before) ? before[step] : undefined;
  const { [step]: now, ...others } = after;
  if (rest.length === 0) return old === undefined ? others : { ...others, [step]: old };
  const [oldBlock, nowBlock] = [old, now].map((part) =>
    Array.isArray(part) ? (part as unknown[])[0] : part,
  );
  if (!isValues(nowBlock)) return after;
  const inner = kept(oldBlock, nowBlock, rest);
  return { ...others, [step]: Array.isArray(now) ? [inner, ...(now as unknown[]).slice(1)] : inner };
}
