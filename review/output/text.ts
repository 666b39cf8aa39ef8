import type { Risk } from '../finding';
import type { ResourceReview, Review, StackReview } from '../report';
import {
  counted,
  countsText,
  FATES,
  findingsOf,
  foundText,
  headline,
  leftOut,
  partiesOf,
  printable,
  sideText,
  some,
  type Told,
  worstFirst,
} from './words';

export interface TextOptions {
  /** Whether the terminal shows colours. */
  readonly colour: boolean;
  /** Whether everything is written, with each resource and attribute. @default - what fits a screen */
  readonly all?: boolean;
}

/** Lines of each part before the rest is only counted. A usual change is on one screen then. */
const SHOWN = { parties: 8, findings: 8, lines: 4, promises: 5, stacks: 8 } as const;

const RESET = '\u001b[0m';
const COLOURS: Readonly<Record<Risk, string>> = {
  high: '\u001b[1;31m',
  low: '\u001b[33m',
  none: '\u001b[32m',
};
const SIGNS: Readonly<Record<Risk, string>> = { high: '!!', low: ' !', none: '  ' };

/** Reviews as a person reads them in a terminal: who is affected first, then why, then what else changes. */
export const textOf = (reviews: readonly Review[], options: TextOptions): string =>
  reviews.map((review) => reviewText(printable(review), options)).join('\n\n');

function reviewText(review: Review, options: TextOptions): string {
  const { base, head, risk } = review;
  const title = `${head.environment}: ${sideText(base)} → ${sideText(head)}`;
  const summary = `${paint(`Risk ${risk}`, risk, options)}. ${headline(review)}`;
  const parts = [
    [title, summary],
    affectedLines(review, options),
    findingLines(review, options),
    promiseLines(review, options),
    stackLines(review, options),
    [leftOut(review)].filter((text) => text !== ''),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const paint = (text: string, risk: Risk, { colour }: TextOptions): string =>
  colour ? `${COLOURS[risk]}${text}${RESET}` : text;

const sign = (risk: Risk, options: TextOptions): string =>
  risk === 'none' ? SIGNS.none : paint(SIGNS[risk], risk, options);

function affectedLines(review: Review, options: TextOptions): readonly string[] {
  const parties = partiesOf(review);
  if (parties.length === 0) return [];
  const lines = parties.map((party) => {
    const stacks = some(party.stacks, options.all === true ? Infinity : 2);
    return `  ${sign(party.risk, options)} ${party.text}: ${foundText(party)} (${stacks})`;
  });
  return ['Who is affected', ...limited(lines, 'party', SHOWN.parties, options)];
}

/** Findings of the same resource stand together, where the worst of them does. */
function findingLines(review: Review, options: TextOptions): readonly string[] {
  const resources = new Map<string, Told[]>();
  for (const finding of findingsOf(review)) {
    const key = JSON.stringify([finding.address, finding.stacks]);
    resources.set(key, [...(resources.get(key) ?? []), finding]);
  }
  if (resources.size === 0) return [];
  const blocks = [...resources.values()].map((group) => {
    const { address = '', stacks = [] } = group[0] ?? {};
    const lines = group.flatMap(({ level, kind, what, advice }) => [
      `  ${sign(level, options)} ${kind}: ${cut(what, options)}`,
      ...(advice === undefined ? [] : [`     do: ${advice}`]),
    ]);
    return [`  ${some(stacks)}: ${address}`, ...limited(lines, 'line', SHOWN.lines, options)].join('\n');
  });
  return ['Findings', ...limited(blocks, 'resource', SHOWN.findings, options)];
}

function promiseLines({ promises }: Review, options: TextOptions): readonly string[] {
  if (promises.length === 0) return [];
  const lines = promises.map(
    ({ level, guarantee, subject, text }) => `  ${sign(level, options)} ${guarantee}, ${subject}: ${text}`,
  );
  return ['Promises', ...limited(lines, 'promise', SHOWN.promises, options)];
}

function stackLines({ stacks }: Review, options: TextOptions): readonly string[] {
  if (stacks.length === 0) return [];
  const blocks = worstFirst(stacks).map((stack) => {
    const details = options.all === true ? stack.changes.flatMap(changeLines) : [];
    return [`  ${sign(stack.risk, options)} ${stackTitle(stack)}`, ...details].join('\n');
  });
  return ['Stacks', ...limited(blocks, 'stack', SHOWN.stacks, options)];
}

const FATE_OF_STACK: Readonly<Record<StackReview['fate'], string>> = {
  new: 'new: ',
  changed: '',
  gone: 'no longer there, and all that it deployed stays: ',
};

const stackTitle = (stack: StackReview): string =>
  `${stack.stack}: ${FATE_OF_STACK[stack.fate]}${countsText(stack)}`;

const changeLines = ({ fate, address, from, attributes }: ResourceReview): readonly string[] => [
  `       ${FATES[fate]} ${address}${from === undefined ? '' : ` (was ${from})`}`,
  ...attributes.map(
    ({ path, before, after }) => `           ${path}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`,
  ),
];

/** Characters of a sentence that is not cut off: three lines of a terminal. */
const LONGEST = 240;

const cut = (text: string, { all }: TextOptions): string =>
  all === true || text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;

/** The first of a list, worst first, and how many more there are. */
function limited(
  lines: readonly string[],
  noun: string,
  limit: number,
  { all }: TextOptions,
): readonly string[] {
  // One more line would be as long as what it stands for.
  if (all === true || lines.length <= limit + 1) return lines;
  return [...lines.slice(0, limit), `     and ${counted(lines.length - limit, noun)} more: --all`];
}
