import type { Statement } from '../../constructs/access/statement';
import type { Placement } from '../../constructs/core/placement';
import { groupStatements } from './ec2';
import { roleStatements } from './iam';
import { keyStatements } from './parts';
import { becomesOwn, contractStatements, inRegion, isOwn, prefixOf, regionalArn } from './scope';

/**
 * What deploying what a cell's databases share takes. Not `backup:DeleteRecoveryPoint`, not deleting a vault or taking
 * away its lock: no deployment ever removes a backup.
 *
 * @param copyRegion second region of the backups
 */
export function dataPermissions(placement: Placement, copyRegion?: string): readonly Statement[] {
  const prefix = prefixOf(placement);
  const copyRegions = copyRegion === undefined ? [] : [copyRegion];
  const named = (type: string): string => regionalArn(placement, 'rds', `${type}:${prefix}-*`);
  return [
    {
      sid: 'ParametersAndSubnets',
      actions: [
        'rds:AddTagsToResource',
        'rds:CreateDBClusterParameterGroup',
        'rds:CreateDBParameterGroup',
        'rds:CreateDBSubnetGroup',
        'rds:DeleteDBClusterParameterGroup',
        'rds:DeleteDBParameterGroup',
        'rds:DeleteDBSubnetGroup',
        'rds:DescribeDBClusterParameterGroups',
        'rds:DescribeDBClusterParameters',
        'rds:DescribeDBParameterGroups',
        'rds:DescribeDBParameters',
        'rds:DescribeDBSubnetGroups',
        'rds:ListTagsForResource',
        'rds:ModifyDBClusterParameterGroup',
        'rds:ModifyDBParameterGroup',
        'rds:ModifyDBSubnetGroup',
        'rds:RemoveTagsFromResource',
        'rds:ResetDBClusterParameterGroup',
        'rds:ResetDBParameterGroup',
      ],
      resources: ['cluster-pg', 'pg', 'subgrp'].map(named),
    },
    ...backupStatements(placement, copyRegions),
    ...groupStatements(placement),
    ...keyStatements(placement, {
      aliases: [`${prefix}-backups-*`],
      grantTo: ['backup'],
      regions: copyRegions,
    }),
    ...roleStatements(placement, {
      names: ['data-backup', 'data-monitoring', 'data-restore-test'],
      passTo: ['backup.amazonaws.com', 'monitoring.rds.amazonaws.com'],
      awsPolicies: [
        'service-role/AWSBackupServiceRolePolicyForBackup',
        'service-role/AWSBackupServiceRolePolicyForRestores',
        'service-role/AmazonRDSEnhancedMonitoringRole',
      ],
    }),
    ...contractStatements(placement, { publishes: 'data', reads: ['network'] }),
  ];
}

function backupStatements(placement: Placement, copyRegions: readonly string[]): readonly Statement[] {
  const regions = [placement.region, ...copyRegions].map((region) => ({ ...placement, region }));
  const inRegions = {
    test: 'StringEquals',
    variable: 'aws:RequestedRegion',
    values: regions.map(({ region }) => region),
  };
  return [
    {
      sid: 'Vaults',
      actions: [
        'backup:CreateBackupVault',
        'backup:DescribeBackupVault',
        'backup:ListTags',
        'backup:PutBackupVaultLockConfiguration',
        'backup:TagResource',
        'backup:UntagResource',
      ],
      resources: regions.map((there) =>
        regionalArn(there, 'backup', `backup-vault:${prefixOf(placement)}-databases*`),
      ),
    },
    {
      sid: 'StorageOfVaults',
      // A vault's storage has no ARN of its own: "API permissions", AWS Backup Developer Guide.
      actions: ['backup-storage:MountCapsule'],
      resources: ['*'],
      conditions: [inRegions],
    },
    {
      sid: 'CreatePlans',
      actions: ['backup:CreateBackupPlan', 'backup:CreateRestoreTestingPlan', 'backup:TagResource'],
      // Plans have ids of AWS's choice, known only once they exist.
      resources: ['backup-plan', 'restore-testing-plan'].map((type) =>
        regionalArn(placement, 'backup', `${type}:*`),
      ),
      conditions: becomesOwn(placement),
    },
    {
      sid: 'Plans',
      actions: [
        'backup:CreateBackupSelection',
        'backup:CreateRestoreTestingSelection',
        'backup:DeleteBackupPlan',
        'backup:DeleteBackupSelection',
        'backup:DeleteRestoreTestingPlan',
        'backup:DeleteRestoreTestingSelection',
        'backup:GetBackupPlan',
        'backup:GetBackupSelection',
        'backup:GetRestoreTestingPlan',
        'backup:GetRestoreTestingSelection',
        'backup:ListTags',
        'backup:UpdateBackupPlan',
        'backup:UpdateRestoreTestingPlan',
        'backup:UpdateRestoreTestingSelection',
      ],
      resources: ['backup-plan', 'restore-testing-plan'].map((type) =>
        regionalArn(placement, 'backup', `${type}:*`),
      ),
      conditions: isOwn(placement),
    },
    {
      sid: 'ListPlans',
      // Names and ids only. The service knows no resource for these.
      actions: ['backup:ListBackupVaults'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
  ];
}
