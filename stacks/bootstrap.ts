import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import type { Platform } from '../config/platform';
import { DeployerRole, type DeployerRoleProps } from '../constructs/access/deployer-role';
import { PermissionsBoundary } from '../constructs/access/permissions-boundary';
import { ProjectRole, type ProjectRoleProps } from '../constructs/access/project-role';
import { readOnly } from '../constructs/access/read-only';
import { StateRole } from '../constructs/access/state-role';
import { setPlacement, type Placement } from '../constructs/core/placement';
import { ownershipTags, SHARED } from '../constructs/core/tags';
import {
  driftProjectName,
  driftRoleName,
  homeProjectName,
  homeProjectRoleName,
  INFRASTRUCTURE,
  infrastructureProjectName,
  infrastructureRoleName,
  projectArn,
} from '../constructs/delivery/names';
import {
  onboarderRoleArn,
  onboarderRoleName,
  ONBOARDING,
  onboardingProjectName,
  onboardingRoleArn,
  onboardingRoleName,
} from '../constructs/onboarding/names';
import {
  OPERATIONS,
  operationsProjectName,
  operationsRoleArn,
  operationsRoleName,
  operationsStarterRoleName,
  operatorRoleArn,
  operatorRoleName,
  tenantDataRoleName,
} from '../constructs/operations/names';
import { StateBucket } from '../constructs/state/state-bucket';
import { CELL_GROUPS, PLATFORM_GROUPS, type Permissions } from './deployer-permissions';
import {
  administratorRoleArn,
  deployerRoleName,
  plannerRoleName,
  stateBucketName,
  stateKeyAlias,
  stateObject,
  stateReaderRoleName,
  stateRoleName,
} from './deployment-access';
import { placementOfCell } from './names';
import {
  cellsOf,
  deployingProjects,
  HOME_STEPS,
  lookingProjects,
  readingProjects,
} from './infrastructure-access';
import { boundaryStatements } from './permissions/boundary';
import { homeBoundaryStatements } from './permissions/home-boundary';
import {
  cellDriftPermissions,
  cellInfrastructurePermissions,
  homeInfrastructurePermissions,
} from './permissions/infrastructure';
import {
  cellOnboardingPermissions,
  homeOnboardingPermissions,
  onboarderPermissions,
} from './permissions/onboarding-projects';
import {
  operationsPermissions,
  operationsStarterPermissions,
  operatorPermissions,
  tenantDataPermissions,
} from './permissions/operations';
import { PlatformStack } from './platform-stack';
import { registryTableArn } from './registry-access';

/**
 * What must exist before anything can be deployed: where state is kept, and the roles that deploy.
 *
 * An administrator applies it with his own credentials in the home account; `docs/runbooks/bootstrap.md` tells how the
 * first time differs. It is also the only stack that changes what deployers may do.
 */
export class BootstrapStack extends PlatformStack {
  private readonly state: StateBucket;
  private readonly providers = new Map<string, AwsProvider>();
  private readonly projects = new Map<string, IamRole>();

  public constructor(
    scope: Construct,
    private readonly props: { readonly platform: Platform },
  ) {
    super(scope, { platform: props.platform, kind: 'bootstrap', byAdministrator: true });
    const { platform } = props;
    const home = this.placement;

    this.state = new StateBucket(this, 'State', {
      name: stateBucketName(home),
      keyAlias: stateKeyAlias(home),
      oldVersionRetentionDays: platform.state.oldVersionRetentionDays,
    });

    new PermissionsBoundary(this, 'Boundary', {
      statements: homeBoundaryStatements(
        home,
        platform.cells.map((cell) => placementOfCell(platform, cell)),
      ),
      tags: { cell: SHARED },
    });
    this.addHomeProjects(home);
    this.addDeployers(this, home, PLATFORM_GROUPS);
    for (const config of platform.cells) {
      const { id, account, region, data } = config;
      const placement = { ...home, cell: id, account, region };
      const cell = new Construct(this, id);
      setPlacement(cell, placement);
      new PermissionsBoundary(cell, 'Boundary', {
        statements: boundaryStatements(
          placement,
          data.recovery.copyRegion,
          registryTableArn(platform, config),
        ),
        tags: { cell: id },
        ...this.providerOf(account),
      });
      this.addCellProjects(cell, placement);
      this.addDeployers(cell, placement, CELL_GROUPS);
    }
  }

