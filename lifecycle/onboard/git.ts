import { execFile } from 'node:child_process';
import { LifecycleError } from '../mistake';

/** Longest call of git, in milliseconds: a fetch or a push over a slow line. */
const LONGEST = 120_000;

/** Variables by which a caller, such as a hook, would have git work elsewhere. */
const ELSEWHERE = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_OBJECT_DIRECTORY'];

/** Who commits where nobody has told git who he is, as on a build machine. */
const NOBODY = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Bulkhead'],
    [`GIT_${role}_EMAIL`, 'bulkhead@localhost'],
  ]),
);

/** What a call of git came to. */
export interface GitResult {
  /** Exit code; 0 is success. */
  readonly code: number;
  /** Without the line end. */
  readonly stdout: string;
  readonly stderr: string;
}

/** git in one checkout. Arguments are given as such, to no shell; git asks nothing, and waits for nobody longer than two minutes. */
export class Git {
  /** @param folder a folder of the checkout */
  public constructor(private readonly folder: string) {}

  /** @throws LifecycleError when there is no git, or it hangs; a failure of the call itself is a result */
  public try(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<GitResult> {
    const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...variables };
    for (const name of ELSEWHERE) if (!(name in variables)) Reflect.deleteProperty(env, name);
    return new Promise((resolve, reject) => {
      const options = { cwd: this.folder, env, timeout: LONGEST, maxBuffer: 64 << 20 };
      execFile('git', [...args], options, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') {
          reject(this.unusable(args, error));
          return;
        }
        const code = typeof error?.code === 'number' ? error.code : 0;
        resolve({ code, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() });
      });
    });
  }

  /** What the call prints. @throws LifecycleError with git's words when it fails */
  public async run(
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await this.try(args, variables);
    if (code === 0) return stdout;
    throw new LifecycleError(`git ${args[0] ?? ''} failed in ${this.folder}: ${lastWords(stderr)}`);
  }

  /** Whether the call succeeds. */
  public async holds(args: readonly string[]): Promise<boolean> {
    return (await this.try(args)).code === 0;
  }

  /** Variables by which somebody commits: none where git knows who. */
  public async committer(): Promise<Readonly<Record<string, string>>> {
    const isKnown = await this.holds(['-c', 'user.useConfigOnly=true', 'var', 'GIT_COMMITTER_IDENT']);
    return isKnown ? {} : NOBODY;
  }

  private unusable(
    args: readonly string[],
    error: { readonly code?: unknown; readonly killed?: boolean; readonly message: string },
  ): Error {
    if (error.code === 'ENOENT') {
      return new LifecycleError(`git cannot be run in ${this.folder}: there is no git, or no such folder`, [
        'install git, or leave --push out and commit the file yourself',
      ]);
    }
    if (error.killed) {
      return new LifecycleError(
        `git ${args[0] ?? ''} took more than ${String(LONGEST / 1000)} s: the remote does not answer`,
        ['see that it can be reached, and run the same command again'],
      );
    }
    return new Error(error.message);
  }
}

/** The end of what git says, where the reason stands. */
export const lastWords = (stderr: string): string =>
  stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'))
    .slice(-4)
    .join('; ') || 'it says nothing';
