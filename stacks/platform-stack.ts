import { relative, resolve } from 'node:path';
import { AwsProvider, type AwsProviderConfig } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, S3Backend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { setPlacement, type Placement } from '../constructs/core/placement';
import { ownershipTags } from '../constructs/core/tags';
import { foreignReferences, type TerraformJson } from './foreign-references';
import {
  administratorRoleArn,
  deployerRoleArn,
  stateBucketName,
  stateKeyAlias,
  stateRoleName,
} from './deployment-access';

export interface PlatformStackProps {
  readonly platform: Platform;

  /** Kind of stack: `network`, `tenant-acme`. With the cell's id before it, the stack's name. */
  readonly kind: string;

  /** @default - the stack belongs to the whole platform and lives in its home account and region */
  readonly cell?: Cell;

  /** Tier and tenant that pay for the stack's resources. @default - shared */
  readonly tier?: string;
  readonly tenant?: string;
  /** @default - the platform's cost centre */
  readonly costCentre?: string;

  /**
   * Whether an administrator deploys the stack: with credentials of his own instead of the deployer role, and in accounts
   * other than the home account with their administrators' role.
   *
   * @default false
   */
  readonly byAdministrator?: boolean;
}

/** App context: folder in which Terraform will find the output. @default - the folder that the app writes to */
export const OUTDIR = 'bulkhead:outdir';

/** A stack's name: the kind, with the cell's id before it where it belongs to a cell. A public contract. */
export const stackName = (kind: string, cell?: Pick<Cell, 'id'>): string =>
  cell ? `${cell.id}-${kind}` : kind;

/**
 * What every stack has: a state of its own, the AWS provider of its account and region with the tags of its owner, and
 * a placement for names and contracts.
 */
export abstract class PlatformStack extends TerraformStack {
  public readonly aws: AwsProvider;
  public readonly placement: Placement;

  /** The stack's Terraform configuration as it was written last; undefined before. */
  public json?: TerraformJson;

  protected constructor(scope: Construct, props: PlatformStackProps) {
    super(scope, stackName(props.kind, props.cell));
    const { platform, cell } = props;
    const { account, region } = cell ?? platform;
    this.placement = {
      platform: platform.name,
      environment: platform.environment,
      ...(cell && { cell: cell.id }),
      account,
      region,
    };
    setPlacement(this, this.placement);
    this.aws = new AwsProvider(this, 'aws', {
      region,
      // Credentials for another account fail before anything is planned.
      allowedAccountIds: [account],
      ...this.credentials(props),
      defaultTags: [
        {
          tags: ownershipTags(this, {
            platform: platform.name,
            environment: platform.environment,
            ...(cell && { cell: cell.id }),
            ...(props.tier !== undefined && { tier: props.tier }),
            ...(props.tenant !== undefined && { tenant: props.tenant }),
            costCentre: props.costCentre ?? platform.costCentre,
          }),
        },
      ],
    });
    this.addBackend(props);
  }

  /**
   * Does not do what the framework does here: resolve every element once more, in search of references to other stacks,
   * at a quarter of a synth's time. {@link toTerraform} finds them in what it has resolved anyway.
   */
  public override prepareStack(): void {
    this.ensureBackendExists();
  }

  /**
   * @throws Error when something in the stack refers to a resource of another one: that would read the other's whole
   *   state
   */
  public override toTerraform(): unknown {
    this.json = super.toTerraform() as TerraformJson;
    const foreign = foreignReferences(this.json);
    if (foreign.length === 0) return this.json;
    throw new Error(
      `[${this.node.path}] refers to ${foreign.join(', ')}, which ${foreign.length === 1 ? 'is' : 'are'} not in this stack. Stacks share values through contracts only: publish it in the other stack's contract and read it here`,
    );
  }

  /** Role that the provider takes. */
  private credentials({
    platform,
    kind,
    byAdministrator,
  }: PlatformStackProps): Pick<AwsProviderConfig, 'assumeRole'> {
    const { account } = this.placement;
    if (!byAdministrator) return { assumeRole: [{ roleArn: deployerRoleArn(this.placement, kind) }] };
    return account === platform.account ? {} : { assumeRole: [{ roleArn: administratorRoleArn(account) }] };
  }

  private addBackend({ platform, kind, byAdministrator }: PlatformStackProps): void {
    const { name, environment, account, region, state } = platform;
    const key = `${environment}/${this.node.id}.tfstate`;
    if (state.backend === 'local') {
      // Relative to the folder Terraform runs in, so that the output is the same on every machine.
      const outdir = (this.node.tryGetContext(OUTDIR) as string | undefined) ?? App.of(this).outdir;
      const folder = resolve(outdir, 'stacks', this.node.id);
      new LocalBackend(this, { path: relative(folder, resolve('.terraform-state', key)) });
      return;
    }
    const home: Placement = { platform: name, environment, account, region };
    new S3Backend(this, {
      bucket: stateBucketName(home),
      key,
      region,
      encrypt: true,
      kmsKeyId: stateKeyAlias(home),
    });
    // Terraform >= 1.11 locks with a file beside the state; the framework's props do not know these settings yet.
    this.addOverride('terraform.backend.s3.use_lockfile', true);
    this.addOverride('terraform.backend.s3.allowed_account_ids', [account]);
    if (!byAdministrator) {
      this.addOverride('terraform.backend.s3.assume_role', {
        role_arn: `arn:aws:iam::${account}:role/${stateRoleName(this.placement, kind)}`,
      });
    }
  }
}