  /** Roles of the home account's part of the infrastructure's own pipeline. */
  private addHomeProjects(home: Placement): void {
    for (const step of HOME_STEPS) {
      this.addProject(this, home, homeProjectName(home, step, INFRASTRUCTURE), {
        id: `Project-${step}`,
        name: homeProjectRoleName(home, step, INFRASTRUCTURE),
        description: `Infrastructure pipeline: ${step}`,
        statements: homeInfrastructurePermissions(step, this.around(home)),
      });
    }
    this.addProject(this, home, onboardingProjectName(home), {
      id: `Project-${ONBOARDING}`,
      name: onboardingRoleName(home),
      description: 'Onboarding: places tenants',
      statements: homeOnboardingPermissions(this.repository(home), cellsOf(this.props.platform)),
    });
  }

  /** Roles of a cell's part of it. */
  private addCellProjects(scope: Construct, cell: Placement): void {
    this.addProject(scope, cell, infrastructureProjectName(cell), {
      id: 'Project-deploy',
      name: infrastructureRoleName(cell),
      description: `Infrastructure pipeline: deploys ${cell.cell ?? ''}`,
      statements: cellInfrastructurePermissions(cell, this.around(this.placement)),
    });
    this.addProject(scope, cell, driftProjectName(cell), {
      id: 'Project-drift',
      name: driftRoleName(cell),
      description: `Looks for drift in ${cell.cell ?? ''}`,
      statements: cellDriftPermissions(cell, this.around(this.placement)),
    });
    this.addProject(scope, cell, onboardingProjectName(cell), {
      id: `Project-${ONBOARDING}`,
      name: onboardingRoleName(cell),
      description: `Onboarding: provisions tenants of ${cell.cell ?? ''}`,
      statements: cellOnboardingPermissions(cell, this.placement),
    });
    this.addOnboarder(scope, cell);
    this.addOperator(scope, cell);
  }

  /** What the command acts as in a cell's project: a role of the home account, where the registry and the repository are. */
  private addOnboarder(scope: Construct, cell: Placement): void {
    const project = this.projects.get(onboardingRoleArn(cell));
    const onboarder = new DeployerRole(scope, 'Onboarder', {
      name: onboarderRoleName(cell),
      description: `Onboards tenants of ${cell.cell ?? ''}`,
      trustedRoleArns: [onboardingRoleArn(cell)],
      statements: onboarderPermissions(cell, this.repository(this.placement)),
      tags: { cell: cell.cell ?? SHARED },
      ...(project && { dependsOn: [project] }),
    });
    this.projects.set(onboarderRoleArn(this.placement, cell), onboarder.role);
  }

  /** What operates on tenants: who starts its project, what that runs as, and what it acts as here and there. */
  private addOperator(scope: Construct, cell: Placement): void {
    const where = cell.cell ?? '';
    const { deployers } = this.props.platform;
    const tags = { cell: cell.cell ?? SHARED };
    const there = { tags, ...this.providerOf(cell.account) };
    this.addProject(scope, cell, operationsProjectName(cell), {
      id: `Project-${OPERATIONS}`,
      name: operationsRoleName(cell),
      description: `Operates on tenants of ${where}`,
      statements: operationsPermissions(cell, this.placement),
    });
    const project = this.projects.get(operationsRoleArn(cell));
    const operator = new DeployerRole(scope, 'Operator', {
      name: operatorRoleName(cell),
      description: `Operates on tenants of ${where}`,
      trustedRoleArns: [operationsRoleArn(cell)],
      statements: operatorPermissions(cell, this.repository(this.placement)),
      tags,
      ...(project && { dependsOn: [project] }),
    });
    this.projects.set(operatorRoleArn(this.placement, cell), operator.role);
    new DeployerRole(scope, 'TenantData', {
      ...there,
      name: tenantDataRoleName(cell),
      description: `Logs in to databases and the cache of ${where}`,
      ...this.trust([operatorRoleArn(this.placement, cell)]),
      statements: tenantDataPermissions(cell),
    });
    new DeployerRole(scope, 'StartOperations', {
      ...there,
      name: operationsStarterRoleName(cell),
      description: `Starts operations on tenants of ${where}`,
      trustedRoleArns: deployers,
      statements: operationsStarterPermissions(cell),
    });
  }

