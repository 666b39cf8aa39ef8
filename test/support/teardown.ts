import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Removes what `setup.ts` made. */
export default function removeTemporaryFolder(): void {
  rmSync(tmpdir(), { recursive: true, force: true });
}
