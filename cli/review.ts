import { Command } from 'commander';
import { writeWhole } from '../files/write';
import { pictureOf } from '../review/diagram/picture';
import { type Platform, readPlatform } from '../review/diagram/platform';
import { highest } from '../review/finding';
import { htmlOf, type Pictured } from '../review/output/html';
import { jsonOf } from '../review/output/json';
import { markdownOf } from '../review/output/markdown';
import { textOf } from '../review/output/text';
import type { Review } from '../review/report';
import { review, type ReviewOptions } from '../review/review';
import type { Helper } from '../review/share';
import { type Tree, TreeError } from '../review/tree';
import { isOfFiles } from './diagram';
import { ReviewCache } from './review/cache';
import { environmentsOf, named } from './review/environments';
import { mergeBaseOf } from './review/git';
import { ReviewMistake } from './review/mistake';
import { type Making, sideOf, type Side, treesOf } from './review/sides';

interface ReviewFlags {
  readonly env: readonly string[];
  readonly mergeBase?: true;
  readonly markdown?: string;
  readonly html?: string;
  readonly json?: true;
  readonly all?: true;
}

/** Exit codes of `bulkhead review`: the highest risk, as `bulkhead risk` has them; could not be reviewed; interrupted. */
export const EXIT = { none: 0, low: 10, high: 20, unusable: 2, interrupted: 130 } as const;

export interface ReviewProps {
  /** Folder of the project. @default - the working directory */
  readonly root?: string;
  /** Compares stacks in another thread. @default - all are compared in this one */
  readonly helper?: Helper;
}

/** The command `bulkhead review`. */
export function reviewCommand({ root = process.cwd(), helper }: ReviewProps = {}): Command {
  return new Command('review')
    .description(
      'say what a change does to tenants, data and access before it happens (exit code 0, 10, 20: risk none, low, high)',
    )
    .argument(
      '<base>',
      'what it was: a git revision (main, v1.2, HEAD~3), or an output folder (cdktf.out/prod)',
    )
    .argument('[head]', 'what it becomes: the same (default: the working tree as it is)')
    .option(
      '--env <environments>',
      'environments to review, separated by commas (default: that of an output folder, else BULKHEAD_ENV, else dev)',
      (text: string, before: readonly string[]) => [
        ...before,
        ...text.split(/[\s,]+/).filter((name) => name !== ''),
      ],
      [] as readonly string[],
    )
    .option('--merge-base', 'compare with where HEAD left BASE, not with what has become of BASE since')
    .option('--all', 'show every resource and attribute, not only what fits a screen')
    .option('--json', 'print everything as JSON')
    .option('--markdown <file>', 'also write a comment for a pull request to this file (-: print it instead)')
    .option(
      '--html <file>',
      'also write one self-contained page with a picture to this file (-: print it instead)',
    )
    .action(async (base: string, head: string | undefined, flags: ReviewFlags) => {
      process.exitCode = await run({ root, ...(helper && { helper }) }, { base, head }, flags);
    });
}

interface Asked {
  readonly base: string;
  readonly head: string | undefined;
}

