import type { Cell, Platform } from '../config/platform';

/** Name of a cell's public zone, without a final dot. Stacks know it without the network's contract. */
export const zoneNameOf = ({ dns }: Platform, { id }: Pick<Cell, 'id'>): string => `${id}.${dns.domain}`;
