import type { Placement } from './placement';

/** Which stack published a contract: the stack's own name without its cell, and its cell if it has one. */
export interface ContractAddress {
  /** Last part of the parameter's name: `network`, `tenant-acme`. */
  readonly stack: string;
  /** @default - the contract belongs to the platform and not to one cell */
  readonly cell?: string;
}

/** Name of a contract's parameter: `/<platform>/<environment>/<cell>/<stack>`, without the cell for the platform's own. */
export function contractName(placement: Placement, { cell, stack }: ContractAddress): string {
  const { platform, environment } = placement;
  return ['', platform, environment, ...(cell === undefined ? [] : [cell]), stack].join('/');
}
