import * as fs from 'node:fs';
import * as path from 'node:path';
import picomatch from 'picomatch';
import type { StackTemplate } from './configuration';
import { DeploymentError } from './mistake';

/** A synthesized stack. */
export interface Stack {
  readonly name: string;
  /** Folder that holds `cdk.tf.json` and the stack's assets. */
  readonly folder: string;
  readonly template: StackTemplate;
}

export const TEMPLATE = 'cdk.tf.json';

interface Manifest {
  readonly stacks: Readonly<Record<string, { readonly dependencies: readonly string[] }>>;
}

/** Stacks that no pipeline deploys, for they decide what one may do. */
const BY_ADMINISTRATOR: readonly string[] = ['bootstrap'];

/**
 * The stacks of a synthesized platform that patterns match, each after all that it depends on, otherwise as the manifest has
 * them. What an administrator deploys is among them only if a pattern is its whole name.
 *
 * @param out folder that holds `manifest.json`
 * @param patterns names or globs; empty for all
 * @throws DeploymentError when there is no platform, or a pattern matches no stack
 */
export function readStacks(out: string, patterns: readonly string[]): readonly Stack[] {
  const file = path.join(out, 'manifest.json');
  if (!fs.existsSync(file)) {
    throw new DeploymentError(`no synthesized platform at ${out} (no manifest.json): npm run synth`);
  }
  const { stacks } = JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
  const names = inOrder(stacks);
  const vain = patterns.filter((pattern) => !names.some((name) => picomatch.isMatch(name, pattern)));
  if (vain.length > 0) {
    throw new DeploymentError(`${vain.join(', ')} matches no stack of ${out}. The stacks: ${some(names)}`);
  }
  const isAsked = patterns.length > 0 ? picomatch([...patterns]) : () => true;
  return names
    .filter((name) => isAsked(name) && (!BY_ADMINISTRATOR.includes(name) || patterns.includes(name)))
    .map((name) => readStack(out, name));
}

function readStack(out: string, name: string): Stack {
  // Not the path of the manifest: a name is a folder of this platform, and nothing else.
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new DeploymentError(`"${name}" in ${out}/manifest.json is no name of a stack`);
  }
  const folder = path.join(out, 'stacks', name);
  const template = JSON.parse(fs.readFileSync(path.join(folder, TEMPLATE), 'utf8')) as StackTemplate;
  return { name, folder, template };
}

function inOrder(stacks: Manifest['stacks']): readonly string[] {
  const ordered = new Set<string>();
  const place = (name: string, trail: readonly string[]): void => {
    if (ordered.has(name)) return;
    if (trail.includes(name)) {
      throw new DeploymentError(`stacks depend on one another in a circle: ${[...trail, name].join(' → ')}`);
    }
    // What was not synthesized is taken to be deployed.
    for (const other of stacks[name]?.dependencies ?? []) if (stacks[other]) place(other, [...trail, name]);
    ordered.add(name);
  };
  for (const name of Object.keys(stacks)) place(name, []);
  return [...ordered];
}

/** As many names as anybody would read. */
const LISTED = 40;
const some = (names: readonly string[]): string =>
  names.length > LISTED
    ? `${names.slice(0, LISTED).join(', ')} and ${String(names.length - LISTED)} more`
    : names.join(', ');
