import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Names that the browser is installed by. */
const NAMES: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Neither a sandbox, which containers have no rights for, nor shared memory, of which they have little, nor calls home. */
const ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
];

/**
 * A real browser without a window.
 *
 * @throws Error if none is installed
 */
export async function openBrowser(): Promise<Browser> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin'];
  const found = folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(
      'chromium was not found on the PATH: install it (Debian: apt-get install chromium), or Google Chrome',
    );
  return await chromium.launch({ executablePath: found, args: [...ARGUMENTS], timeout: 120_000 });
}
