import { BackupPlan } from '@cdktf/provider-aws/lib/backup-plan';
import { BackupRestoreTestingPlan } from '@cdktf/provider-aws/lib/backup-restore-testing-plan';
import { BackupRestoreTestingSelection } from '@cdktf/provider-aws/lib/backup-restore-testing-selection';
import { BackupSelection } from '@cdktf/provider-aws/lib/backup-selection';
import { BackupVault } from '@cdktf/provider-aws/lib/backup-vault';
import { BackupVaultLockConfiguration } from '@cdktf/provider-aws/lib/backup-vault-lock-configuration';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { EncryptionKey } from '../core/encryption-key';
import type { INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf, prefixOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import { type SnapshotHours, snapshotSchedule } from './backup-schedule';

export interface DatabaseBackupsProps {
  readonly network: Pick<INetwork, 'vpcId' | 'zones'>;
  /** Subnet group that databases are restored into, to see that they can be. */
  readonly subnetGroup: string;
  /** Hours between snapshots: what the loss of a region, or of a cluster with its continuous backup, may cost. */
  readonly snapshotHours: SnapshotHours;
  /** How long snapshots and their copies are kept, in days, 1 to 35. Nobody can delete one before. */
  readonly retentionDays: number;
  /** Second region, which gets a copy of every snapshot. @default - no copies: a lost region is lost data */
  readonly copyRegion?: string;
}

type Settings = Pick<DatabaseBackupsProps, 'retentionDays' | 'copyRegion'> & { readonly region: string };

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ retentionDays }) => !Number.isInteger(retentionDays) || outside(retentionDays, 1, 35),
    message: ({ retentionDays }) =>
      `retentionDays must be a whole number between 1 and 35, got ${retentionDays}`,
  },
  {
    fails: ({ copyRegion, region }) => copyRegion === region,
    message: ({ region }) => `copyRegion must not be ${region}, which holds the snapshots themselves`,
  },
];

/** Minutes within which a snapshot must begin, and be done, or it counts as failed. */
const START_MINUTES = 60;
const COMPLETION_MINUTES = 480;

/** Monthly, on the first Sunday's morning; the point to restore is drawn from the last days. */
const RESTORE_TEST_SCHEDULE = 'cron(0 8 ? * 1#1 *)';
const RESTORE_TEST_START_HOURS = 8;
const RESTORE_TEST_WINDOW_DAYS = 7;
/** A restored cluster stays this long for who wants to look inside; AWS Backup then deletes it. */
const RESTORE_TEST_VALIDATION_HOURS = 4;

/**
 * Snapshots of every database of a cell in a locked vault, their copies in a second region, and a monthly proof that they
 * can be restored.
 *
 * The first line of defence is not here: each cluster's own continuous backup, which restores to any second of the last
 * days and lags five minutes at most. Snapshots are for what takes that along: a deleted cluster, a lost region, a stolen
 * administrator. AWS Backup could run the continuous backup too, but it would then change each cluster's retention and
 * window behind Terraform's back.
 *
 * The account must have opted in to AWS Backup for Aurora in both regions, once and by hand (`docs/guides/data.md`): the
 * setting belongs to the account, covers every service at once, and is not one cell's to take.
 *
 * Databases are chosen by the cell's prefix in their names: a new one is backed up without anybody's thinking of it.
 */
export class DatabaseBackups extends Construct {
  public constructor(scope: Construct, id: string, props: DatabaseBackupsProps) {
    super(scope, id);
    const placement = placementOf(this);
    const { account, region } = placement;
    const { retentionDays, copyRegion } = props;
    validateProps<Settings>(
      this,
      'DatabaseBackups props',
      { retentionDays, region, ...(copyRegion !== undefined && { copyRegion }) },
      RULES,
    );

    const vault = this.vault('Vault', ['databases'], retentionDays);
    const copies =
      copyRegion === undefined
        ? undefined
        : this.vault('CopyVault', ['databases', copyRegion], retentionDays, copyRegion);
    const plan = new BackupPlan(this, 'Plan', {
      name: physicalName(this, 'backup', 'databases-plan'),
      rule: [
        {
          ruleName: 'snapshots',
          targetVaultName: vault.name,
          schedule: snapshotSchedule(props.snapshotHours),
          scheduleExpressionTimezone: 'Etc/UTC',
          startWindow: START_MINUTES,
          completionWindow: COMPLETION_MINUTES,
          lifecycle: { deleteAfter: retentionDays },
          ...(copies && {
            copyAction: [{ destinationVaultArn: copies.arn, lifecycle: { deleteAfter: retentionDays } }],
          }),
        },
      ],
    });
    new BackupSelection(this, 'Selection', {
      name: physicalName(this, 'backup', 'databases-all'),
      planId: plan.id,
      iamRoleArn: this.role('Role', 'data-backup', 'AWSBackupServiceRolePolicyForBackup').arn,
      // A wildcard, so that every database of the cell is in, those of tomorrow too.
      resources: [`arn:aws:rds:${region}:${account}:cluster:${prefixOf(placement)}-*`],
    });
    this.restoreTest(props, vault);
  }

