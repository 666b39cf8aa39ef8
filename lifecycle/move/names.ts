/** Phases in order. Items in the registry hold their names. */
export const MOVE_PHASES = ['provision', 'copy', 'verify', 'freeze', 'switch', 'soak', 'retire'] as const;

/** Name of the slot and of the publication of one direction. Names of slots are lowercase letters, digits and underscores. */
export const replicationName = (tenant: string, direction: 'out' | 'back'): string =>
  `bulkhead_${direction}_${tenant.replaceAll('-', '_')}`;
