import type { Cell, Platform } from '../config/platform';
import type { Placement } from '../constructs/core/placement';

/** Kind of a cell's part of delivery: that of the home account's, before whose name no cell stands. A public contract. */
export const CELL_DELIVERY = 'delivery';

/** Name of a cell's public zone, without a final dot. Stacks know it without the network's contract. */
export const zoneNameOf = ({ dns }: Platform, { id }: Pick<Cell, 'id'>): string => `${id}.${dns.domain}`;

/** The platform's home: account and region of what it has once. */
export const homeOf = ({ name, environment, account, region }: Platform): Placement => ({
  platform: name,
  environment,
  account,
  region,
});

/** Where a cell is. */
export const placementOfCell = (platform: Platform, { id, account, region }: Cell): Placement => ({
  ...homeOf(platform),
  ...{ cell: id, account, region },
});
