import { isSet } from '../../terraform/sets';
import { isPolicy } from '../policy';
import { isValues } from '../values';
import { jsonOf, restOf, saysTheSame, statementsOf } from './json-text';

/** One setting that is not the same on both sides. */
export interface Difference {
  /** Names of attributes and blocks from the outside in, without places in lists: as `terraform/force-new.ts` has them. */
  readonly steps: readonly string[];
  /** The same for a person: `statement[ReadObjects].Action`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** How two texts compare that name folders of assets. */
export interface Comparison {
  /** Type of the resource: tells in which lists order means something. */
  readonly type: string;
  /**
   * Two texts that are not the same.
   *
   * @returns true if they come to the same all the same; otherwise how to tell them, or undefined to tell them as they are
   */
  readonly texts?: (before: string, after: string) => true | Pick<Difference, 'before' | 'after'> | undefined;
}

/** What is not the same in two values, down to its innermost part; nothing of two that differ in order or white space only. */
export const differences = (before: unknown, after: unknown, comparison: Comparison): readonly Difference[] =>
  new Differ(comparison).compare(before, after, { steps: [], path: '' });

interface Place {
  readonly steps: readonly string[];
  readonly path: string;
}

class Differ {
  public constructor(private readonly comparison: Comparison) {}

  public compare(before: unknown, after: unknown, place: Place): readonly Difference[] {
    if (before === after) return typeof after === 'string' ? this.names(after, place) : [];
    if ((before ?? null) === null && (after ?? null) === null) return [];
    if (Array.isArray(before) || Array.isArray(after)) return this.lists(before, after, place);
    if (isValues(before) && isValues(after)) return this.objects(before, after, place);
    if (typeof before === 'string' && typeof after === 'string') return this.texts(before, after, place);
    // A number or a switch may be written as a text: Terraform reads both.
    if (isScalar(before) && isScalar(after) && String(before) === String(after)) return [];
    return [{ ...place, before, after }];
  }

  private objects(
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
    place: Place,
  ): readonly Difference[] {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].sort().flatMap((name) => this.compare(before[name], after[name], below(place, name)));
  }

  private lists(before: unknown, after: unknown, place: Place): readonly Difference[] {
    const [from, to] = [listOf(before), listOf(after)];
    // A whole list that comes or goes is told whole.
    if (!from || !to) return [{ ...place, before, after }];
    const [old, now] = [from, to].map((items) => items.map((item) => this.written(item)));
    if (!old || !now || (old.length === now.length && old.every((text, index) => text === now[index])))
      return [];
    const [gone, come] = [without(from, old, now), without(to, now, old)];
    if (gone.length === 0 && come.length === 0) {
      if (isSet(this.comparison.type, place.steps.at(-1) ?? '')) return [];
      return [{ ...place, path: `${place.path} (order)`, before: from, after: to }];
    }
    if (![...gone, ...come].every(isValues)) return this.items(gone, come, place);
    return this.members(gone as Members, come as Members, place);
  }

  /** The same text for what compares as the same. */
  private written(value: unknown, name = ''): string {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.written(item));
      return `[${(isSet(this.comparison.type, name) ? items.sort() : items).join(',')}]`;
    }
    if (!isValues(value)) return JSON.stringify(value ?? null);
    const entries = Object.entries(value).filter(([, part]) => (part ?? null) !== null);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => `${JSON.stringify(key)}:${this.written(part, key)}`)
      .join(',')}}`;
  }

  /** Items of a list that are no blocks: those that came and went, unless one came for one and they are told as texts. */
  private items(gone: readonly unknown[], come: readonly unknown[], place: Place): readonly Difference[] {
    const rest = [...come];
    const left = gone.filter((item) => {
      const at = rest.findIndex((other) => this.areOne(item, other));
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
    if (left.length === 0 && rest.length === 0) return [];
    const [before, after] = [left[0], rest[0]];
    const isOne = left.length === 1 && rest.length === 1;
    if (!isOne || typeof before !== 'string' || typeof after !== 'string') {
      return [{ ...place, before: orNone(left), after: orNone(rest) }];
    }
    return this.texts(before, after, place).map((difference) =>
      difference.before === before ? { ...difference, before: left, after: rest } : difference,
    );
  }

  /** Whether two texts that differ come to the same. */
  private areOne(one: unknown, other: unknown): boolean {
    if (typeof one !== 'string' || typeof other !== 'string') return false;
    return this.comparison.texts?.(one, other) === true;
  }

  /** Blocks of a list: those of the same name are compared, those without one in their order. */
  private members(gone: Members, come: Members, place: Place): readonly Difference[] {
    const rest: Readonly<Record<string, unknown>>[] = [...come];
    const found: Difference[] = [];
    for (const [index, before] of gone.entries()) {
      const name = nameOf(before);
      const at = name === undefined ? 0 : rest.findIndex((other) => nameOf(other) === name);
      const isPair = at >= 0 && at < rest.length && (name !== undefined || nameOf(rest[at]) === undefined);
      const [after] = isPair ? rest.splice(at, 1) : [undefined];
      const here = { ...place, path: `${place.path}[${name ?? String(index)}]` };
      found.push(...(after ? this.objects(before, after, here) : [{ ...here, before, after: undefined }]));
    }
    return [
      ...found,
      ...rest.map((after, index) => ({
        ...place,
        path: `${place.path}[${nameOf(after) ?? String(gone.length + index)}]`,
        before: undefined,
        after,
      })),
    ];
  }

  /** The same text may name what is not the same. */
  private names(text: string, place: Place): readonly Difference[] {
    const told = this.comparison.texts?.(text, text);
    return told === undefined || told === true ? [] : [{ ...place, ...told }];
  }

  private texts(before: string, after: string, place: Place): readonly Difference[] {
    if (isPolicy(before) && isPolicy(after)) {
      if (saysTheSame(before, after)) return [];
      return [
        ...this.objects(statementsOf(before), statementsOf(after), below(place, 'Statement')),
        ...this.objects(restOf(before), restOf(after), place),
      ];
    }
    const [old, now] = [jsonOf(before), jsonOf(after)];
    if (old !== undefined && now !== undefined) return this.compare(old, now, place);
    const told = this.comparison.texts?.(before, after);
    if (told === true) return [];
    return [{ ...place, before, after, ...told }];
  }
}

type Members = readonly Readonly<Record<string, unknown>>[];

const orNone = (items: readonly unknown[]): unknown => (items.length > 0 ? items : undefined);

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** A list; a block that stands alone as a list of one. */
const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? (value as unknown[]) : isValues(value) ? [value] : undefined;

/** Items of a list that another one does not have, as often as it has them. */
function without(items: readonly unknown[], own: readonly string[], others: readonly string[]): unknown[] {
  const left = new Map<string, number>();
  for (const text of others) left.set(text, (left.get(text) ?? 0) + 1);
  return items.filter((_, index) => {
    const text = own[index] ?? '';
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

const NAMES = ['name', 'sid', 'key', 'id', 'type'] as const;

function nameOf(block: Readonly<Record<string, unknown>> | undefined): string | undefined {
  for (const name of NAMES) {
    const value = block?.[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function below({ steps, path }: Place, name: string): Place {
  return { steps: [...steps, name], path: `${path}${toldBelow(name, path === '')}` };
}

function toldBelow(name: string, isFirst: boolean): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `[${JSON.stringify(name)}]`;
  return isFirst ? name : `.${name}`;
}
