import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prometheus' own tool, which evaluates expressions as a server does. */
function findPromtool(): string {
  const found = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin']
    .map((place) => join(place, 'promtool'))
    .find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error('promtool was not found on the PATH: install it (Debian: apt-get install prometheus)');
  }
  return found;
}

export interface PromtoolAnswer {
  readonly isFine: boolean;
  /** What it printed. */
  readonly text: string;
}

/**
 * Runs `promtool <command> rules` on a document.
 *
 * @param files other files beside it, by name
 * @throws Error if promtool is not installed
 */
export function promtool(
  command: 'check' | 'test',
  document: object,
  files: Readonly<Record<string, object>> = {},
): PromtoolAnswer {
  const directory = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    // JSON is YAML.
    for (const [name, content] of Object.entries({ ...files, 'document.yml': document })) {
      writeFileSync(join(directory, name), JSON.stringify(content));
    }
    const run = spawnSync(findPromtool(), [command, 'rules', join(directory, 'document.yml')], {
      encoding: 'utf8',
    });
    return { isFine: run.status === 0, text: `${run.stdout}${run.stderr}` };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
