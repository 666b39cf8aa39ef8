import { statSync } from 'node:fs';
import { Command } from 'commander';
import { migrationFiles, type MigrationProblem, readMigration } from './read';
import { checkMigrations } from './rules';

/** Exit codes of `bulkhead migrations`: nothing wrong; something wrong; no folder with migrations. */
const EXIT = { fine: 0, wrong: 1, unusable: 2 } as const;

interface MigrationsFlags {
  readonly after?: string;
  readonly json?: boolean;
}

export interface MigrationsReport {
  readonly migrations: readonly string[];
  readonly problems: readonly MigrationProblem[];
}

/**
 * Looks through a folder of migrations.
 *
 * @param after migration that the release before needed: at most one may come after it. @default - not checked
 */
export function reportMigrations(folder: string, after?: string): MigrationsReport {
  const read = migrationFiles(folder).map((file) => ({ file: file.file, ...readMigration(file) }));
  const migrations = read.map(({ migration }) => migration.name);
  return {
    migrations,
    problems: [
      ...read.flatMap(({ problems }) => problems),
      ...checkMigrations(read),
      ...onePending(migrations, read.at(-1)?.file ?? '', after),
    ],
  };
}

/** Two at once would mean that the first is contracted as soon as it is there, with the release before still running. */
function onePending(
  migrations: readonly string[],
  file: string,
  after: string | undefined,
): readonly MigrationProblem[] {
  if (after === undefined) return [];
  const known = migrations.indexOf(after);
  if (known === -1)
    return [{ file: after, at: '', message: 'is gone: a migration that was applied stays as it is' }];
  const pending = migrations.slice(known + 1);
  if (pending.length <= 1) return [];
  return [
    {
      file,
      at: '',
      message: `a release may bring one migration, got ${pending.length} after ${after}: ${pending.join(', ')}`,
    },
  ];
}

const line = ({ file, at, message }: MigrationProblem): string =>
  `  ${file}${at === '' ? '' : `, ${at}`}: ${message}`;

/** The command `bulkhead migrations`. */
export function migrationsCommand(): Command {
  return new Command('migrations')
    .description(
      'check the migrations of a service: each can be applied, and taken back, with two releases at work',
    )
    .argument('<folder>', 'folder with pgroll migrations, one file each')
    .option('--after <migration>', 'migration that the release before needs: one more may follow')
    .option('--json', 'print what was found as JSON')
    .action((folder: string, flags: MigrationsFlags) => {
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
        process.stderr.write(`${folder} must be a folder with migrations\n`);
        process.exitCode = EXIT.unusable;
        return;
      }
      const report = reportMigrations(folder, flags.after);
      const isEmpty = report.migrations.length === 0;
      if (flags.json === true) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
      else if (isEmpty) process.stderr.write(`${folder} holds no migrations (.yaml, .json)\n`);
      else if (report.problems.length > 0) {
        process.stdout.write(
          `${folder}: ${report.problems.length} problems\n${report.problems.map(line).join('\n')}\n`,
        );
      } else process.stdout.write(`${folder}: ${report.migrations.length} migrations, nothing wrong\n`);
      process.exitCode = isEmpty ? EXIT.unusable : report.problems.length > 0 ? EXIT.wrong : EXIT.fine;
    });
}
