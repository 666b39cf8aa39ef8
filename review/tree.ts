import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** A synthesized platform: a folder with `manifest.json` and what it names. Nothing of a stack is read yet. */
export interface Tree {
  /** Absolute path. */
  readonly folder: string;
  /** As it was asked for: `main`, `cdktf.out/prod`. */
  readonly label: string;
  /** Commit, where it is a revision. */
  readonly commit?: string;
  readonly environment: string;
  /** Each after all that it depends on, otherwise as the manifest has them. */
  readonly stacks: readonly TreeStack[];
}

export interface TreeStack {
  readonly name: string;
  /** Absolute path of the folder that holds `cdk.tf.json` and the stack's assets. */
  readonly folder: string;
  /** Absolute path of its `cdk.tf.json`. */
  readonly file: string;
  /** Names of stacks that are deployed before it, as the manifest says. */
  readonly dependencies: readonly string[];
}

export interface TreeOptions {
  /** @default - the folder as it was given */
  readonly label?: string;
  readonly commit?: string;
  /** @default - name of the folder */
  readonly environment?: string;
}

/** A folder that cannot be reviewed. A person's mistake: its text says what to do. */
export class TreeError extends Error {
  public override readonly name = 'TreeError';
}

interface ManifestStack {
  readonly dependencies?: readonly string[];
  readonly workingDirectory?: string;
  readonly synthesizedStackPath?: string;
}

/**
 * Reads what stacks a synthesized platform has.
 *
 * @param folder that holds `manifest.json`: `cdktf.out/prod`
 * @throws TreeError when there is no manifest, or none that can be read
 */
export function readTree(folder: string, options: TreeOptions = {}): Tree {
  const absolute = resolve(folder);
  const stacks = manifestOf(absolute, folder);
  return {
    folder: absolute,
    label: options.label ?? folder,
    ...(options.commit !== undefined && { commit: options.commit }),
    environment: options.environment ?? basename(absolute),
    stacks: inOrder(stacks).map((name) => {
      const { workingDirectory, synthesizedStackPath, dependencies = [] } = stacks[name] ?? {};
      const own = workingDirectory ?? join('stacks', name);
      return {
        name,
        folder: join(absolute, own),
        file: join(absolute, synthesizedStackPath ?? join(own, 'cdk.tf.json')),
        dependencies: dependencies.filter((other) => stacks[other] !== undefined),
      };
    }),
  };
}

type Stacks = Readonly<Record<string, ManifestStack>>;

function manifestOf(absolute: string, given: string): Stacks {
  const file = join(absolute, 'manifest.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new TreeError(
      `${given} is no synthesized platform (it has no manifest.json): npm run synth, or name a folder such as cdktf.out/prod`,
    );
  }
  try {
    const { stacks } = JSON.parse(text) as { readonly stacks?: Stacks };
    if (typeof stacks === 'object') return stacks;
  } catch {
    // Told below.
  }
  throw new TreeError(`${file} is no manifest of stacks, as a synth writes it: synthesize ${given} again`);
}

/** Stacks after those that they depend on. A circle, which no synth makes, is cut where it is met. */
function inOrder(stacks: Stacks): readonly string[] {
  const ordered = new Set<string>();
  const met = new Set<string>();
  const place = (name: string): void => {
    if (met.has(name)) return;
    met.add(name);
    for (const other of stacks[name]?.dependencies ?? []) if (stacks[other]) place(other);
    ordered.add(name);
  };
  for (const name of Object.keys(stacks)) place(name);
  return [...ordered];
}
