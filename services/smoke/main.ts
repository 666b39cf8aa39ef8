import { readFileSync, writeFileSync } from 'node:fs';
import { gatewayHeaders } from './identity';
import { settingsIn } from './settings';
import { smokeTest } from './smoke';

/** What Kubernetes keeps of a termination message, in bytes: "Determine the Reason for Pod Failure", its documentation. */
const MAX_MESSAGE = 4096;
const TERMINATION_LOG = '/dev/termination-log';

/** Tells how it ended: in the log, and where Kubernetes looks when the pod is gone. */
function tell(lines: readonly string[], isGood: boolean, file: string): void {
  const text = `${lines.join('\n')}\n`;
  (isGood ? process.stdout : process.stderr).write(text);
  try {
    writeFileSync(file, Buffer.from(text).subarray(0, MAX_MESSAGE));
  } catch {
    // Outside a pod there is no such file, and the log has it all.
  }
  if (!isGood) process.exitCode = 1;
}

async function run(): Promise<void> {
  const settings = settingsIn(process.env);
  const file = settings.TERMINATION_LOG;
  try {
    const failures = await smokeTest({
      url: settings.PREVIEW_URL,
      checks: settings.CHECKS,
      headers: gatewayHeaders(readFileSync(settings.TOKEN_FILE, 'utf8').trim(), {
        tenant: settings.TENANT,
        tier: settings.TIER,
        cell: settings.CELL,
      }),
      waitMs: settings.WAIT_SECONDS * 1000,
      timeoutMs: settings.TIMEOUT_SECONDS * 1000,
    });
    const checks = settings.CHECKS.length;
    if (failures.length === 0)
      tell([`smoke test passed: ${String(checks)} of ${String(checks)}`], true, file);
    else
      tell([`smoke test failed: ${String(failures.length)} of ${String(checks)}`, ...failures], false, file);
  } catch (error) {
    tell([`smoke test failed: ${error instanceof Error ? error.message : String(error)}`], false, file);
  }
}

run().catch((error: unknown) => {
  tell(
    [error instanceof Error ? error.message : String(error)],
    false,
    process.env['TERMINATION_LOG'] ?? TERMINATION_LOG,
  );
});
