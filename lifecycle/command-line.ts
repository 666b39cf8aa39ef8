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
