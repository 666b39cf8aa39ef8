import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One temporary folder for all that a test run writes, because jest's workers end without their exit handlers. */
export default function createTemporaryFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-tests-'));
  // PostgreSQL, which does not run as root, is started as another user.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  // esbuild's thread for synchronous builds outlives the tests, and jest complains of its worker.
  process.env['ESBUILD_WORKER_THREADS'] = '0';
  // Which versions of Node the SDK will need next year is no test's result.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
}
