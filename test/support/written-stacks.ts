import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../config/platform';
import { type PlannedStack, planStacks } from '../../stacks/plan';
import { synthesizeStack } from '../../synth/stack';
import { readStack, type WrittenStack } from './read-stack';

export type { WrittenStack } from './read-stack';

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
  return readStack(planned.name, staging);
}
