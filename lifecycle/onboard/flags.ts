import type { Surroundings } from '../surroundings';

/** Options by which commands work in the same surroundings, with a blank before them. */
export const flagsOf = ({ kind, environment }: Pick<Surroundings, 'kind' | 'environment'>): string =>
  ` --env ${environment}${kind === 'rehearsal' ? ' --rehearse' : ''}`;
