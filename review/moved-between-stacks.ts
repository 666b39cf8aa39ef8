import { createHash } from 'node:crypto';
import { canonical } from './canonical';
import { Documents } from './changes/documents';
import { readElement, typeOf } from './changes/element';
import { FileBuffer } from './changes/file-buffer';
import { StackFile } from './changes/stack-file';
import { highest } from './finding';
import { nameOf, placeOf } from './identity';
import { ownerKey } from './owner';
import type { Predecessors } from './predecessors';
import type { Owner, ReviewFinding, StackReview } from './report';
import { STATEFUL } from './rules/data';
import type { StackPair } from './stack-pair';
import { block } from './values';

/** A resource that is no more in a stack, or was not there before. */
interface Stray {
  readonly review: StackReview;
  readonly address: string;
  readonly type: string;
  /** What Terraform does with it in this stack; `nothing` in one that is gone. */
  readonly fate: 'destroy' | 'forget' | 'nothing' | 'create' | 'import';
}

interface Move {
  readonly from: Stray;
  readonly to: Stray;
}

type Pairs = ReadonlyMap<string, StackPair>;

/**
 * With resources that are no more in one stack and new in another. To Terraform these are two: each state knows its own, and
 * `moved` blocks do not reach from one to another.
 */
export function withMoves(
  stacks: readonly StackReview[],
  pairs: Pairs,
  predecessors: Predecessors,
): readonly StackReview[] {
  const moves = movesIn(stacks, pairs);
  if (moves.length === 0) return stacks;
  const [left, come] = [new Map<string, Move[]>(), new Map<string, Map<string, Move>>()];
  for (const move of moves) {
    const [from, to] = [move.from.review.stack, move.to.review.stack];
    left.set(from, [...(left.get(from) ?? []), move]);
    come.set(to, (come.get(to) ?? new Map<string, Move>()).set(move.to.address, move));
  }
  return stacks.map((review) => {
    const findings = (left.get(review.stack) ?? []).reduce(
      (all, move) => withFinding(all, move, predecessors),
      review.findings,
    );
    const arrived = come.get(review.stack);
    const changes = review.changes.map((change) => {
      const from = arrived?.get(change.address)?.from;
      return from ? { ...change, from: `${from.review.stack}: ${from.address}` } : change;
    });
    return { ...review, changes, findings, risk: highest(findings.map(({ level }) => level)) };
  });
}

/** What is told of a resource that goes is told of its move instead, at no lower risk. */
function withFinding(
  findings: readonly ReviewFinding[],
  move: Move,
  predecessors: Predecessors,
): readonly ReviewFinding[] {
  const { review, address, fate } = move.from;
  const isOfEnd = (finding: ReviewFinding): boolean =>
    fate !== 'nothing' &&
    finding.address === address &&
    (finding.kind === 'data' || finding.kind === 'removed');
  const ends = findings.filter(isOfEnd);
  const isDear = move.from.type in STATEFUL && !isTakenAlong(move);
  const told: ReviewFinding = {
    ...{ stack: review.stack, kind: 'move', address, what: whatOf(move, ends[0]?.what, predecessors) },
    level: isDear || ends.some(({ level }) => level === 'high') ? 'high' : 'low',
    ...(!isTakenAlong(move) && { advice: adviceOf(move) }),
  };
  const others = [...findings.filter((finding) => !isOfEnd(finding)), told];
  return (['high', 'low'] as const).flatMap((level) => others.filter((finding) => finding.level === level));
}

/** Whether it goes as it should: the old state lets it be, and the new one takes it over. */
const isTakenAlong = ({ from, to }: Move): boolean => from.fate !== 'destroy' && to.fate === 'import';

function whatOf({ from, to }: Move, end: string | undefined, predecessors: Predecessors): string {
  const [old, other] = [from.review.stack, to.review.stack];
  const where = to.address === from.address ? other : `${other} as ${to.address}`;
  const here = end ?? 'stays as it is, in a state that nobody applies any more';
  const isEnded = from.fate === 'destroy';
  const isGoneFirst = isEnded && predecessors(other).has(old);
  const when = isGoneFirst
    ? ' after that'
    : predecessors(old).has(other)
      ? ' before that'
      : ' before or after that';
  const there =
    to.fate === 'import'
      ? `imports it${isEnded ? when : ''}`
      : `creates another one${isEnded ? when : ''}${isGoneFirst ? '' : ', or fails where its name is taken'}`;
  return `goes to ${where}, between states that do not know of each other: here it ${here}; there Terraform ${there}`;
}

/** Source: "Remove a resource from state" and "Import existing resources", Terraform: since 1.7 both are blocks of a configuration. */
function adviceOf({ from, to }: Move): string {
  const removed = `in ${from.review.stack} a block removed { from = ${from.address}, lifecycle { destroy = false } } (addOverride)`;
  const imported = `in ${to.review.stack} a block import { to = ${to.address}, id = … } (importFrom)`;
  const lacking = [
    ...(from.fate === 'destroy' ? [removed] : []),
    ...(to.fate === 'create' ? [imported] : []),
  ];
  return `if it is the same one: ${lacking.join(', ')}, with Terraform 1.7 or later; then it stays as it is`;
}

/** A resource's own type: not that of an object in a chart, of a provider or of an output. */
const RESOURCE = /^[a-z0-9]+_\w+$/;

