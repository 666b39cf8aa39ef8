import { STATEFUL } from '../rules/data';
import { withCascade } from './cascade';
import type { Change } from './change';
import { compareElements, compareObjects } from './compare';
import { type Comparison, differences } from './differences';
import type { Element } from './element';
import { likelyMoves, type Moves } from './moves';
import { settingsOf } from './settings';
import type { StackSides } from './stack-sides';

export interface Found {
  /** Sorted by address. */
  readonly changes: readonly Change[];
  /** Differences in the text that come to the same. */
  readonly noise: number;
}

/** Everything that differs between the two sides of a stack. */
export function findChanges(sides: StackSides, isNew: boolean): Found {
  const finder = new Finder(sides);
  const resources = isNew ? finder.all() : withCascade(sides, finder.all());
  const changes = [...resources, ...(isNew ? [] : settings(sides))];
  return { changes: changes.sort((a, b) => (a.address < b.address ? -1 : 1)), noise: finder.noise };
}

type Pair = readonly [before: Element | undefined, after: Element | undefined];

class Finder {
  public noise = 0;
  private readonly imported: ReadonlySet<string>;
  private readonly forgotten: ReadonlySet<string>;

  public constructor(private readonly sides: StackSides) {
    this.imported = sides.imported();
    this.forgotten = sides.forgotten();
  }

  public all(): readonly Change[] {
    const { sides } = this;
    const pairs = sides.suspects().map((address): Pair => [sides.before(address), sides.after(address)]);
    const [gone, come] = [
      pairs.flatMap(([before, after]) => (before?.mode === 'managed' && !after ? [before] : [])),
      pairs.flatMap(([before, after]) => (after?.mode === 'managed' && !before ? [after] : [])),
    ];
    const moves = likelyMoves(gone, come, sides.assets.texts);
    const texts = this.texts(moves);
    const movedFrom = new Set(moves.values());
    return pairs.flatMap(([before, after]): readonly Change[] => {
      if (before && !after && movedFrom.has(before.address)) return [];
      const from = after && moves.get(after.address);
      const old = from === undefined ? before : gone.find(({ address }) => address === from);
      const found = this.one([old, after], texts, from);
      if (found.length === 0 && before && after && !sides.isSameText(after.address)) this.noise++;
      return found;
    });
  }

  private one([before, after]: Pair, texts: Texts, likely: string | undefined): readonly Change[] {
    if (after?.mode === 'data' || before?.mode === 'data') return this.data(before, after, texts);
    const release = after?.type === 'helm_release' || before?.type === 'helm_release';
    const charts = release ? this.sides.charts(before, after) : undefined;
    const objects = charts ? this.objects(before, after, charts, texts) : [];
    // What its objects tell, the release itself need not: the name of the chart's folder, and values for its objects.
    const [old, now] =
      charts?.before.isComplete && charts.after.isComplete ? [bare(before), bare(after)] : [before, after];
    const own = this.resource(old, now, texts, likely);
    const isUnseen = charts !== undefined && !charts.after.isComplete && own?.fate === 'change';
    return [...(own ? [isUnseen ? { ...own, findings: [...own.findings, UNSEEN] } : own] : []), ...objects];
  }

  private resource(
    before: Element | undefined,
    after: Element | undefined,
    texts: Texts,
    likely: string | undefined,
  ): Change | undefined {
    if (before && after) {
      const change = compareElements(before, after, texts);
      const from = likely ?? this.sides.moves.get(after.address);
      return from === undefined ? change : this.moved(before, after, from, change, likely !== undefined);
    }
    const one = after ?? before;
    if (!one) return undefined;
    const isTakenOver = after !== undefined && this.imported.has(after.address);
    const isLetBe = before !== undefined && this.forgotten.has(before.address);
    return {
      address: one.address,
      type: one.type,
      fate: after ? (isTakenOver ? 'move' : 'create') : isLetBe ? 'forget' : 'destroy',
      before: before?.values ?? null,
      after: after?.values ?? null,
      lifecycle: { ...(before && { before: before.lifecycle }), ...(after && { after: after.lifecycle }) },
      found: [],
      isJudged: !isTakenOver,
      findings: [],
    };
  }

