import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type StackManifest } from 'cdktf';
import { ValidationError } from '../constructs/core/validation';
import { checkGuarantees } from '../guarantees';
import { requireKept, type Verdict } from '../guarantees/guarantee';
import { isolation } from '../guarantees/isolation';
import { GUARANTEES_FILE, publishedGuarantees } from '../guarantees/published';
import { manifestsOf, problemsAcross } from './across';
import { Output } from './output';
import { planSynth, type SynthOptions, type SynthPlan } from './plan';
import { type Helper, type Outcome, recordsOf, takeShare, type Work } from './share';
import type { StackRecord } from './stack';

/** An environment that is built and right, and not yet where it was asked for. One of the two must be called. */
export interface Built {
  /**
   * Puts it there.
   *
   * @returns names of the stacks that were removed because the platform no longer has them
   */
  readonly publish: () => readonly string[];
  /** Leaves no trace of it. */
  readonly discard: () => void;
}

/**
 * From this many stacks on, a second thread helps even on a machine that does other things too. It compiles for itself what
 * the first has compiled, which takes it a second.
 */
const STACKS_FOR_HELP = 150;

/**
 * Builds the stacks of one environment and checks them, each by itself and all together.
 *
 * @throws ConfigError, SelectionError or ValidationError: a person's mistake, or a promise that the platform
 *   could not keep, told whole by the error's text. The output folder is as it was before then
 */
export function build(options: SynthOptions): Built {
  const job = start(options);
  return finish(job, takeShare(job.plan.selected, job.work));
}

/**
 * Does as {@link build}, with the help of another thread where there is enough to do for two.
 *
 * @param enough how many stacks that is
 */
export async function buildWith(
  helper: Helper,
  options: SynthOptions,
  enough = STACKS_FOR_HELP,
): Promise<Built> {
  const job = start(options);
  const isMuch = job.plan.selected.length >= enough;
  const others = isMuch ? helper(job.work) : Promise.resolve([]);
  const own = takeShare(job.plan.selected, job.work);
  const theirs = await others.catch((error: unknown) => {
    job.output.discard();
    throw error;
  });
  return finish(job, [...own, ...theirs]);
}

interface Job {
  readonly plan: SynthPlan;
  /** What guarantees found in config: all are kept. */
  readonly verdicts: readonly Verdict[];
  readonly output: Output;
  readonly work: Work;
}

function start(options: SynthOptions): Job {
  const plan = planSynth(options);
  const verdicts = checkGuarantees(plan.platform);
  requireKept(verdicts);
  const output = new Output(options.outdir);
  const work = {
    platform: plan.platform,
    stacks: plan.selected.map(({ name }) => name),
    folders: { staging: output.staging, outdir: options.outdir },
    taken: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
  };
  return { plan, verdicts, output, work };
}

function finish({ plan, verdicts, output }: Job, outcomes: readonly Outcome[]): Built {
  try {
    const records = recordsOf(outcomes);
    requireRight(records, plan.complete);
    const facts = records.flatMap(({ written }) => written?.facts ?? []);
    const report = isolation(facts, plan);
    requireKept(report.verdicts);
    const published = publishedGuarantees(plan.platform, verdicts, report.matrix, plan.complete);
    writeFileSync(join(output.staging, GUARANTEES_FILE), `${JSON.stringify(published)}\n`);
    writeManifest(manifestsOf(records), output.staging);
  } catch (error) {
    output.discard();
    throw error;
  }
  return {
    publish: () => output.publish(plan.has),
    discard: () => {
      output.discard();
    },
  };
}

/** @throws ValidationError with everything that is wrong with any stack, or else among them */
export function requireRight(records: readonly StackRecord[], complete: boolean): void {
  const refusals = records.flatMap(({ refusal }) => refusal ?? []);
  // What a stack that could not be built would have published is no problem of its readers.
  const across = refusals.length > 0 ? [] : problemsAcross(records, complete);
  const problems = [...refusals, ...records.flatMap((record) => record.problems), ...across];
  if (problems.length > 0) throw new ValidationError(problems.join('\n'));
}

function writeManifest(entries: readonly StackManifest[], outdir: string): void {
  const { manifest } = new App({ outdir });
  for (const entry of entries) manifest.stacks[entry.name] = entry;
  manifest.writeToFile();
}
