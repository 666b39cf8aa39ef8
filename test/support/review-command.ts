import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagramCommand } from '../../cli/diagram';
import { reviewCommand } from '../../cli/review';

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: unknown;
}

/** Runs a command, and gives what it printed and its exit code. */
export async function run(
  command: 'review' | 'diagram',
  root: string,
  ...args: readonly string[]
): Promise<Ran> {
  const printed = { out: '', err: '' };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed.out += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((printed.err += String(text)))),
  ];
  try {
    await (command === 'review' ? reviewCommand({ root }) : diagramCommand(root)).parseAsync(args, {
      from: 'user',
    });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { ...printed, code: process.exitCode };
}

/** A new folder. */
export const temporary = (): string => mkdtempSync(join(tmpdir(), 'reviewed-'));

/** Writes an output folder with one stack of a tenant. */
export function output(folder: string, key: Readonly<Record<string, unknown>>, environment = 'dev'): string {
  const stack = 'use1a-tenant-acme';
  mkdirSync(join(folder, 'stacks', stack), { recursive: true });
  const synthesizedStackPath = `stacks/${stack}/cdk.tf.json`;
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({
      stacks: { [stack]: { name: stack, synthesizedStackPath, workingDirectory: `stacks/${stack}` } },
    }),
  );
  const tags = { platform: 'bulkhead', environment, cell: 'use1a', tier: 'enterprise', tenant: 'acme' };
  const aws = [{ region: 'us-east-1', default_tags: [{ tags }] }];
  writeFileSync(
    join(folder, synthesizedStackPath),
    JSON.stringify({ provider: { aws }, resource: { aws_kms_key: { Key: key } }, terraform: {} }, null, 2),
  );
  return folder;
}

/** A key that is kept from destruction. */
export const KEY = {
  deletion_window_in_days: 30,
  enable_key_rotation: true,
  lifecycle: { prevent_destroy: true },
};
