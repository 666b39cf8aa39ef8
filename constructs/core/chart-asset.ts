import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AssetType, TerraformAsset } from 'cdktf';
import type { Construct } from 'constructs';

/** Content of files by their paths in the chart. */
export type ChartFiles = Readonly<Record<string, string>>;

/**
 * A Helm chart of generated files in the stack's output. Its folder is named by a hash of its content, so every change
 * shows in the plan of the release that names the folder.
 */
export class ChartAsset extends TerraformAsset {
  public constructor(scope: Construct, id: string, files: ChartFiles) {
    super(scope, id, {
      path: writeFiles(files),
      type: AssetType.DIRECTORY,
      assetHash: createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32),
    });
  }

  /** The chart's path as a release names it: relative to the stack's folder, and no name in a repository. */
  public get chart(): string {
    return `./${this.path}`;
  }
}

let scratch: string | undefined;

/** Writes files where `TerraformAsset` can copy them from. The folder goes when the process ends. */
function writeFiles(files: ChartFiles): string {
  if (scratch === undefined) {
    const created = mkdtempSync(join(tmpdir(), 'bulkhead-charts-'));
    process.once('exit', () => {
      rmSync(created, { recursive: true, force: true });
    });
    scratch = created;
  }
  const folder = mkdtempSync(join(scratch, 'chart-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
