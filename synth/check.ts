import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkGuarantees } from '../guarantees';
import type { Verdict } from '../guarantees/guarantee';
import { isolation, type IsolationReport } from '../guarantees/isolation';
import { requireRight } from './build';
import { planSynth, type SynthOptions } from './plan';
import { synthesizeStack } from './stack';

/** What the guarantees say of a platform, kept or broken. */
export interface CheckReport {
  /** Whether all stacks of the platform were looked at. */
  readonly complete: boolean;
  /** Names of the stacks that were looked at. */
  readonly stacks: readonly string[];
  /** Of all guarantees, those of isolation last. */
  readonly verdicts: readonly Verdict[];
  readonly isolation: IsolationReport;
}

/**
 * Synthesizes stacks to a folder that is gone afterwards, and says what the guarantees find. Unlike a synth, it tells those
 * that are kept too, and does not stop at those that are broken.
 *
 * @throws ConfigError, SelectionError or ValidationError when there is nothing to check: config or a stack is wrong
 */
export function check({ root, environment, stacks }: Omit<SynthOptions, 'outdir'>): CheckReport {
  const { platform, selected, complete } = planSynth({ root, environment, stacks });
  const staging = mkdtempSync(join(tmpdir(), 'bulkhead-check-'));
  try {
    const folders = { staging, outdir: join('cdktf.out', environment) };
    const records = selected.map((planned) => synthesizeStack(planned, folders));
    requireRight(records, complete);
    const facts = records.flatMap(({ written }) => written?.facts ?? []);
    const report = isolation(facts, { complete });
    return {
      complete,
      stacks: records.map(({ name }) => name),
      verdicts: [...checkGuarantees(platform), ...report.verdicts],
      isolation: report,
    };
  } finally {
    rmSync(staging, { recursive: true });
  }
}
