import * as fs from 'node:fs';
import * as path from 'node:path';
import { PROVIDER_NAMES, type ProviderName } from '../schema/model';
import type { StackTypes } from '../stand-in/messages';
import { RehearsalError } from './terraform';

type Json = Readonly<Record<string, unknown>>;

/** A synthesized stack, as the rehearsal sees it. */
export interface Stack {
  readonly name: string;
  /** Folder that holds `cdk.tf.json` and the stack's assets. */
  readonly folder: string;
  /** Stacks that must be deployed before this one. */
  readonly dependencies: readonly string[];
  readonly config: Json;
}

/**
 * Reads a synthesized platform.
 *
 * @param out folder that holds `manifest.json`
 * @throws RehearsalError when there is none, when stacks depend on one another in a circle or on a stack that
 * is not there, or when a stack needs a provider that has no stand-in.
 */
export function readPlatform(out: string): readonly Stack[] {
  const file = path.join(out, 'manifest.json');
  if (!fs.existsSync(file)) {
    throw new RehearsalError(
      `No synthesized platform at ${out} (no manifest.json). Synthesize it first: npm run synth`,
    );
  }
  const manifest = readJson(file) as {
    readonly stacks: Readonly<
      Record<string, { readonly synthesizedStackPath: string; readonly dependencies: readonly string[] }>
    >;
  };
  const stacks = Object.entries(manifest.stacks).map(([name, entry]) => {
    const template = path.join(out, entry.synthesizedStackPath);
    return {
      name,
      folder: path.dirname(template),
      dependencies: entry.dependencies,
      config: readJson(template),
    };
  });
  const problems = [...missingStacks(stacks), ...cycles(stacks), ...foreignProviders(stacks)];
  if (problems.length > 0) throw new RehearsalError(problems.join('\n'));
  return inOrder(stacks);
}

/** Every stack after all that it depends on; otherwise as the manifest has them. */
function inOrder(stacks: readonly Stack[]): readonly Stack[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const ordered = new Set<Stack>();
  const place = (stack: Stack): void => {
    for (const name of stack.dependencies) {
      const dependency = byName.get(name);
      if (dependency && !ordered.has(dependency)) place(dependency);
    }
    ordered.add(stack);
  };
  stacks.forEach(place);
  return [...ordered];
}

/** The stacks whose name fits the pattern, with everything that they depend on, in order. */
export function selectStacks(stacks: readonly Stack[], pattern: string | undefined): readonly Stack[] {
  if (pattern === undefined) return stacks;
  const expression = new RegExp(
    `^(?:${pattern
      .split(',')
      .map((glob) =>
        glob
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.'),
      )
      .join('|')})$`,
  );
  const chosen = new Set(stacks.filter(({ name }) => expression.test(name)).map(({ name }) => name));
  if (chosen.size === 0) {
    throw new RehearsalError(
      `No stack is named ${pattern}. Stacks: ${stacks.map(({ name }) => name).join(', ')}`,
    );
  }
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  // A set grows while it is walked, so this reaches dependencies of dependencies.
  for (const name of chosen) byName.get(name)?.dependencies.forEach((dependency) => chosen.add(dependency));
  return stacks.filter(({ name }) => chosen.has(name));
}

/** Types that a stack needs schemas of: those it declares, and those its state still holds. */
export function usedTypes(config: Json, state: Json | undefined): StackTypes {
  const used = new Map<ProviderName, { resources: Set<string>; data: Set<string> }>();
  const note = (kind: 'resources' | 'data', type: string): void => {
    const provider = PROVIDER_NAMES.find((name) => type.startsWith(`${name}_`));
    if (!provider) return;
    const entry = used.get(provider) ?? { resources: new Set(), data: new Set() };
    used.set(provider, entry);
    entry[kind].add(type);
  };
  for (const provider of Object.keys(section(config, 'provider'))) {
    const known = PROVIDER_NAMES.find((name) => name === provider);
    if (known) used.set(known, { resources: new Set(), data: new Set() });
  }
  for (const type of Object.keys(section(config, 'resource'))) note('resources', type);
  for (const type of Object.keys(section(config, 'data'))) note('data', type);
  for (const entry of (state?.['resources'] ?? []) as readonly {
    readonly mode: string;
    readonly type: string;
  }[]) {
    note(entry.mode === 'data' ? 'data' : 'resources', entry.type);
  }
  return Object.fromEntries(
    [...used].map(([provider, { resources, data }]) => [
      provider,
      { resources: [...resources], data: [...data] },
    ]),
  );
}

/** A top-level part of a stack's configuration, or nothing. */
export function section(config: Json, name: string): Json {
  return (config[name] ?? {}) as Json;
}

export function readJson(file: string): Json {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Json;
}

function missingStacks(stacks: readonly Stack[]): readonly string[] {
  const names = new Set(stacks.map(({ name }) => name));
  return stacks.flatMap(({ name, dependencies }) =>
    dependencies
      .filter((dependency) => !names.has(dependency))
      .map((dependency) => `Stack ${name} depends on ${dependency}, which was not synthesized`),
  );
}

function cycles(stacks: readonly Stack[]): readonly string[] {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (name: string, trail: readonly string[]): void => {
    const at = trail.indexOf(name);
    if (at >= 0) {
      found.push(`Stacks depend on one another in a circle: ${[...trail.slice(at), name].join(' → ')}`);
      return;
    }
    if (done.has(name)) return;
    for (const dependency of byName.get(name)?.dependencies ?? []) visit(dependency, [...trail, name]);
    done.add(name);
  };
  for (const { name } of stacks) visit(name, []);
  return found;
}

function foreignProviders(stacks: readonly Stack[]): readonly string[] {
  return stacks.flatMap(({ name, config }) => {
    const required = Object.keys(section(section(config, 'terraform'), 'required_providers'));
    const foreign = required.filter(
      (provider) => !(PROVIDER_NAMES as readonly string[]).includes(provider) && provider !== 'terraform',
    );
    return foreign.map(
      (provider) =>
        `Stack ${name} needs the provider ${provider}, which has no stand-in (there are: ${PROVIDER_NAMES.join(', ')})`,
    );
  });
}
