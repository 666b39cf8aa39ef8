import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Piece } from '../../constructs/core/manifest';
import { SynthesizedStack } from './synthesized-stack';

/** A stack as Terraform would find it. */
export interface WrittenStack {
  readonly name: string;
  readonly stack: SynthesizedStack;
  /** Objects of each generated chart, in pieces, by the chart's path as a release names it. */
  readonly charts: ReadonlyMap<string, readonly (readonly Piece[])[]>;
}

/** Reads a stack from the folder that a synth wrote to. */
export function readStack(name: string, outdir: string): WrittenStack {
  const folder = join(outdir, 'stacks', name);
  const stack = new SynthesizedStack(
    JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8')) as Record<string, unknown>,
  );
  const charts = stack.resources('helm_release').flatMap(({ chart }) => {
    const file = join(folder, String(chart), 'manifests.json');
    // Charts of others have none.
    if (!existsSync(file)) return [];
    return [[String(chart), JSON.parse(readFileSync(file, 'utf8')) as Piece[][]] as const];
  });
  return { name, stack, charts: new Map(charts) };
}
