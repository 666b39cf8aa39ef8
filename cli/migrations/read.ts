import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { MIGRATION_NAME } from '../../constructs/core/schema-jobs';
import { type Migration, type Operation, type OperationKind, OPERATIONS, REFUSED } from './operations';

/** What is wrong with a migration, and where: `02_split_name.yaml`, then the operation's number and what it is about. */
export interface MigrationProblem {
  readonly file: string;
  readonly at: string;
  readonly message: string;
}

/** Extensions that pgroll reads migrations from, in one folder: "migrate", pgroll documentation. */
const EXTENSIONS = ['.yaml', '.yml', '.json'];

export interface MigrationFile {
  readonly file: string;
  readonly text: string;
}

/** The migrations of a folder in the order in which pgroll applies them: that of their names. */
export const migrationFiles = (folder: string): readonly MigrationFile[] =>
  readdirSync(folder)
    .filter((file) => EXTENSIONS.includes(extname(file)))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

/** One migration as far as it can be understood, and what keeps it from being one. */
export function readMigration({ file, text }: MigrationFile): {
  readonly migration: Migration;
  readonly problems: readonly MigrationProblem[];
} {
  const name = file.slice(0, -extname(file).length);
  const problem = (message: string, at = ''): MigrationProblem => ({ file, at, message });
  const problems: MigrationProblem[] = MIGRATION_NAME.test(name)
    ? []
    : [problem(`a file's name must be 1-40 lowercase letters, digits and underscores before its extension`)];
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    return {
      migration: { name, operations: [] },
      problems: [...problems, problem(broken.message.split('\n')[0] ?? '', `${line}:${col}`)],
    };
  }
  const content = document.toJS() as { readonly operations?: unknown } | null;
  const listed = content?.operations;
  const others = Object.keys(content ?? {}).filter((key) => key !== 'operations');
  if (!Array.isArray(listed) || listed.length === 0 || others.length > 0) {
    return {
      migration: { name, operations: [] },
      problems: [
        ...problems,
        problem(
          others.length > 0
            ? `must hold operations and nothing else, got ${others.join(', ')}; a migration is called like its file`
            : 'must hold a list of operations',
        ),
      ],
    };
  }
  const read = listed.map((item: unknown, index) => readOperation(item, `operation ${index + 1}`, problem));
  return {
    migration: { name, operations: read.flatMap(({ operation }) => operation ?? []) },
    problems: [...problems, ...read.flatMap((each) => each.problems)],
  };
}

function readOperation(
  item: unknown,
  at: string,
  problem: (message: string, at: string) => MigrationProblem,
): { readonly operation?: Operation; readonly problems: readonly MigrationProblem[] } {
  const entries = typeof item === 'object' && item !== null ? Object.entries(item) : [];
  const [entry, ...more] = entries;
  if (entry === undefined || more.length > 0) {
    return { problems: [problem(`must be one operation, got ${entries.length} keys`, at)] };
  }
  const [kind, value] = entry as [string, unknown];
  const where = `${at} (${kind})`;
  if (kind in REFUSED)
    return { problems: [problem(`is not for tables of tenants: ${REFUSED[kind] ?? ''}`, where)] };
  if (!(kind in OPERATIONS)) {
    return {
      problems: [problem(`must be one of ${Object.keys(OPERATIONS).join(', ')}, got ${kind}`, where)],
    };
  }
  const schema: z.ZodType = OPERATIONS[kind as OperationKind];
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) =>
        problem(`${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`, where),
      ),
    };
  }
  return { operation: { kind, ...(parsed.data as object) } as Operation, problems: [] };
}