async function run(
  { root, helper }: ReviewProps & { readonly root: string },
  asked: Asked,
  flags: ReviewFlags,
): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    interrupt.abort();
  };
  const cache = new ReviewCache(root);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    requireOnePrinted(flags);
    const tell = (text: string): void => void process.stderr.write(`${text}\n`);
    const making: Making = { root, cache, signal: interrupt.signal, tell };
    const reviews = await reviewsOf(making, asked, flags, { progress, ...(helper && { helper }) });
    write(reviews, flags);
    return EXIT[highest(reviews.map((each) => each.review.risk))];
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof ReviewMistake) && !(error instanceof TreeError) && !isOfFiles(error)) throw error;
    const { message } = error as Error;
    if (flags.json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    else process.stderr.write(`${message}\n`);
    return EXIT.unusable;
  } finally {
    cache.discard();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

async function reviewsOf(
  making: Making,
  asked: Asked,
  { env, mergeBase, html }: ReviewFlags,
  options: ReviewOptions,
): Promise<readonly Pictured[]> {
  const { root } = making;
  const [given, head] = await both(
    sideOf(root, asked.base, named(env)),
    sideOf(root, asked.head, named(env)),
  );
  const base = mergeBase === true ? await whereItLeft(root, given, head) : given;
  const environments = environmentsOf(env, [base, head]);
  const [before, after] = await both(
    treesOf(base, environments, making),
    treesOf(head, environments, making),
  );
  const pictured: Pictured[] = [];
  for (const [index, tree] of after.entries()) {
    const old = before[index];
    if (old === undefined) continue;
    const found = await review(old, tree, options);
    pictured.push({ review: found, ...(html !== undefined && { picture: pictureWith(found, old, tree) }) });
  }
  return pictured;
}

/** The platform as it becomes, and what is no longer in it, with the marks of the review. */
function pictureWith({ stacks }: Review, base: Tree, head: Tree): Pictured['picture'] & object {
  const becomes = readPlatform(head.folder);
  const gone = new Set(stacks.filter(({ fate }) => fate === 'gone').map(({ stack }) => stack));
  const left = gone.size === 0 ? [] : readPlatform(base.folder).stacks.filter(({ name }) => gone.has(name));
  const platform: Platform = { ...becomes, stacks: [...becomes.stacks, ...left] };
  return pictureOf(platform, new Map(stacks.map((stack) => [stack.stack, stack])));
}

/** The revision at which the head's way and the base's parted. */
async function whereItLeft(root: string, base: Side, head: Side): Promise<Side> {
  if (base.kind !== 'revision' || head.kind === 'output')
    throw new ReviewMistake(
      '--merge-base is about two revisions, and an output folder is none: leave it away',
    );
  const commit = await mergeBaseOf(root, base.commit, head.kind === 'revision' ? head.commit : 'HEAD');
  return { ...base, commit, label: `where it left ${base.label}` };
}

/** Two things at once. If both fail by a mistake, the error tells of both. */
async function both<T>(one: Promise<T>, other: Promise<T>): Promise<readonly [T, T]> {
  const [first, second] = await Promise.allSettled([one, other]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  const reasons = [first, second].flatMap((each) =>
    each.status === 'rejected' ? [each.reason as unknown] : [],
  );
  const mistakes = reasons.filter((reason) => reason instanceof ReviewMistake || reason instanceof TreeError);
  if (mistakes.length < 2 || mistakes.length < reasons.length)
    throw reasons.find((reason) => !mistakes.includes(reason as ReviewMistake)) ?? reasons[0];
  throw new ReviewMistake([...new Set(mistakes.map(({ message }) => message))].join('\n'));
}

/** How far it is, where somebody waits for it. */
function progress(done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done < of ? `\r${done} of ${of} stacks compared` : '\r\u001b[K');
}

function requireOnePrinted({ json, markdown, html }: ReviewFlags): void {
  const printed = [
    ...(json === true ? ['--json'] : []),
    ...(markdown === '-' ? ['--markdown -'] : []),
    ...(html === '-' ? ['--html -'] : []),
  ];
  if (printed.length > 1)
    throw new ReviewMistake(`only one of ${printed.join(', ')} can be printed: name files for the others`);
}

function write(pictured: readonly Pictured[], { json, markdown, html, all }: ReviewFlags): void {
  const reviews = pictured.map((each) => each.review);
  let printed: string | undefined;
  const put = (file: string, text: string): void => {
    if (file === '-') printed = text;
    else writeWhole(file, text);
  };
  if (markdown !== undefined) put(markdown, markdownOf(reviews));
  if (html !== undefined) put(html, htmlOf(pictured));
  if (json === true) printed = `${jsonOf(reviews)}\n`;
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  process.stdout.write(printed ?? `${textOf(reviews, { colour, all: all === true })}\n`);
}
