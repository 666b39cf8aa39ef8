import { type ChildProcess, execFile, spawn } from 'node:child_process';
import * as readline from 'node:readline';
import { promisify } from 'node:util';

/** A problem that the person at the keyboard can solve: shown as it is, without a stack trace. */
export class RehearsalError extends Error {}

export interface Engine {
  readonly binary: string;
  readonly name: 'Terraform' | 'OpenTofu';
  readonly version: string;
}

/** Oldest versions that a rehearsal was written for: Terraform's S3 state lock files and OpenTofu's equal of 1.11. */
const OLDEST = { Terraform: [1, 11], OpenTofu: [1, 10] } as const;

export const NO_ENGINE =
  'A rehearsal needs Terraform 1.11 or newer (or OpenTofu 1.10 or newer) on the PATH: ' +
  'see https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install.';

/**
 * Finds `terraform`, or else `tofu`.
 *
 * @throws RehearsalError when neither is there, or both are too old.
 */
export async function findEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Engine> {
  const old: string[] = [];
  for (const binary of ['terraform', 'tofu']) {
    const version = await versionOf(binary, environment);
    if (version === undefined) continue;
    const name = binary === 'tofu' ? 'OpenTofu' : 'Terraform';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const [oldestMajor, oldestMinor] = OLDEST[name];
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
      return { binary, name, version };
    old.push(`${name} ${version}`);
  }
  throw new RehearsalError(old.length === 0 ? NO_ENGINE : `${NO_ENGINE} Found ${old.join(' and ')}.`);
}

async function versionOf(
  binary: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(binary, ['version', '-json'], {
      env: { ...environment, CHECKPOINT_DISABLE: '1' },
    });
    return (JSON.parse(stdout) as { readonly terraform_version: string }).terraform_version;
  } catch {
    return undefined;
  }
}

/** One line of Terraform's machine-readable output, as far as the runner reads it. */
export interface TerraformMessage {
  readonly type: string;
  readonly hook?: { readonly resource: { readonly addr: string }; readonly action?: string };
  readonly change?: { readonly resource: { readonly addr: string }; readonly action: string };
  readonly changes?: {
    readonly add: number;
    readonly change: number;
    readonly remove: number;
    readonly operation: string;
  };
  readonly diagnostic?: {
    readonly severity: 'error' | 'warning';
    readonly summary: string;
    readonly detail: string;
    readonly address?: string;
    readonly range?: { readonly filename: string; readonly start: { readonly line: number } };
    readonly snippet?: { readonly context: string | null };
  };
}

/** A Terraform command that is running. */
export interface Running {
  readonly process: ChildProcess;
  /** Resolves with the exit code once the command is gone; 128 + signal number when a signal ended it. */
  readonly ended: Promise<number>;
}

/**
 * Runs one Terraform command and hands on every message that it prints.
 *
 * @param onMessage called for each line of JSON; other lines (from `init`, or a crash) come as error diagnostics
 */
export function runTerraform(
  engine: Engine,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onMessage: (message: TerraformMessage) => void,
): Running {
  const child = spawn(engine.binary, [...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: an interrupt typed at the terminal comes once, from the runner. Two of
    // them would make Terraform give up its state.
    detached: true,
  });
  const stray: string[] = [];
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parse(line);
    if (message) onMessage(message);
    else stray.push(line);
  });
  readline.createInterface({ input: child.stderr }).on('line', (line) => stray.push(line));
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      stray.push(error.message);
      resolve(1);
    });
    child.once('close', (code, signal) => {
      if (code !== 0 && stray.some((line) => line.trim() !== '')) {
        onMessage({
          type: 'diagnostic',
          diagnostic: {
            severity: 'error',
            summary: `${engine.name} ${args[0] ?? ''} failed`,
            detail: plain(stray.join('\n')),
          },
        });
      }
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
  return { process: child, ended };
}

function parse(line: string): TerraformMessage | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as TerraformMessage;
  } catch {
    return undefined;
  }
}

/** Text without the colours and boxes that Terraform draws for a terminal. */
function plain(text: string): string {
  return text
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/^[╷│╵]\s?/gm, '')
    .trim();
}
