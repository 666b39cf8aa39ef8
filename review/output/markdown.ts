import { highest } from '../finding';
import type { ResourceReview, Review, StackReview } from '../report';
import { code, fenced, prose, summaryCode } from './markdown-escape';
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
  type Told,
  worstFirst,
} from './words';

/** First line of the comment, which nobody sees: by it a workflow finds its own comment again. */
export const MARKER = '<!-- bulkhead review -->';

/** Characters that GitHub takes of one comment. Source: "body is too long (maximum is 65536 characters)", its API's answer. */
export const LIMIT = 65_536;

export interface MarkdownOptions {
  /** Where the whole of a review is that is cut off here, in words. @default - `bulkhead review --html FILE` */
  readonly whole?: string;
}

/** What is told before anything is folded, and how much of what is folded. */
const SHOWN = {
  ...{ parties: 10, findings: 15, stacks: 3 },
  ...{ promises: 100, folded: 30, changes: 60, attributes: 20 },
} as const;

/**
 * Reviews as a comment on a pull request: risk, who is affected and the findings first; promises, stacks and attributes folded
 * below. Never longer than {@link LIMIT}: what does not fit is left out, and said to be.
 */
export function markdownOf(given: readonly Review[], options: MarkdownOptions = {}): string {
  const reviews = printable(given);
  const title = `${MARKER}\n## Review of the infrastructure: risk ${highest(reviews.map(({ risk }) => risk))}`;
  const cut = `_The rest does not fit a comment; ${options.whole ?? '`bulkhead review --html FILE` shows all of it'}._`;
  return within(blocksOf(title, reviews), LIMIT, cut);
}

/** One after the other, for of many thousand only the first are needed. */
function* blocksOf(title: string, reviews: readonly Review[]): Generator<string> {
  yield title;
  for (const review of reviews) yield shortPart(review);
  for (const review of reviews) yield* foldedParts(review);
}

/** Blocks as long as they fit, and if not all do, the sentence that says so. */
function within(blocks: Iterable<string>, limit: number, cut: string): string {
  let text = '';
  // As it was with room for that sentence, in case the next block has none.
  let safe = '';
  for (const block of blocks) {
    if (text.length + block.length + 2 > limit) return `${safe}${cut}\n`;
    text = `${text}${block}\n\n`;
    if (text.length + cut.length + 1 <= limit) safe = text;
  }
  return `${text.trimEnd()}\n`;
}

function shortPart(review: Review): string {
  const { base, head, risk } = review;
  const findings = findingsOf(review);
  const more = findings.length - SHOWN.findings;
  return [
    `### ${code(head.environment)}: risk ${risk}`,
    `${code(sideText(base))} → ${code(sideText(head))}: ${headline(review)}`,
    ...listed('Who is affected', partyLines(review)),
    ...listed('Findings', [
      ...findings.slice(0, SHOWN.findings).map(findingLine),
      ...(more > 0 ? [`- and ${counted(more, 'finding')} more, below`] : []),
    ]),
    ...[leftOut(review)].filter((text) => text !== ''),
  ].join('\n\n');
}

const listed = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`**${title}**`, lines.join('\n')];

function partyLines(review: Review): readonly string[] {
  const parties = partiesOf(review);
  const more = parties.length - SHOWN.parties;
  return [
    ...parties.slice(0, SHOWN.parties).map((party) => {
      const text = `${prose(party.text)}: ${foundText(party)} (${names(party.stacks)})`;
      return `- ${party.risk === 'high' ? '**high** ' : party.risk === 'low' ? 'low ' : ''}${text}`;
    }),
    ...(more > 0 ? [`- and ${counted(more, 'party')} more`] : []),
  ];
}

function findingLine({ level, kind, address, what, advice, stacks }: Told): string {
  const head = `- ${level === 'high' ? '**high**' : 'low'} ${kind}: ${names(stacks)} ${code(address)} ${prose(what)}`;
  return advice === undefined ? head : `${head}\n  Do: ${prose(advice)}`;
}

function names(stacks: readonly string[]): string {
  const rest = stacks.length - SHOWN.stacks;
  const shown = rest === 1 ? stacks : stacks.slice(0, SHOWN.stacks);
  return `${shown.map(code).join(', ')}${rest > 1 ? ` and ${rest.toLocaleString('en-US')} more` : ''}`;
}

function* foldedParts(review: Review): Generator<string> {
  const { environment } = review.head;
  const promises = review.promises.map(
    ({ level, guarantee, subject, text }) =>
      `- ${level === 'none' ? '' : `${level} `}${prose(`${guarantee}, ${subject}: ${text}`)}`,
  );
  if (promises.length > 0) {
    const title = `${summaryCode(environment)}: ${counted(promises.length, 'promise')}`;
    yield folded(title, promises.slice(0, SHOWN.promises).join('\n'));
  }
  for (const some of chunksOf(findingsOf(review).slice(SHOWN.findings), SHOWN.folded)) {
    const title = `${summaryCode(environment)}: ${counted(some.length, 'further finding')}`;
    yield folded(title, some.map(findingLine).join('\n'));
  }
  for (const stack of worstFirst(review.stacks)) yield stackPart(environment, stack);
}

const FATE_OF_STACK: Readonly<Record<StackReview['fate'], string>> = {
  new: 'new, ',
  changed: '',
  gone: 'no longer there (all that it deployed stays), ',
};

function stackPart(environment: string, stack: StackReview): string {
  const { changes, fate, risk } = stack;
  const rest = changes.length - SHOWN.changes;
  const lines = [
    ...changes.slice(0, SHOWN.changes).flatMap(changeLines),
    ...(rest > 0 ? [`and ${counted(rest, 'resource')} more`] : []),
  ];
  const title = `${summaryCode(environment)} ${summaryCode(stack.stack)}: ${FATE_OF_STACK[fate]}${countsText(stack)}${risk === 'none' ? '' : `, risk ${risk}`}`;
  return folded(title, fenced('diff', lines));
}

/** Of a diff: lines that begin with + or - are coloured, and those of attributes begin so too. */
function changeLines({ fate, address, from, attributes }: ResourceReview): readonly string[] {
  const rest = attributes.length - SHOWN.attributes;
  return [
    `${FATES[fate]} ${address}${from === undefined ? '' : ` (was ${from})`}`,
    ...attributes
      .slice(0, SHOWN.attributes)
      .flatMap(({ path, before, after }) => [
        ...(before === undefined ? [] : [`-     ${path}: ${before}`]),
        ...(after === undefined ? [] : [`+     ${path}: ${after}`]),
      ]),
    ...(rest > 0 ? [`      and ${counted(rest, 'attribute')} more`] : []),
  ];
}

const folded = (title: string, content: string): string =>
  `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;

function chunksOf<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}
