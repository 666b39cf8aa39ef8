import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Leaving } from '../../../lifecycle/offboard/leaving';
import { publishedLifecycle } from '../../../lifecycle/offboard/published';
import { setLifecycle } from '../../../lifecycle/offboard/tenant-file';
import type { Surroundings } from '../../../lifecycle/surroundings';
import { GitWorld, tenantFile } from '../onboard/git-world';
import { surroundingsOf } from './world';

const world = new GitWorld();
afterAll(() => {
  world.remove();
});

it('an offboarding on AWS waits until the branch that is delivered says it too', async () => {
  const checkout = world.checkout('operator');
  const file = tenantFile(checkout, 'acme');
  const path = relative(checkout, file);
  world.commit(checkout, path);
  const surroundings: Surroundings = {
    ...surroundingsOf({ folder: join(world.folder, 'w'), root: process.cwd(), caller: 'alice', now: 0 }),
    ...{ kind: 'aws', environment: 'prod', configFolder: join(checkout, 'config/environments') },
  };
  const leaving = new Leaving(surroundings, 'acme', { agree: () => Promise.resolve() });
  expect(leaving.file).toBe(file);

  setLifecycle(leaving.file, 'offboarding');
  expect(await publishedLifecycle(leaving)).toMatchObject({
    text: 'branch main still says that acme stays: a delivery would bring back what is destroyed',
    next: [
      `bring ${path} there, with lifecycle: offboarding, by a reviewed change`,
      expect.any(String),
      expect.any(String),
    ],
  });
  world.commit(checkout, path);
  expect(await publishedLifecycle(leaving)).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe('id: acme\nlifecycle: offboarding\n');
});