  private repository(home: Placement): Parameters<typeof onboarderPermissions>[1] {
    const { connection: connectionArn, repository } = this.props.platform.delivery;
    return { home, connectionArn, repository };
  }

  private around(home: Placement): Parameters<typeof homeInfrastructurePermissions>[1] {
    return {
      home,
      cells: cellsOf(this.props.platform),
      homeGroups: Object.keys(PLATFORM_GROUPS),
      cellGroups: Object.keys(CELL_GROUPS),
    };
  }

  private addProject(
    scope: Construct,
    placement: Placement,
    project: string,
    { id, ...role }: Pick<ProjectRoleProps, 'name' | 'description' | 'statements'> & { readonly id: string },
  ): void {
    const made = new ProjectRole(scope, id, {
      ...role,
      projectArn: projectArn(placement, project),
      account: placement.account,
      tags: { cell: placement.cell ?? SHARED },
      ...this.providerOf(placement.account),
    });
    this.projects.set(made.arn, made.role);
  }

  /**
   * Four roles for each group of stacks: one in its own account to deploy it and one at home for its state, and beside each
   * one that only looks.
   */
  private addDeployers(
    scope: Construct,
    placement: Placement,
    groups: Readonly<Record<string, Permissions>>,
  ): void {
    const { platform } = this.props;
    const tags = { cell: placement.cell ?? SHARED };
    const where = placement.cell ?? 'the platform';
    const common = { tags, ...this.providerOf(placement.account) };
    for (const [kind, permissions] of Object.entries(groups)) {
      const statements = permissions(placement, platform);
      const deployers = this.trust(deployingProjects(this.placement, placement, kind));
      const looking = lookingProjects(this.placement, placement);
      const planners = this.trust(looking);
      const readers = this.trust([...looking, ...readingProjects(this.placement, placement, kind)]);
      new DeployerRole(scope, `Deploy-${kind}`, {
        ...{ name: deployerRoleName(placement, kind), statements, ...deployers, ...common },
        description: `Deploys ${where}: ${kind}`,
      });
      new DeployerRole(scope, `Plan-${kind}`, {
        ...{ name: plannerRoleName(placement, kind), ...readers, ...common },
        description: `Plans ${where}: ${kind}`,
        statements: readOnly(statements),
      });
      const state = {
        bucketArn: this.state.arn,
        keyArn: this.state.keyArn,
        region: platform.region,
        stateObject: stateObject(placement, kind),
        tags,
      };
      new StateRole(scope, `State-${kind}`, { ...state, ...deployers, name: stateRoleName(placement, kind) });
      new StateRole(scope, `Read-${kind}`, {
        ...{ ...state, ...planners, readOnly: true },
        name: stateReaderRoleName(placement, kind),
      });
    }
  }

  /** The deployers of the config, who may do everything here anyway, and projects. */
  private trust(
    projects: readonly string[],
  ): Pick<DeployerRoleProps, 'trustedRoleArns' | 'dependsOn'> & object {
    return {
      trustedRoleArns: [...this.props.platform.deployers, ...projects],
      dependsOn: projects.flatMap((arn) => this.projects.get(arn) ?? []),
    };
  }

  /** The provider of an account, as a prop: one for each account besides the home account, which has the stack's own. */
  private providerOf(account: string): { readonly provider?: AwsProvider } {
    const { platform } = this.props;
    if (account === platform.account) return {};
    const existing = this.providers.get(account);
    if (existing) return { provider: existing };
    const provider = new AwsProvider(this, `aws-${account}`, {
      alias: `account-${account}`,
      // IAM has no region; a provider must have one all the same.
      region: platform.region,
      allowedAccountIds: [account],
      assumeRole: [{ roleArn: administratorRoleArn(account) }],
      defaultTags: [
        {
          tags: ownershipTags(this, {
            platform: platform.name,
            environment: platform.environment,
            costCentre: platform.costCentre,
          }),
        },
      ],
    });
    this.providers.set(account, provider);
    return { provider };
  }
}
