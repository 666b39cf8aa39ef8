import type { Surroundings } from './surroundings';

/**
 * A command as a person would type it, in the same surroundings: `npx bulkhead tenant show acme --env prod`.
 *
 * @param words what stands after `tenant`
 */
export const commandLine = (
  words: string,
  { environment, kind }: Pick<Surroundings, 'environment' | 'kind'>,
): string => `npx bulkhead tenant ${words} --env ${environment}${kind === 'rehearsal' ? ' --rehearse' : ''}`;

/** The command that deploys stacks of an environment on AWS. @param stacks names or globs, with commas between them */
export const deployLine = (stacks: string, environment: string): string =>
  `npx bulkhead deploy --env ${environment} --stacks ${stacks}`;
