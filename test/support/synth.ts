import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { type App, TerraformStack, Testing } from 'cdktf';
import { setPlacement, type Placement } from '../../constructs/core/placement';
import { SynthesizedStack } from './synthesized-stack';

export { type Synthesized, SynthesizedStack } from './synthesized-stack';

/** Where tests deploy to, unless they say otherwise. */
export const TEST_PLACEMENT: Placement = {
  platform: 'bulkhead',
  environment: 'prod',
  cell: 'use1a',
  account: '222222222222',
  region: 'us-east-1',
};

/** An empty stack with an AWS provider and a placement. */
export function testStack(
  name = 'test',
  app: App = Testing.app(),
  placement = TEST_PLACEMENT,
): TerraformStack {
  const stack = new TerraformStack(app, name);
  setPlacement(stack, placement);
  new AwsProvider(stack, 'aws', { region: placement.region });
  return stack;
}

/** Builds a construct in a stack of its own and synthesizes it, validations included. */
export function synth(build: (stack: TerraformStack) => void, placement = TEST_PLACEMENT): SynthesizedStack {
  const stack = testStack('test', Testing.app(), placement);
  build(stack);
  return synthStack(stack);
}

/** Synthesizes a stack, validations included. */
export function synthStack(stack: TerraformStack): SynthesizedStack {
  stack.runAllValidations();
  const outdir = Testing.fullSynth(stack);
  const file = join(outdir, 'stacks', stack.node.id, 'cdk.tf.json');
  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  rmSync(outdir, { recursive: true });
  return new SynthesizedStack(json);
}