  /**
   * A vault with a key of its own. Its lock is in governance mode: nobody but an administrator with the right to take the
   * lock away can delete a snapshot before its time. Compliance mode, which even AWS cannot undo, is for who must have it.
   */
  private vault(id: string, name: readonly string[], retentionDays: number, region?: string): BackupVault {
    const place = region === undefined ? {} : { region };
    const scope = new Construct(this, id);
    const key = new EncryptionKey(scope, 'Key', {
      name: ['backups', ...name],
      description: `Snapshots of ${name.join(' in ')}`,
      ...place,
    });
    const vault = new BackupVault(scope, 'Vault', {
      ...place,
      name: physicalName(this, 'backup', ...name),
      kmsKeyArn: key.arn,
      forceDestroy: false,
      lifecycle: { preventDestroy: true },
    });
    new BackupVaultLockConfiguration(scope, 'Lock', {
      ...place,
      backupVaultName: vault.name,
      minRetentionDays: retentionDays,
    });
    return vault;
  }

  /** Restores one snapshot of each database, to see that it can be done; a report and an event say whether it could. */
  private restoreTest({ network, subnetGroup }: DatabaseBackupsProps, vault: BackupVault): void {
    const { cell } = placementOf(this);
    const group = physicalName(this, 'securityGroup', 'restore-test');
    const closed = new SecurityGroup(this, 'RestoreTestGroup', {
      name: group,
      vpcId: network.vpcId,
      description: 'Databases restored for a test: nobody may reach them',
      tags: { Name: group },
    });
    const plan = new BackupRestoreTestingPlan(this, 'RestoreTest', {
      name: underscored(physicalName(this, 'backup', 'restore-test')),
      scheduleExpression: RESTORE_TEST_SCHEDULE,
      scheduleExpressionTimezone: 'Etc/UTC',
      startWindowHours: RESTORE_TEST_START_HOURS,
      recoveryPointSelection: [
        {
          algorithm: 'RANDOM_WITHIN_WINDOW',
          includeVaults: [vault.arn],
          recoveryPointTypes: ['SNAPSHOT'],
          selectionWindowDays: RESTORE_TEST_WINDOW_DAYS,
        },
      ],
    });
    new BackupRestoreTestingSelection(this, 'RestoreTestSelection', {
      name: underscored(physicalName(this, 'backup', 'restore-test-all')),
      restoreTestingPlanName: plan.name,
      iamRoleArn: this.role('RestoreRole', 'data-restore-test', 'AWSBackupServiceRolePolicyForRestores').arn,
      protectedResourceType: 'Aurora',
      // Every database of the cell, by the tag that the stacks' providers set.
      protectedResourceArns: ['*'],
      protectedResourceConditions: [{ stringEquals: [{ key: 'aws:ResourceTag/cell', value: cell ?? '' }] }],
      validationWindowHours: RESTORE_TEST_VALIDATION_HOURS,
      // Without these AWS Backup restores into the default VPC, which accounts of a platform do not have: "Restore testing
      // inferred metadata", AWS Backup Developer Guide.
      restoreMetadataOverrides: {
        availabilityZones: Fn.jsonencode(network.zones),
        dbSubnetGroupName: subnetGroup,
        vpcSecurityGroupIds: Fn.jsonencode([closed.id]),
      },
    });
  }

  /** A role of AWS Backup in this account. */
  private role(id: string, name: string, policy: string): IamRole {
    const trust = new DataAwsIamPolicyDocument(this, `${id}Trust`, {
      statement: [
        {
          sid: 'BackupOfThisAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['backup.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [placementOf(this).account] },
          ],
        },
      ],
    });
    const role = new IamRole(this, id, {
      name: physicalName(this, 'iamRole', name),
      description: 'AWS Backup, for the databases',
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    // AWS's own policy: it follows what AWS Backup needs, which is not documented otherwise. It names every service that
    // Backup knows; the permissions boundary leaves of it what databases need.
    new IamRolePolicyAttachment(this, `${id}Permissions`, {
      role: role.name,
      policyArn: `arn:aws:iam::aws:policy/service-role/${policy}`,
    });
    return role;
  }
}

/** Names of restore tests take no hyphens. */
const underscored = (name: string): string => name.replaceAll('-', '_');
