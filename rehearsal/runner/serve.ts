import * as fs from 'node:fs';
import * as path from 'node:path';
import { type StackTypes } from '../stand-in/messages';
import { PROVIDER_NAMES } from '../schema/model';
import { readPlatform, usedTypes } from './platform';
import type { RehearsalOptions } from './rehearse';
import { RunFile } from './run-record';
import { StandInProcess } from './stand-in-process';
import { layoutOf } from './workspace';

/**
 * Runs the stand-ins alone, for plain `cdktf deploy` or `terraform apply`, until interrupted.
 *
 * All stacks share one set of sockets then, so a stand-in cannot tell stacks apart: objects whose creation Terraform
 * did not live to note are not adopted, as they are in a rehearsal that drives Terraform itself.
 *
 * @param say told the lines that a person, or a shell, needs
 */
export async function serve(
  options: Pick<RehearsalOptions, 'root' | 'environment' | 'out' | 'folder' | 'latencyMs'>,
  say: (text: string) => void,
  interrupt: AbortSignal,
): Promise<void> {
  const { root, environment } = options;
  const stacks = readPlatform(options.out ?? path.join(root, 'cdktf.out', environment));
  const layout = layoutOf(options.folder ?? path.join(root, '.rehearsal', `${environment}-serve`));
  const { record } = await RunFile.claim(layout.runFile);
  fs.rmSync(layout.worldFile, { force: true });
  const standIn = await StandInProcess.start(
    { root, worldFile: layout.worldFile, latencyMs: options.latencyMs ?? 0 },
    record,
  );
  try {
    const reattach = await standIn.open('', union(stacks.map(({ config }) => usedTypes(config, undefined))));
    say(`export TF_REATTACH_PROVIDERS='${reattach}'`);
    say(
      '# Run the line above in another shell, then: cdktf deploy --skip-provider-lock. Ctrl-C here ends the stand-ins.',
    );
    await new Promise<void>((resolve) => {
      if (interrupt.aborted) resolve();
      interrupt.addEventListener('abort', () => {
        resolve();
      });
    });
  } finally {
    await standIn.stop();
    record.close(true);
  }
}

function union(all: readonly StackTypes[]): StackTypes {
  return Object.fromEntries(
    PROVIDER_NAMES.map((provider) => [
      provider,
      {
        resources: [...new Set(all.flatMap((types) => types[provider]?.resources ?? []))],
        data: [...new Set(all.flatMap((types) => types[provider]?.data ?? []))],
      },
    ]),
  );
}
