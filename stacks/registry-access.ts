import type { Cell, Platform } from '../config/platform';
import { NAME_RULES, nameWithin } from '../constructs/core/naming';
import { nameParts } from '../constructs/core/placement';
import type { RegistryReader } from '../constructs/registry/registry-access';
import { homeOf, placementOfCell } from './names';

/**
 * Names by which the registry and the cells' token functions know one another. The registry's contract is in the home
 * account, where no cell reads, so both sides go by names that no deployment decides.
 */

/** The function of a cell that makes tokens of what the registry says, and the role that it runs as. */
export const TOKEN_FUNCTION = 'token-claims';

/** Name of the table, the same in every region. */
export const registryTableName = (platform: Platform): string =>
  nameWithin(NAME_RULES.dynamodbTable.max, [...nameParts(homeOf(platform)), 'tenants']);

/** Where a cell reads the registry: in its own region if a copy is there, else at home. */
export const registryRegionOf = (
  { region, registry }: Pick<Platform, 'region' | 'registry'>,
  cell: Pick<Cell, 'region'>,
): string => (registry.replicaRegions.some((replica) => replica === cell.region) ? cell.region : region);

/** ARN of the copy of the registry that a cell reads. */
export const registryTableArn = (platform: Platform, cell: Pick<Cell, 'region'>): string =>
  `arn:aws:dynamodb:${registryRegionOf(platform, cell)}:${platform.account}:table/${registryTableName(platform)}`;

/** ARN of the role of a cell's token function. */
export const tokenRoleArn = (platform: Platform, cell: Cell): string => {
  const name = nameWithin(NAME_RULES.iamRole.max, [
    ...nameParts(placementOfCell(platform, cell)),
    TOKEN_FUNCTION,
  ]);
  return `arn:aws:iam::${cell.account}:role/${name}`;
};

/** The token functions of all cells, each in the region where it reads. */
export const registryReaders = (platform: Platform): readonly RegistryReader[] =>
  platform.cells.map((cell) => ({
    roleArn: tokenRoleArn(platform, cell),
    region: registryRegionOf(platform, cell),
  }));
