import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import type { Platform } from '../config/platform';
import { DeployerRole } from '../constructs/access/deployer-role';
import { PermissionsBoundary } from '../constructs/access/permissions-boundary';
import { StateRole } from '../constructs/access/state-role';
import { setPlacement, type Placement } from '../constructs/core/placement';
import { ownershipTags, SHARED } from '../constructs/core/tags';
import { StateBucket } from '../constructs/state/state-bucket';
import { CELL_GROUPS, PLATFORM_GROUPS, type Permissions } from './deployer-permissions';
import {
  administratorRoleArn,
  deployerRoleName,
  stateBucketName,
  stateKeyAlias,
  stateObject,
  stateRoleName,
} from './deployment-access';
import { boundaryStatements } from './permissions/boundary';
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
      this.addDeployers(cell, placement, CELL_GROUPS);
    }
  }

  /** Two roles for each group of stacks: one in its own account to deploy it, one at home for its state. */
  private addDeployers(
    scope: Construct,
    placement: Placement,
    groups: Readonly<Record<string, Permissions>>,
  ): void {
    const { platform } = this.props;
    const tags = { cell: placement.cell ?? SHARED };
    for (const [kind, permissions] of Object.entries(groups)) {
      new DeployerRole(scope, `Deploy-${kind}`, {
        name: deployerRoleName(placement, kind),
        description: `Deploys ${placement.cell ?? 'the platform'}: ${kind}`,
        trustedRoleArns: platform.deployers,
        statements: permissions(placement, platform),
        tags,
        ...this.providerOf(placement.account),
      });
      new StateRole(scope, `State-${kind}`, {
        name: stateRoleName(placement, kind),
        trustedRoleArns: platform.deployers,
        bucketArn: this.state.arn,
        keyArn: this.state.keyArn,
        region: platform.region,
        stateObject: stateObject(placement, kind),
        tags,
      });
    }
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
