import { nameIn } from '../core/naming';
import { type Placement, roleArn } from '../core/placement';

/**
 * Names by which what operates on tenants in a cell, and who made its roles, know one another. `home` is the platform's placement,
 * without a cell; `cell` is a cell's.
 */

/** What it is called: project, roles, security group. */
export const OPERATIONS = 'operations';

/** CodeBuild project of a cell that runs the command, and the role that it runs as. */
export const operationsProjectName = (cell: Placement): string =>
  nameIn(cell, 'codeBuildProject', OPERATIONS);
export const operationsProjectArn = (cell: Placement): string =>
  `arn:aws:codebuild:${cell.region}:${cell.account}:project/${operationsProjectName(cell)}`;
export const operationsRoleName = (cell: Placement): string => nameIn(cell, 'iamRole', OPERATIONS);
export const operationsRoleArn = (cell: Placement): string => roleArn(cell, operationsRoleName(cell));

/** Role of the home account that the command acts as there: the registry and the repository are at home. */
export const operatorRoleName = (cell: Placement): string => nameIn(cell, 'iamRole', 'operator');
export const operatorRoleArn = (home: Placement, cell: Placement): string =>
  roleArn(home, operatorRoleName(cell));

/** Role of a cell that logs in to databases past their proxies, and to the cache as who revokes tokens. */
export const tenantDataRoleName = (cell: Placement): string => nameIn(cell, 'iamRole', 'tenant-data');
export const tenantDataRoleArn = (cell: Placement): string => roleArn(cell, tenantDataRoleName(cell));

/** Role of a cell by which a person starts the project, and sees what becomes of it. */
export const operationsStarterRoleName = (cell: Placement): string =>
  nameIn(cell, 'iamRole', 'start', OPERATIONS);
export const operationsStarterRoleArn = (cell: Placement): string =>
  roleArn(cell, operationsStarterRoleName(cell));
