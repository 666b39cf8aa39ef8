import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ISynthesisSession, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer';
import { Construct } from 'constructs';
import { bundleOf, type ProgramFormat } from './program-bundle';

export interface ProgramProps {
  /** The program's first file, from the project's root: `services/token-claims/handler.ts`. */
  readonly entry: string;

  /**
   * `zip`: for Lambda, whose handler is then `index.handler`; clients of the AWS SDK are left out, for the runtime has them.
   * `file`: one JavaScript file that Node runs, with all it needs.
   */
  readonly format: ProgramFormat;
}

/**
 * A program of `services/`, bundled, in the stack's output. Its folder is named by a hash of its content, so every change
 * of it shows in a plan, and nothing else does.
 */
export class Program extends Construct {
  /** Path from the stack's folder: what `filename` and `file()` take. */
  public readonly path: string;
  /** SHA-256 of the content, in hexadecimal. */
  public readonly hash: string;
  /** The same in base64: what `source_code_hash` takes. */
  public readonly base64Sha256: string;
  /** Size of the content, in bytes. */
  public readonly bytes: number;

  /** @throws Error naming file, line and column when the program cannot be bundled */
  public constructor(scope: Construct, id: string, { entry, format }: ProgramProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    const content = bundleOf({ entry, format });
    const digest = createHash('sha256').update(content).digest();
    this.hash = digest.toString('hex');
    this.base64Sha256 = digest.toString('base64');
    this.bytes = content.length;
    const name = { zip: 'program.zip', file: 'index.js' }[format];
    this.path = `./assets/${stack.getLogicalId(this.node)}/${this.hash.slice(0, 32)}/${name}`;
    addCustomSynthesis(this, {
      onSynthesize: ({ outdir, manifest }: ISynthesisSession) => {
        const file = join(outdir, manifest.forStack(stack).workingDirectory, this.path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      },
    });
  }
}
