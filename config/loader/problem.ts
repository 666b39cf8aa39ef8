/** Keys and list indexes that lead from a file's root to a value. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with the config. */
export interface Problem {
  /** File or folder, relative to the project's root, with forward slashes. */
  readonly file: string;
  /** Line of the file, from 1; absent when the problem is the file itself. */
  readonly line?: number;
  /** Column of the line, from 1; absent when the problem is the file itself. */
  readonly column?: number;
  /** Where in the file's data, such as `cells.use1a.region`; empty for the whole file. */
  readonly path: string;
  /** What is wrong, what is allowed, what was found, and what to do. One line. */
  readonly message: string;
}

/**
 * The config cannot be used. Its message lists every problem and is written for the person who wrote the
 * config: print it alone, without the stack.
 */
export class ConfigError extends Error {
  public override readonly name = 'ConfigError';

  /** Every problem found, sorted by file, line and column. */
  public readonly problems: readonly Problem[];

  public constructor(environment: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort(byPosition);
    const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
    super(`config of ${quote(environment)} is invalid: ${count}\n\n${sorted.map(formatProblem).join('\n')}`);
    this.problems = sorted;
  }
}

/** `file:line:column  path`, and the message on a line of its own. */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  const position = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `${position}${path === '' ? '' : `  ${path}`}\n    ${message}`;
}

function byPosition(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** `cells.use1a.zones[0]`; keys that are not plain words stand in quotes. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w-]{1,64}$/.test(part)) return `[${quote(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** Characters of a found value that a message repeats. */
const QUOTE_LIMIT = 60;

/** Text in double quotes on one line, cut when it is long. */
export function quote(text: string): string {
  return text.length <= QUOTE_LIMIT
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, QUOTE_LIMIT))}… (${text.length} characters)`;
}

/** Text as it is, cut when it is long. */
export function cut(text: string): string {
  return text.length <= QUOTE_LIMIT ? text : `${text.slice(0, QUOTE_LIMIT)}… (${text.length} characters)`;
}
