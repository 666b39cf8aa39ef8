import { PGlite } from '@electric-sql/pglite';
import { TestEnvironment } from 'jest-environment-node';

/**
 * PGlite loads its files with `import()`, which Jest's sandbox refuses without an experimental Node flag. So
 * it is loaded out here and handed in as `globalThis.PGlite`.
 */
export default class PGliteEnvironment extends TestEnvironment {
  public override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, { PGlite });
  }
}
