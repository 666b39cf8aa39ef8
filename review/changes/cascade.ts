import type { Change } from './change';
import { replaced } from './compare';
import { likelyForceNewOf } from '../../terraform/force-new';
import type { Element } from './element';
import type { StackSides } from './stack-sides';
import { isValues } from '../values';

/**
 * What a replacement takes along in its stack: resources that fix, when they are made, what only the new one has (its id, its
 * ARN), and those that say themselves that they follow (`replace_triggered_by`). However their own text is.
 */
export function withCascade(sides: StackSides, changes: readonly Change[]): readonly Change[] {
  const all = new Map(changes.map((change) => [change.address, change]));
  const queue = changes.filter((change) => change.fate === 'change' || isNewOne(change));
  const triggered = queue.length === 0 ? new Set<string>() : sides.head.search('"replace_triggered_by"');
  for (let cause = queue.shift(); cause; cause = queue.shift()) {
    // What only changes takes along nothing but those that say so.
    for (const address of isNewOne(cause) ? sides.head.search(cause.address) : triggered) {
      if (address.startsWith('data.')) continue;
      const change = all.get(address);
      if (address === cause.address || (change && change.fate !== 'change')) continue;
      const after = sides.after(address);
      if (!after || !sides.base.has(address)) continue;
      const because = follows(after, cause);
      if (because.length === 0) continue;
      const before = sides.before(address);
      const next = replaced(
        {
          ...(change ?? {
            ...{
              address,
              type: after.type,
              before: before?.values ?? null,
              after: after.values,
              isJudged: true,
            },
            lifecycle: { ...(before && { before: before.lifecycle }), after: after.lifecycle },
          }),
          found: [...(change?.found ?? []), ...because.map((path) => unknown(path, cause.address))],
        },
        because,
      );
      all.set(address, next);
      queue.push(next);
    }
  }
  return [...all.values()];
}

/** Whether Terraform makes a new one of it: it is replaced, or at another address and nothing says that it moved. */
const isNewOne = ({ fate, findings }: Change): boolean =>
  fate === 'replace' || findings.some(({ kind }) => kind === 'move');

const unknown = (path: string, of: string): Change['found'][number] => ({
  steps: path.split('.'),
  path,
  before: `as ${of} has it`,
  after: 'another one, for that is replaced',
});

/** Names of what makes a resource follow a change; none if it stays. */
function follows({ type, values, lifecycle }: Element, cause: Change): readonly string[] {
  const isTriggered = lifecycle.replaceTriggeredBy.some((reference) => {
    const rest = reference.slice(cause.address.length);
    if (!reference.startsWith(cause.address) || !/^$|^[.[]/.test(rest)) return false;
    const [, attribute] = rest.split('.');
    return (
      attribute === undefined || isNewOne(cause) || cause.found.some(({ steps }) => steps[0] === attribute)
    );
  });
  if (isTriggered) return ['lifecycle.replace_triggered_by'];
  if (!isNewOne(cause)) return [];
  return likelyForceNewOf(type, values).filter((path) =>
    textsAt(values, path.split('.')).some((text) => namesUnknown(text, cause)),
  );
}

/** Whether a text holds something of a replaced resource that its configuration does not say, and so is another one. */
function namesUnknown(text: string, { address, after }: Change): boolean {
  const pattern = new RegExp(`(?<![\\w.-])${address.replaceAll('.', '\\.')}\\.(\\w+)`, 'g');
  return [...text.matchAll(pattern)].some(([, attribute = '']) => typeof after?.[attribute] !== 'string');
}

/** Every text at a path, in all blocks of lists on the way, and below it. */
function textsAt(value: unknown, steps: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, steps));
  const [step, ...rest] = steps;
  if (step === undefined) {
    return isValues(value)
      ? Object.values(value).flatMap((part) => textsAt(part, []))
      : typeof value === 'string'
        ? [value]
        : [];
  }
  return isValues(value) ? textsAt(value[step], rest) : [];
}
