import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { type App, TerraformStack, Testing } from 'cdktf';
import { setPlacement, type Placement } from '../../constructs/core/placement';

/** A synthesized resource or data source: its attributes, its Terraform address and its construct path. */
export interface Synthesized {
  readonly address: string;
  readonly path: string;
  // Terraform's JSON has no fixed shape, and tests read deep into it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [attribute: string]: any;
}

/** A stack's Terraform JSON, asked by type. */
export class SynthesizedStack {
  public constructor(public readonly json: Readonly<Record<string, unknown>>) {}

  /** All resources of a type. */
  public resources(type: string): readonly Synthesized[] {
    return this.elements('resource', type);
  }

  /** All data sources of a type. */
  public data(type: string): readonly Synthesized[] {
    return this.elements('data', type);
  }

  /** The one resource of a type whose construct path contains `within`. Fails unless there is exactly one. */
  public only(type: string, within = ''): Synthesized {
    const found = this.resources(type).filter(({ path }) => path.includes(within));
    const [first] = found;
    if (found.length !== 1 || first === undefined) {
      const paths = this.resources(type).map(({ path }) => path);
      throw new Error(
        `expected one ${type} within '${within}', found ${found.length} of: ${paths.join(', ')}`,
      );
    }
    return first;
  }

  /** Types of all resources, sorted, each with how often it occurs. */
  public inventory(): Record<string, number> {
    const all = (this.json['resource'] ?? {}) as Record<string, object>;
    const counts = Object.entries(all).map(([type, named]) => [type, Object.keys(named).length] as const);
    return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Statements of the one policy document whose construct path contains `within`. */
  public statements(within: string): readonly Synthesized[] {
    const found = this.data('aws_iam_policy_document').filter(({ path }) => path.includes(within));
    if (found.length !== 1)
      throw new Error(`expected one policy document within '${within}', found ${found.length}`);
    return found[0]?.['statement'] as readonly Synthesized[];
  }

  private elements(section: 'resource' | 'data', type: string): Synthesized[] {
    const all = (this.json[section] ?? {}) as Record<string, Record<string, Record<string, unknown>>>;
    return Object.entries(all[type] ?? {}).map(([name, attributes]) => {
      const comment = attributes['//'] as { metadata: { path: string } };
      return { ...attributes, address: `${type}.${name}`, path: comment.metadata.path };
    });
  }
}

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
