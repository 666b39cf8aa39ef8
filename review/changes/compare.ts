import type { Values } from '../plan';
import { isHashOnly } from './assets';
import type { Change } from './change';
import type { ChartObject } from './chart';
import { type Comparison, type Difference, differences } from './differences';
import type { Element } from './element';
import { replacing, withIgnored } from './fate';

type Texts = NonNullable<Comparison['texts']>;

/** A resource that is on both sides; undefined if it comes to the same. */
export function compareElements(before: Element, after: Element, texts: Texts): Change | undefined {
  const { address, type, mode } = after;
  const values = withIgnored(before.values, after.values, after.lifecycle.ignoreChanges);
  const settings = differences(before.values, values, { type, texts });
  const found = [...withoutEchoes(settings), ...lifecycleDifferences(before, after)];
  if (found.length === 0) return undefined;
  const because = mode === 'data' ? [] : replacing(type, before.values, settings);
  const change = {
    ...{ address, type, found, before: before.values, after: values },
    lifecycle: { before: before.lifecycle, after: after.lifecycle },
    isJudged: mode === 'managed',
  };
  if (mode === 'data') return { ...change, fate: 'change', findings: [OTHER_ANSWER] };
  return because.length > 0 ? replaced(change, because) : { ...change, fate: 'change', findings: [] };
}

const OTHER_ANSWER: Change['findings'][number] = {
  level: 'low',
  kind: 'unseen',
  what: 'asks for something else: what refers to it changes, and its own text does not tell',
};

/**
 * A change that Terraform makes by destroying and creating.
 *
 * @param because names of what brings that about
 */
export function replaced(change: Omit<Change, 'fate' | 'findings'>, because: readonly string[]): Change {
  const isRefused = change.lifecycle?.after?.preventDestroy === true;
  return {
    ...change,
    fate: 'replace',
    findings: isRefused
      ? [
          {
            level: 'high',
            kind: 'protection',
            what: `cannot be replaced: Terraform will refuse the plan of the whole stack, for it has prevent_destroy, and ${because.join(', ')} cannot be changed in place`,
            advice: `leave ${because.join(', ')} as it was, or make a new one beside it and move what it holds`,
          },
        ]
      : [],
  };
}

/** A new program shows once: hashes of it elsewhere say the same. */
function withoutEchoes(found: readonly Difference[]): readonly Difference[] {
  const hasProgram = found.some(({ before }) => typeof before === 'string' && before.startsWith('program '));
  return hasProgram ? found.filter(({ before, after }) => !isHashOnly(before, after)) : found;
}

function lifecycleDifferences(
  { lifecycle: before }: Element,
  { lifecycle: after }: Element,
): readonly Difference[] {
  const told = (lifecycle: Element['lifecycle']): Values => ({
    ...(lifecycle.preventDestroy && { prevent_destroy: true }),
    ...(lifecycle.ignoreChanges.length > 0 && { ignore_changes: lifecycle.ignoreChanges }),
    ...(lifecycle.replaceTriggeredBy.length > 0 && { replace_triggered_by: lifecycle.replaceTriggeredBy }),
  });
  return differences({ lifecycle: told(before) }, { lifecycle: told(after) }, { type: '' });
}

/** An object in a chart; undefined if it comes to the same. */
export function compareObjects(
  release: string,
  before: ChartObject | undefined,
  after: ChartObject | undefined,
  texts: Texts,
): Change | undefined {
  const one = after ?? before;
  if (!one) return undefined;
  const found = before && after ? differences(before.values, after.values, { type: one.type, texts }) : [];
  if (before && after && found.length === 0) return undefined;
  return {
    address: `${release}: ${one.name}`,
    type: one.type,
    fate: before ? (after ? 'change' : 'destroy') : 'create',
    before: before?.values ?? null,
    after: after?.values ?? null,
    found,
    isJudged: true,
    findings: [],
  };
}
