import { Argument, Command, Option } from 'commander';
import { valkeyClient } from '../valkey/client';
import { valkeyConfig } from '../valkey/config';
import { KEEP_SECONDS, notBeforeOf, REVOCABLE, type Revocable, revoke } from './deny-list';
import { parseTime } from './revocation-time';

const nowMs = Date.now();
const nowSeconds = Math.floor(nowMs / 1000);

new Command('revoke')
  .description('refuses tokens at all authorizers of a cell, from within some seconds on')
  .addArgument(new Argument('<kind>', 'what is revoked').choices(REVOCABLE))
  .argument(
    '<id>',
    'jti of a token, origin_jti of a sign-in, sub of a user or client id of a machine, or a tenant',
  )
  .addOption(
    new Option(
      '--not-before <time>',
      'tokens issued at this time or before are dead; seconds since 1970, a date, or ever (default: ever for a token and a sign-in, now for a user and a tenant)',
    ).argParser((text) => parseTime(text, nowSeconds)),
  )
  .action(async (kind: Revocable, id: string, { notBefore }: { notBefore?: number }) => {
    const store = valkeyClient(valkeyConfig(process.env));
    try {
      const time = notBefore ?? notBeforeOf(kind, nowSeconds);
      const entry = await revoke(store, { kind, id, notBefore: time }, nowMs);
      const which = time === Infinity ? 'all' : `issued until ${new Date(time * 1000).toISOString()}`;
      process.stdout.write(
        `${kind} ${id}: tokens ${which} are revoked for ${KEEP_SECONDS / 3600} hours (entry ${entry})\n`,
      );
      if (kind !== 'token') {
        process.stdout.write('New ones can be had unless they are refused where tokens are issued, too.\n');
      }
    } finally {
      store.close();
    }
  })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
