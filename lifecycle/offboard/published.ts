import { basename, dirname, join, relative, sep } from 'node:path';
import { realpathSync } from 'node:fs';
import { parse } from 'yaml';
import { LifecycleError } from '../mistake';
import type { PhaseResult } from '../operation';
import { Git } from '../onboard/git';
import type { Leaving } from './leaving';

/**
 * What to wait for while the branch that the platform is delivered from still says that the tenant stays: a delivery of it would
 * protect again, or build again, what is being destroyed. That the branch says it is reviewed by somebody.
 *
 * @returns undefined when it says so, or in a rehearsal, which nothing is delivered to
 */
export async function publishedLifecycle(leaving: Leaving): Promise<PhaseResult['waits']> {
  const { surroundings, file, tenantId } = leaving;
  if (surroundings.kind !== 'aws') return undefined;
  const { branch } = surroundings.platform().delivery;
  const git = new Git(dirname(file));
  const { code, stdout: top } = await git.try(['rev-parse', '--show-toplevel']);
  if (code !== 0) {
    throw new LifecycleError(`${file} is in no git checkout, so nobody knows what is delivered`, [
      'run the command in a checkout of the repository that the platform is delivered from',
    ]);
  }
  const path = relative(realpathSync(top), join(realpathSync(dirname(file)), basename(file)));
  await git.run(['fetch', '--quiet', '--no-tags', 'origin', branch]);
  const there = await git.try(['show', `FETCH_HEAD:${path.split(sep).join('/')}`]);
  // A branch without the file builds nothing of the tenant's.
  const lifecycle: unknown =
    there.code === 0 ? (parse(there.stdout) as Record<string, unknown>)['lifecycle'] : '';
  if (there.code !== 0 || lifecycle === 'offboarding') return undefined;
  return {
    text: `branch ${branch} still says that ${tenantId} stays: a delivery would bring back what is destroyed`,
    next: [
      `bring ${path} there, with lifecycle: offboarding, by a reviewed change`,
      `${leaving.command()}   goes on from then on`,
      `${leaving.command('--undo')}   brings the tenant back`,
    ],
  };
}
