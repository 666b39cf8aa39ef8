import * as fs from 'node:fs';
import { section, type Stack } from '../../../rehearsal/runner/platform';
import { textsIn } from '../contract-text';
import type { Layout } from '../../../rehearsal/runner/workspace';

interface State {
  readonly resources?: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes?: Readonly<Record<string, unknown>> }[];
  }[];
}

/**
 * What a stack has published in a rehearsed world, by its state.
 *
 * @returns texts only; undefined before the stack is deployed
 */
export function contractIn(layout: Layout, stack: string): Readonly<Record<string, string>> | undefined {
  const published = (readJson(layout.stateFile(stack)) as State | undefined)?.resources?.find(
    ({ mode, type, name }) => mode === 'managed' && type === 'aws_ssm_parameter' && name === 'Contract',
  );
  const text = published?.instances[0]?.attributes?.['insecure_value'];
  if (typeof text !== 'string') return undefined;
  return textsIn(text);
}

/** Whether all that a stack consisted of when it was worked on last is there. */
export function isDeployed(layout: Layout, stack: string): boolean {
  const config = readJson(`${layout.stackFolder(stack)}/cdk.tf.json`) as Stack['config'] | undefined;
  const state = readJson(layout.stateFile(stack)) as State | undefined;
  if (!config || !state?.resources) return false;
  const there = new Set(
    state.resources.flatMap(({ mode, type, name, instances }) =>
      mode === 'managed' && instances.length > 0 ? [`${type}.${name}`] : [],
    ),
  );
  return Object.entries(section(config, 'resource')).every(([type, named]) =>
    Object.keys(named as object).every((name) => there.has(`${type}.${name}`)),
  );
}

/** Stacks whose contracts a stack reads: a contract is called `/<platform>/<environment>/<cell>/<stack>`. */
export function readBy({ config }: Stack): readonly string[] {
  const parameters = section(section(config, 'data'), 'aws_ssm_parameter') as Readonly<
    Record<string, { readonly name?: unknown }>
  >;
  return Object.entries(parameters).flatMap(([id, { name }]) =>
    id.startsWith('Contract-') && typeof name === 'string' ? [name.split('/').slice(3).join('-')] : [],
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
