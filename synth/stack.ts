import { join } from 'node:path';
import { App, type StackManifest } from 'cdktf';
import { type Exchanged, exchangedIn, SELECTIVE } from '../constructs/core/contract';
import { namesIn } from '../constructs/core/naming';
import { ValidationError } from '../constructs/core/validation';
import { factsOf, type StackFacts } from '../guarantees/isolation/facts';
import type { PlannedStack } from '../stacks/plan';
import { OUTDIR, type PlatformStack } from '../stacks/platform-stack';
import { forgetTokens } from './tokens';

/** What is remembered of a stack once it is written: plain data. Its constructs are let go. */
export interface StackRecord {
  readonly name: string;
  /** A person's mistake that kept the stack from being built; undefined if there is none. */
  readonly refusal?: string;
  /** What validations of the stack's constructs found. */
  readonly problems: readonly string[];
  /** Contracts that it publishes and reads. */
  readonly exchanged: Exchanged;
  /** Physical names that it gives, each with the path of what has it. */
  readonly names: readonly (readonly [key: string, path: string])[];
  /** What was written, undefined if it was not. */
  readonly written?: {
    /** The stack's entry in the manifest, not yet with the stacks that it depends on. */
    readonly manifest: StackManifest;
    readonly facts: StackFacts;
  };
}

/** Folders of a synth. */
export interface Folders {
  /** Where it is written. */
  readonly staging: string;
  /** Where Terraform will find it. */
  readonly outdir: string;
}

/**
 * Builds one stack in an app of its own, checks it and writes it. What it has to do with other stacks is in the record.
 *
 * @throws Error when the stack's own code is wrong, such as a reference to a resource of another stack
 */
export function synthesizeStack(planned: PlannedStack, { staging, outdir }: Folders): StackRecord {
  // Whether somebody publishes what is read, only all records together tell.
  const context = { [SELECTIVE]: true, [OUTDIR]: outdir };
  const app = new App({ outdir: staging, context, skipValidation: true });
  const record = (problems: readonly string[]): StackRecord => ({
    name: planned.name,
    problems,
    exchanged: exchangedIn(app),
    names: [...namesIn(app)],
  });
  try {
    const stack = planned.build(app);
    const problems = app.node.findAll().flatMap((construct) => construct.node.validate());
    if (problems.length > 0) return record(problems);
    return { ...record([]), written: write(stack, app) };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return { ...record([]), refusal: error.message };
  } finally {
    forgetTokens();
  }
}

function write(stack: PlatformStack, { manifest, outdir, hclOutput }: App): StackRecord['written'] & object {
  if (hclOutput) throw new ValidationError('guarantees are checked on JSON: unset SYNTH_HCL_OUTPUT');
  stack.prepareStack();
  stack.synthesizer.synthesize({ outdir, skipValidation: true, manifest });
  const entry = manifest.forStack(stack);
  const folder = join(outdir, entry.workingDirectory);
  return { manifest: entry, facts: factsOf({ name: stack.node.id, json: stack.json ?? {}, folder }) };
}
