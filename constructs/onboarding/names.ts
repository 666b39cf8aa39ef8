import { nameIn } from '../core/naming';
import { type Placement, prefixOf, roleArn } from '../core/placement';

/**
 * Names by which what onboards tenants, in the home account and in cells, know one another. Neither reads the other's contracts,
 * so both sides go by names that no deployment decides. `home` is the platform's placement, without a cell; `cell` is a cell's.
 */

/** What it is called: the stack of the home account, projects, and roles. No service may have this name. */
export const ONBOARDING = 'onboarding';

/** Bus on which tenants are asked for, and which says what became of them: `bulkhead-prod-tenants`. */
export const tenantBusName = (home: Placement): string => nameIn(home, 'eventBus', 'tenants');
export const tenantBusArn = (home: Placement): string =>
  `arn:aws:events:${home.region}:${home.account}:event-bus/${tenantBusName(home)}`;

/** State machine that onboards a tenant, and the one that starts it once a request. */
export const MACHINES = { onboard: ONBOARDING, start: `start-${ONBOARDING}` } as const;
export type Machine = keyof typeof MACHINES;

export const machineName = (home: Placement, machine: Machine): string =>
  nameIn(home, 'stateMachine', MACHINES[machine]);
export const machineArn = (home: Placement, machine: Machine): string =>
  `arn:aws:states:${home.region}:${home.account}:stateMachine:${machineName(home, machine)}`;

/** Log group of a machine: "Monitoring Step Functions workflows: Logging", AWS Step Functions Developer Guide, advises this beginning. */
export const machineLogGroup = (home: Placement, machine: Machine): string =>
  `/aws/vendedlogs/states/${machineName(home, machine)}`;

/** CodeBuild project that runs the command, at home or in a cell, and the role that it runs as. */
export const onboardingProjectName = (place: Placement): string =>
  nameIn(place, 'codeBuildProject', ONBOARDING);
export const onboardingProjectArn = (place: Placement): string =>
  `arn:aws:codebuild:${place.region}:${place.account}:project/${onboardingProjectName(place)}`;
export const onboardingRoleName = (place: Placement): string => nameIn(place, 'iamRole', ONBOARDING);
export const onboardingRoleArn = (place: Placement): string => roleArn(place, onboardingRoleName(place));

/**
 * Role of the home account that the command acts as in a cell's project: the registry and the repository are at home, and so are
 * those who may take deployers' roles.
 */
export const onboarderRoleName = (cell: Placement): string => nameIn(cell, 'iamRole', 'onboarder');
export const onboarderRoleArn = (home: Placement, cell: Placement): string =>
  roleArn(home, onboarderRoleName(cell));

/** Role of a cell that the home account's project takes to start the cell's, and to see what becomes of it. */
export const starterParts: readonly string[] = ['pipeline', ONBOARDING];
export const starterRoleArn = (cell: Placement): string =>
  roleArn(cell, nameIn(cell, 'iamRole', ...starterParts));

/** Names of alarms begin so. */
export const alarmPrefix = (home: Placement): string => `${prefixOf(home)}-${ONBOARDING}-`;
