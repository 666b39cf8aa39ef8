import type { Risk } from '../finding';
import type { Affected, ResourceFate, Review, ReviewFinding, Side, StackReview } from '../report';

/**
 * The same with every text in one line and without characters that control a terminal or turn the direction of writing: names
 * and values are others' words, and must not pass for ours.
 */
export function printable<T>(value: T): T;
export function printable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\r?\n/g, '↵').replace(CONTROLS, '\u{fffd}');
  if (Array.isArray(value)) return value.map((each) => printable(each as unknown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, printable(each as unknown)]));
}

const CONTROLS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** High risk first, otherwise in the order that they had. */
export const worstFirst = <T extends { readonly risk: Risk }>(list: readonly T[]): readonly T[] =>
  (['high', 'low', 'none'] as const).flatMap((level) => list.filter(({ risk }) => risk === level));

/** `1 stack`, `3 stacks`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : (PLURALS[noun] ?? `${noun}s`)}`;

const PLURALS: Readonly<Record<string, string>> = { party: 'parties', promise: 'promises' };

/** Signs of what happens to a resource, as Terraform has them. */
export const FATES: Readonly<Record<ResourceFate, string>> = {
  create: '+',
  change: '~',
  replace: '±',
  destroy: '-',
  move: '→',
  forget: '?',
};

/** `3 to create, 1 to replace`; `nothing to do`. */
export function countsText({ counts }: Pick<StackReview, 'counts'>): string {
  const fates = Object.keys(FATES) as readonly ResourceFate[];
  const parts = fates.filter((fate) => counts[fate] > 0).map((fate) => `${counts[fate]} to ${fate}`);
  return parts.length > 0 ? parts.join(', ') : 'nothing to do';
}

/** `main (1a2b3c4d5)` */
export const sideText = ({ label, commit }: Side): string =>
  commit === undefined || commit.startsWith(label) ? label.slice(0, 60) : `${label} (${commit.slice(0, 9)})`;

/** The same finding, in however many stacks. */
export interface Told extends Omit<ReviewFinding, 'stack'> {
  /** Names, in the order in which they are deployed. */
  readonly stacks: readonly string[];
}

/** Findings of all stacks, worst first. What is found in many stacks alike, such as in every tenant's, is told once. */
export function findingsOf({ stacks }: Pick<Review, 'stacks'>): readonly Told[] {
  const told = new Map<string, Told & { readonly stacks: string[] }>();
  for (const { stack, findings } of stacks)
    for (const { level, kind, address, what, advice } of findings) {
      const key = JSON.stringify([level, kind, address, what, advice]);
      const same = told.get(key);
      if (same) same.stacks.push(stack);
      else
        told.set(key, {
          ...{ level, kind, address, what, stacks: [stack] },
          ...(advice !== undefined && { advice }),
        });
    }
  const all = [...told.values()];
  return (['high', 'low'] as const).flatMap((level) => all.filter((finding) => finding.level === level));
}

/** Some of a platform's users, to whom the same happens. */
export interface Party {
  /** `tenant acme in use1a`, `tenants acme, globex and 96 more in use1a` */
  readonly text: string;
  readonly risk: Risk;
  readonly members: readonly Affected[];
  /** How many findings of each level one of them has. */
  readonly high: number;
  readonly low: number;
  readonly stacks: readonly string[];
}

/** Who is affected, worst first. Dedicated tenants of a cell to whom the same happens are one party. */
export function partiesOf({ affected }: Pick<Review, 'affected'>): readonly Party[] {
  const groups = new Map<string, Affected[]>();
  for (const each of affected) {
    const { who, risk, findings } = each;
    const same = findings.map(({ kind, address, what }) => [kind, address, what]);
    const key =
      who.tenant === undefined
        ? JSON.stringify([each.text])
        : JSON.stringify([risk, who.cell, who.tier, same]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const levels = first.findings.map(({ level }) => level);
    return {
      text: partyText(first, members),
      risk: first.risk,
      members,
      high: levels.filter((level) => level === 'high').length,
      low: levels.filter((level) => level === 'low').length,
      stacks: members.flatMap(({ stacks }) => stacks),
    };
  });
}

function partyText(first: Affected, members: readonly Affected[]): string {
  if (members.length === 1) return first.text;
  const where = first.who.cell === undefined ? '' : ` in ${first.who.cell}`;
  return `tenants ${some(members.map(({ who }) => who.tenant ?? ''))}${where}`;
}

/** Names of a list that are written out. */
const NAMED = 3;

/** `a`, `a and b`, `a, b, c and 96 more` */
export function some(names: readonly string[], named = NAMED): string {
  const rest = names.length - named;
  const shown = rest === 1 ? names : names.slice(0, named);
  if (rest > 1) return `${shown.join(', ')} and ${rest.toLocaleString('en-US')} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** `2 findings of high risk, 1 of low`; `nothing to fear` */
export function findingsText({ high, low }: Pick<Party, 'high' | 'low'>): string {
  if (high > 0)
    return `${counted(high, 'finding')} of high risk${low > 0 ? `, ${low.toLocaleString('en-US')} of low` : ''}`;
  return low > 0 ? `${counted(low, 'finding')} of low risk` : 'nothing to fear';
}

/** The same of a party, whose members all have as many. */
export const foundText = ({ members, high, low }: Party): string =>
  `${findingsText({ high, low })}${members.length > 1 && high + low > 0 ? ' each' : ''}`;

/** All of a review in one sentence. */
export function headline(review: Review): string {
  const { stacks, unchanged } = review;
  if (stacks.length === 0)
    return `Nothing changes: ${counted(unchanged, 'stack')} on both sides are the same.`;
  const told = stacks.flatMap(({ findings }) => findings);
  const high = told.filter(({ level }) => level === 'high').length;
  const found = findingsText({ high, low: told.length - high });
  return `${counted(stacks.length, 'stack')} of ${(stacks.length + unchanged).toLocaleString('en-US')} differ${stacks.length === 1 ? 's' : ''}: ${found}.`;
}

/** What was left out, if anything. */
export function leftOut({ unchanged, noise, stacks }: Review): string {
  const parts = [
    ...(stacks.length > 0 && unchanged > 0
      ? [`${counted(unchanged, 'stack')} ${unchanged === 1 ? 'is' : 'are'} the same`]
      : []),
    ...(noise > 0
      ? [`${counted(noise, 'change')} of order, hashes or words ${noise === 1 ? 'is' : 'are'} not shown`]
      : []),
  ];
  return parts.length > 0 ? `${parts.join('; ')}.` : '';
}
