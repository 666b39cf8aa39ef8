import { resolve } from 'node:path';
import { Command } from 'commander';
import { writeWhole } from '../files/write';
import { pictureOf } from '../review/diagram/picture';
import { readPlatform } from '../review/diagram/platform';
import { svgOf } from '../review/diagram/svg';
import { TreeError } from '../review/tree';
import { synthesized } from './synthesized';

interface DiagramFlags {
  readonly env: string;
  readonly out?: string;
  readonly svg?: string;
  readonly json?: true;
}

/** Exit codes of `bulkhead diagram`: drawn; nothing could be drawn. */
const EXIT = { drawn: 0, unusable: 2 } as const;

/** The command `bulkhead diagram`. */
export function diagramCommand(root: string = process.cwd()): Command {
  return new Command('diagram')
    .description(
      'draw the platform as SVG: cells, stacks, tiers, tenants, and what keeps them apart; from synthesized output alone',
    )
    .option('--env <environment>', 'environment to draw', process.env['BULKHEAD_ENV'] ?? 'dev')
    .option(
      '--out <folder>',
      'a platform that is synthesized already (default: synthesizes cdktf.out/<environment>)',
    )
    .option('--svg <file>', 'write it to this file (default: print it)')
    .option('--json', 'print what the picture shows as JSON, with no picture unless --svg asks for one')
    .action((flags: DiagramFlags) => {
      process.exitCode = run(root, flags);
    });
}

function run(root: string, { env, out, svg, json }: DiagramFlags): number {
  const folder = out ?? resolve(root, 'cdktf.out', env);
  if (out === undefined && !synthesized(root, env)) return EXIT.unusable;
  try {
    const picture = pictureOf(readPlatform(folder));
    if (svg !== undefined) writeWhole(svg, svgOf(picture));
    if (json === true) process.stdout.write(`${JSON.stringify(picture, null, 2)}\n`);
    else process.stdout.write(svg === undefined ? svgOf(picture) : `${svg}: ${picture.summary}\n`);
    return EXIT.drawn;
  } catch (error) {
    if (!(error instanceof TreeError) && !isOfFiles(error)) throw error;
    const { message } = error as Error;
    if (json === true) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
    else process.stderr.write(`${message}\n`);
    return EXIT.unusable;
  }
}

/** Whether an error is of the file system: a folder that may not be written to, a file that is none. */
export const isOfFiles = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'path' in error;
