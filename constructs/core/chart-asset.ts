import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ISynthesisSession, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer';
import { Construct } from 'constructs';

/** Content of files by their paths in the chart. */
export type ChartFiles = Readonly<Record<string, string>>;

/**
 * A Helm chart of generated files in the stack's output. Its folder is named by a hash of its content, so every change
 * shows in the plan of the release that names the folder.
 *
 * The files lie where those of a `TerraformAsset` would, which can only copy what is in a folder already.
 */
export class ChartAsset extends Construct {
  /** The chart's path as a release names it: relative to the stack's folder, and no name in a repository. */
  public readonly chart: string;

  public constructor(scope: Construct, id: string, files: ChartFiles) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32);
    this.chart = `./assets/${stack.getLogicalId(this.node)}/${hash}`;
    addCustomSynthesis(this, {
      onSynthesize: ({ outdir, manifest }: ISynthesisSession) => {
        writeFiles(join(outdir, manifest.forStack(stack).workingDirectory, this.chart), files);
      },
    });
  }
}

function writeFiles(folder: string, files: ChartFiles): void {
  const paths = Object.keys(files).map((path) => join(folder, path));
  for (const parent of new Set(paths.map((path) => dirname(path)))) mkdirSync(parent, { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
}
