import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../config/platform';
import type { Piece } from '../../constructs/core/manifest';
import { type PlannedStack, planStacks } from '../../stacks/plan';
import { synthesizeStack } from '../../synth/stack';
import { SynthesizedStack } from './synth';

/** A stack as Terraform would find it. */
export interface WrittenStack {
  readonly name: string;
  readonly stack: SynthesizedStack;
  /** Objects of each generated chart, in pieces, by the chart's path as a release names it. */
  readonly charts: ReadonlyMap<string, readonly (readonly Piece[])[]>;
}

/**
 * Synthesizes stacks of a platform, each in an app of its own as in practice, and reads back what was written.
 *
 * @param wanted which stacks, by name; all of them if left out
 * @throws Error with everything that a stack's own checks refuse
 */
export function writtenStacks(
  platform: Platform,
  wanted: (name: string) => boolean = () => true,
): readonly WrittenStack[] {
  const staging = mkdtempSync(join(tmpdir(), 'written-stacks-'));
  try {
    return planStacks(platform)
      .filter(({ name }) => wanted(name))
      .map((planned) => writtenStack(planned, staging));
  } finally {
    rmSync(staging, { recursive: true });
  }
}

function writtenStack(planned: PlannedStack, staging: string): WrittenStack {
  const { refusal, problems } = synthesizeStack(planned, { staging, outdir: staging });
  const found = [...(refusal === undefined ? [] : [refusal]), ...problems];
  if (found.length > 0) throw new Error(`${planned.name}: ${found.join('\n')}`);
  const folder = join(staging, 'stacks', planned.name);
  const stack = new SynthesizedStack(
    JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8')) as Record<string, unknown>,
  );
  const charts = stack.resources('helm_release').flatMap(({ chart }) => {
    const file = join(folder, String(chart), 'manifests.json');
    // Charts of others have none.
    if (!existsSync(file)) return [];
    return [[String(chart), JSON.parse(readFileSync(file, 'utf8')) as Piece[][]] as const];
  });
  return { name: planned.name, stack, charts: new Map(charts) };
}
