import { type Risk, RISKS } from '../finding';
import type { StackReview } from '../report';
import type { Platform, PlatformStack } from './platform';

/** What a picture shows of a platform: some of it drawn, the rest counted. Plain data, without coordinates. */
export interface Picture {
  /** `bulkhead dev` */
  readonly name: string;
  /** `48 stacks, 2 cells, 4 dedicated tenants` */
  readonly summary: string;
  /** What all cells share. */
  readonly shared: { readonly place: string; readonly boxes: readonly Box[] };
  readonly cells: readonly CellPicture[];
  /** Whether stacks are marked by a review. */
  readonly reviewed: boolean;
}

/** One stack, or several that differ by their number only. */
export interface Box {
  readonly label: string;
  readonly names: readonly string[];
  /** Names of the boxes' first stacks that this one comes after, without those that others of them come after. */
  readonly after: readonly string[];
  readonly mark?: Mark;
}

export interface CellPicture {
  readonly id: string;
  /** `account 444444444444, us-east-1` */
  readonly place: string;
  readonly shared: readonly Box[];
  readonly tiers: readonly TierPicture[];
}

export interface TierPicture {
  readonly tier: string;
  readonly box?: Box;
  readonly apart: readonly string[];
  readonly tenants: readonly TenantPicture[];
  /** Dedicated tenants that are not drawn. */
  readonly rest: number;
  readonly restMark?: Mark;
}

export interface TenantPicture {
  readonly tenant: string;
  readonly box: Box;
  readonly apart: readonly string[];
}

/** What a review says of a box: the worst of its stacks. */
export interface Mark {
  readonly risk: Risk;
  readonly fate: StackReview['fate'];
  /** How many of its stacks differ. */
  readonly count: number;
}

/** What of a review a picture shows. */
export type Marks = ReadonlyMap<string, Pick<StackReview, 'risk' | 'fate'>>;

/** Dedicated tenants that are drawn in each tier of a cell; one of two more takes no more room than its count. */
const DRAWN = 5;

/**
 * Chooses what of a platform is drawn.
 *
 * @param marks stacks that a review says something of: they are drawn before others. @default - there is no review
 */
export function pictureOf({ name, stacks }: Platform, marks?: Marks): Picture {
  const known: Marks = marks ?? new Map<string, never>();
  const cells = unique(stacks.map(({ cell }) => cell));
  const tenants = stacks.filter(({ tenant }) => tenant !== undefined).length;
  const common = stacks.filter(({ cell }) => cell === undefined);
  return {
    name,
    summary: [
      count(stacks.length, 'stack'),
      count(cells.length, 'cell'),
      count(tenants, 'dedicated tenant'),
    ].join(', '),
    shared: { place: placeOf(common), boxes: boxesOf(common, known) },
    cells: cells.map((id) =>
      cellOf(
        id,
        stacks.filter(({ cell }) => cell === id),
        known,
      ),
    ),
    reviewed: marks !== undefined,
  };
}

function cellOf(id: string, stacks: readonly PlatformStack[], marks: Marks): CellPicture {
  const isRoomy = (tier: string): boolean =>
    stacks.some((stack) => stack.tier === tier && stack.tenant !== undefined);
  // Those with tenants of their own stand last.
  const tiers = unique(stacks.map(({ tier }) => tier)).sort(
    (a, b) => Number(isRoomy(a)) - Number(isRoomy(b)),
  );
  return {
    id,
    place: placeOf(stacks),
    shared: boxesOf(
      stacks.filter(({ tier, tenant }) => tier === undefined && tenant === undefined),
      marks,
    ),
    tiers: tiers.map((tier) =>
      tierOf(
        tier,
        stacks.filter((stack) => stack.tier === tier),
        marks,
      ),
    ),
  };
}

function placeOf([first]: readonly PlatformStack[]): string {
  const account = first?.account === undefined ? [] : [`account ${first.account}`];
  return [...account, ...(first?.region === undefined ? [] : [first.region])].join(', ');
}

function tierOf(tier: string, stacks: readonly PlatformStack[], marks: Marks): TierPicture {
  const [own] = stacks.filter(({ tenant }) => tenant === undefined);
  const [box] = own === undefined ? [] : boxesOf([own], marks);
  const tenants = stacks.filter(({ tenant }) => tenant !== undefined);
  const riskOf = ({ name }: PlatformStack): number => {
    const mark = marks.get(name);
    return mark === undefined ? -1 : RISKS.indexOf(mark.risk);
  };
  const ordered = [...tenants].sort((a, b) => riskOf(b) - riskOf(a));
  const drawn = ordered.slice(0, ordered.length === DRAWN + 1 ? DRAWN + 1 : DRAWN);
  const rest = ordered.slice(drawn.length);
  const restMark = markOf(
    rest.map(({ name }) => name),
    marks,
  );
  return {
    ...{ tier, apart: own?.apart() ?? [], rest: rest.length },
    ...(box && { box }),
    tenants: drawn.flatMap((stack) =>
      boxesOf([stack], marks).map((each) => ({
        tenant: stack.tenant ?? '',
        box: each,
        apart: stack.apart(),
      })),
    ),
    ...(restMark && { restMark }),
  };
}

/** Stacks as boxes: those of a row, such as shards, in one. */
function boxesOf(stacks: readonly PlatformStack[], marks: Marks): readonly Box[] {
  const rows = new Map<string, PlatformStack[]>();
  for (const stack of stacks) {
    const row = stack.name.replace(/-\d+$/, '-#');
    rows.set(row, [...(rows.get(row) ?? []), stack]);
  }
  const groups = [...rows.values()].flatMap((row) => (row.length > 2 ? [row] : row.map((stack) => [stack])));
  const groupOf = new Map(
    groups.flatMap((group) => group.map(({ name }) => [name, group[0]?.name ?? ''] as const)),
  );
  const direct = new Map(
    groups.map((group) => {
      const own = group[0]?.name ?? '';
      const others = group
        .flatMap(({ dependencies }) => dependencies)
        .flatMap((name) => groupOf.get(name) ?? []);
      return [own, unique(others).filter((name) => name !== own)] as const;
    }),
  );
  return groups.map((group) => {
    const names = group.map(({ name }) => name);
    const mark = markOf(names, marks);
    return {
      label: labelOf(group),
      names,
      after: withoutFar(names[0] ?? '', direct),
      ...(mark && { mark }),
    };
  });
}

function labelOf(group: readonly PlatformStack[]): string {
  const [first] = group;
  const { name = '', cell } = first ?? {};
  const short = cell !== undefined && name.startsWith(`${cell}-`) ? name.slice(cell.length + 1) : name;
  return group.length === 1 ? short : `${short.replace(/-\d+$/, '')} × ${group.length}`;
}

/** What a box comes after directly: not by way of another box that it comes after. */
function withoutFar(name: string, direct: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const near = direct.get(name) ?? [];
  const far = new Set(near.flatMap((each) => [...reach(each, direct)]));
  return near.filter((each) => !far.has(each));
}

function reach(name: string, direct: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (at: string): void => {
    for (const next of direct.get(at) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      visit(next);
    }
  };
  visit(name);
  return reached;
}

function markOf(names: readonly string[], marks: Marks): Mark | undefined {
  const found = names.flatMap((name) => marks.get(name) ?? []);
  const [worst] = [...found].sort((a, b) => RISKS.indexOf(b.risk) - RISKS.indexOf(a.risk));
  return worst && { risk: worst.risk, fate: worst.fate, count: found.length };
}

const unique = <T>(values: readonly (T | undefined)[]): T[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
