import * as fs from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { StackResult } from '../events';

/**
 * Synthesizes an environment, or the stacks of it that patterns match, and returns the folder. Undefined if it could not; it
 * has said why.
 */
export type Synthesize = (environment: string, stacks?: string) => string | undefined;

/** Patterns in a text, which commas and blanks separate, but not those between the braces of a pattern. */
export const patternsOf = (text = ''): readonly string[] =>
  text.split(/[\s,]+(?![^{]*\})/).filter((pattern) => pattern !== '');

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Must be a whole number, 1 or more.');
  return value;
}

export function minutesOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('Must be a whole number, 0 or more.');
  return value;
}

/** Writes what was planned where a later deployment, or a person, finds it. */
export function writeReport(file: string, stacks: readonly StackResult[]): void {
  fs.writeFileSync(
    file,
    `${JSON.stringify({ stacks: stacks.flatMap(({ risk }) => risk ?? []) }, null, 2)}\n`,
  );
}

/** An abort signal that follows Ctrl-C and whoever stops the process, while something runs. */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (!controller.signal.aborted) {
      process.stderr.write('\nStopping: Terraform finishes what it is doing and saves its state.\n');
    }
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await run(controller.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Prints a mistake of the caller's, as text or JSON. */
export function tellMistake(error: Error, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ type: 'error', message: error.message })}\n`);
  else process.stderr.write(`${error.message}\n`);
}
