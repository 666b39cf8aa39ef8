import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publish } from '../../../lifecycle/onboard/publish';
import { git, GitWorld, tenantFile } from './git-world';

/** The way through; all that can come between is in `publish.integration.test.ts`, for starting git hundreds of times takes a while. */
test('a tenant’s file gets on the branch in one commit, and a dirty checkout stays as it is', async () => {
  const world = new GitWorld();
  try {
    const checkout = world.checkout('build');
    git(checkout, 'checkout', '--quiet', '--detach');
    const file = tenantFile(checkout, 'acme');
    writeFileSync(join(checkout, 'README.md'), 'half-written\n');
    const { commit } = await publish({ file, tenantId: 'acme', branch: 'main' });
    expect(world.touchedBy(commit)).toEqual(['config/environments/prod/tenants/acme.yaml']);
    expect(git(checkout, 'status', '--porcelain')).toBe(' M README.md\n?? config/');
  } finally {
    world.remove();
  }
}, 60_000);