function movesIn(stacks: readonly StackReview[], pairs: Pairs): readonly Move[] {
  const others = stacks.filter((review) => !isRenamed(review));
  const come = others.flatMap(arrivals);
  const types = new Set(come.map(({ type }) => type));
  const buffer = new FileBuffer();
  const gone = others.flatMap((review) =>
    review.fate === 'gone' ? abandoned(review, types, pairs, buffer) : departures(review),
  );
  const both = new Set(gone.flatMap(({ type }) => (types.has(type) ? [type] : [])));
  if (both.size === 0) return [];
  const known = (strays: readonly Stray[], side: 'base' | 'head'): Known[] =>
    knownOf(
      strays.filter(({ type }) => both.has(type)),
      (stack) => pairs.get(stack)?.[side]?.file,
      buffer,
    );
  const [left, right] = [new Set(known(gone, 'base')), new Set(known(come, 'head'))];
  return KEYS.flatMap((key) => {
    const found = alike(left, right, key);
    for (const { from, to } of found) {
      left.delete(from);
      right.delete(to);
    }
    return found;
  });
}

/** Whether all of a stack goes on under another name, which is told at once. */
const isRenamed = ({ stack, findings }: StackReview): boolean =>
  findings.some(({ kind, address }) => kind === 'move' && address === stack);

const arrivals = (review: StackReview): readonly Stray[] =>
  review.changes.flatMap(({ address, type, fate, from }): readonly Stray[] => {
    if (!RESOURCE.test(type) || from !== undefined || (fate !== 'create' && fate !== 'move')) return [];
    return [{ review, address, type, fate: fate === 'create' ? 'create' : 'import' }];
  });

const departures = (review: StackReview): readonly Stray[] =>
  review.changes.flatMap(({ address, type, fate }): readonly Stray[] =>
    RESOURCE.test(type) && (fate === 'destroy' || fate === 'forget') ? [{ review, address, type, fate }] : [],
  );

/** What a stack that is gone leaves behind, as far as it holds data: another one of that would be an empty one. */
function abandoned(
  review: StackReview,
  types: ReadonlySet<string>,
  pairs: Pairs,
  buffer: FileBuffer,
): readonly Stray[] {
  const file = pairs.get(review.stack)?.base?.file;
  if (file === undefined || ![...types].some((type) => type in STATEFUL)) return [];
  return [...StackFile.of(buffer.read(file), file).addresses()].flatMap((address): readonly Stray[] => {
    const type = typeOf(address);
    const isAsked = !address.startsWith('data.') && type in STATEFUL && types.has(type);
    return isAsked ? [{ review, address, type, fate: 'nothing' }] : [];
  });
}

/** A resource with what tells that it is the same one elsewhere. */
interface Known extends Stray {
  /** Undefined of what has none that is known before an apply. */
  readonly name: string | undefined;
  readonly configuration: string;
}

/** Reads each stack's file once. */
function knownOf(
  strays: readonly Stray[],
  fileOf: (stack: string) => string | undefined,
  buffer: FileBuffer,
): Known[] {
  const byStack = new Map<string, Stray[]>();
  for (const stray of strays) {
    const { stack } = stray.review;
    byStack.set(stack, [...(byStack.get(stack) ?? []), stray]);
  }
  return [...byStack].flatMap(([stack, all]) => {
    const path = fileOf(stack);
    if (path === undefined) return [];
    const file = StackFile.of(buffer.read(path), path);
    const [documents, providers] = [new Documents(file), file.section('provider')];
    return all.flatMap((stray): readonly Known[] => {
      const config = file.element(stray.address);
      if (!config) return [];
      const { type, values } = readElement(stray.address, config, documents);
      const name = nameOf(type, values);
      const place = placeOf(type, values, block(providers), stray.review.owner);
      return [
        {
          ...stray,
          name: name === undefined ? undefined : `${type} ${place} ${name}`,
          configuration: `${type} ${place} ${hashOf(canonical(values))}`,
        },
      ];
    });
  });
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');

/** What makes two the same, the surest first. */
const KEYS: readonly ((known: Known) => string | undefined)[] = [
  ({ name }) => name,
  ({ configuration, review }) => `${configuration} ${ownerKey(review.owner)}`,
  ({ configuration }) => configuration,
];

/** Pairs of which each is the only one of its key on its side: of several alike, nobody can tell which is which. */
function alike(
  gone: ReadonlySet<Known>,
  come: ReadonlySet<Known>,
  key: (known: Known) => string | undefined,
): readonly { readonly from: Known; readonly to: Known }[] {
  const [left, right] = [onlyOnes(gone, key), onlyOnes(come, key)];
  return [...left].flatMap(([text, from]) => {
    const to = right.get(text);
    const isMove = from && to && from.review.stack !== to.review.stack && mayBeOne(from, to);
    return isMove ? [{ from, to }] : [];
  });
}

function onlyOnes(
  all: ReadonlySet<Known>,
  key: (known: Known) => string | undefined,
): ReadonlyMap<string, Known | undefined> {
  const found = new Map<string, Known | undefined>();
  for (const known of all) {
    const text = key(known);
    if (text !== undefined) found.set(text, found.has(text) ? undefined : known);
  }
  return found;
}

/** What one tenant or cell has lost, no other one has got, however alike: only a name says so. */
const mayBeOne = (one: Known, other: Known): boolean =>
  (one.name !== undefined && one.name === other.name) ||
  OWNED.every((part) => {
    const [ours, theirs] = [one.review.owner[part], other.review.owner[part]];
    return ours === undefined || theirs === undefined || ours === theirs;
  });

const OWNED: readonly (keyof Owner)[] = ['cell', 'tier', 'tenant', 'shard'];