  private moved(
    before: Element,
    after: Element,
    from: string,
    change: Change | undefined,
    isUnsaid: boolean,
  ): Change {
    const plain: Change = change ?? {
      ...{
        address: after.address,
        type: after.type,
        fate: 'move',
        before: before.values,
        after: after.values,
      },
      lifecycle: { before: before.lifecycle, after: after.lifecycle },
      found: [],
      isJudged: false,
      findings: [],
    };
    const fate = plain.fate === 'replace' ? 'replace' : 'move';
    if (!isUnsaid) return { ...plain, fate, from };
    return {
      ...plain,
      fate,
      from,
      findings: [renamed(before, from, this.imported.has(after.address)), ...plain.findings],
    };
  }

  private objects(
    before: Element | undefined,
    after: Element | undefined,
    charts: NonNullable<ReturnType<StackSides['charts']>>,
    texts: Texts,
  ): readonly Change[] {
    const release = (after ?? before)?.address ?? '';
    const names = new Set([...charts.before.objects.keys(), ...charts.after.objects.keys()]);
    return [...names].sort().flatMap((name) => {
      const [old, now] = [charts.before.objects.get(name), charts.after.objects.get(name)];
      const change = compareObjects(release, old, now, texts);
      return change ? [change] : [];
    });
  }

  /** What a data source asks. Policies are judged where they are used, unless nobody can tell what they say. */
  private data(before: Element | undefined, after: Element | undefined, texts: Texts): readonly Change[] {
    if (!before || !after) return [];
    const isUsed = after.type === 'aws_iam_policy_document' && this.sides.isKnown(after.address);
    const change = isUsed ? undefined : compareElements(before, after, texts);
    return change ? [change] : [];
  }

  /**
   * Texts that differ, and come to the same: they name the same content, or the same thing at another address. What only a new
   * one of that thing would make of it, the cascade tells.
   */
  private texts(moves: Moves): Texts {
    const { assets } = this.sides;
    if (moves.size === 0) return assets.texts;
    const renames = [...moves].map(([now, before]) => ({
      pattern: new RegExp(`(?<![\\w.-])${before.replaceAll('.', '\\.')}(?![\\w-])`, 'g'),
      now,
    }));
    return (before, after) => {
      const text = renames.reduce((known, { pattern, now }) => known.replace(pattern, now), before);
      return text === after ? true : assets.texts(text, after);
    };
  }
}

type Texts = NonNullable<Comparison['texts']>;

const UNSEEN: Change['findings'][number] = {
  level: 'low',
  kind: 'unseen',
  what: 'has templates with expressions, and what they make only Helm can tell: read them',
};

/** A release without what its objects tell. */
function bare(release: Element | undefined): Element | undefined {
  if (!release) return undefined;
  const others = Object.entries(release.values).filter(([name]) => name !== 'chart' && name !== 'values');
  return { ...release, values: Object.fromEntries(others) };
}

function renamed(before: Element, from: string, isImported: boolean): Change['findings'][number] {
  const lost = STATEFUL[before.type];
  const isDear = lost !== undefined || before.lifecycle.preventDestroy;
  return {
    level: isDear ? 'high' : 'low',
    kind: 'move',
    what: `is ${from} under another id: Terraform destroys that one${lost === undefined ? '' : `, and with it ${lost},`} and creates this one${isImported ? ', though this one is imported' : ''}`,
    advice: `call moveFromId('${from}') on it, and its state moves along`,
  };
}

function settings(sides: StackSides): readonly Change[] {
  const [before, after] = [settingsOf(sides.base), settingsOf(sides.head)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((address): readonly Change[] => {
    const [old, now] = [before.get(address), after.get(address)];
    const one = now ?? old;
    if (!one) return [];
    const found = differences(old?.values, now?.values, { type: one.type });
    if (found.length === 0) return [];
    return [
      {
        ...{ address, type: one.type, isJudged: one.isJudged },
        fate: old ? (now ? 'change' : 'destroy') : 'create',
        before: old?.values ?? null,
        after: now?.values ?? null,
        found: old && now ? found : [],
        findings: [],
      },
    ];
  });
}
