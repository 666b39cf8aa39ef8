import { dataPermissions } from '../../../stacks/permissions/data';
import { dataShardPermissions } from '../../../stacks/permissions/data-shard';
import { allows } from '../../support/iam';
import { USE1A } from '../fixture';

const own = {
  'aws:ResourceTag/platform': 'bulkhead',
  'aws:ResourceTag/environment': 'prod',
  'aws:ResourceTag/cell': 'use1a',
  'aws:ResourceTag/tier': 'shared',
  'aws:ResourceTag/tenant': 'shared',
  'aws:RequestedRegion': 'us-east-1',
};
const rds = (resource: string): string => `arn:aws:rds:us-east-1:222222222222:${resource}`;
const SHARD = rds('cluster:bulkhead-prod-use1a-shard-1');
const SECRET = 'arn:aws:secretsmanager:us-east-1:222222222222:secret:rds!cluster-1';

describe('the deployer of shards', () => {
  const may = (action: string, resource: string): boolean =>
    allows(dataShardPermissions(USE1A), { action, resource, context: own });

  it('changes clusters of its own cell and of no other', () => {
    expect(may('rds:ModifyDBCluster', SHARD)).toBe(true);
    expect(may('rds:ModifyDBCluster', rds('cluster:bulkhead-prod-use1b-shard-1'))).toBe(false);
    expect(may('rds:ModifyDBCluster', rds('cluster:bulkhead-prod-use1a-tenant-acme'))).toBe(false);
  });

  it.each(['rds:DeleteDBCluster', 'rds:RestoreDBClusterToPointInTime', 'rds:DeleteDBClusterSnapshot'])(
    'cannot lose data: %s',
    (action) => {
      expect(may(action, SHARD)).toBe(false);
    },
  );

  it('sees nothing of what is in a database', () => {
    expect(may('secretsmanager:CreateSecret', SECRET)).toBe(true);
    expect(may('secretsmanager:GetSecretValue', SECRET)).toBe(false);
    expect(may('rds-db:connect', 'arn:aws:rds-db:us-east-1:222222222222:dbuser:prx-1/bulkhead_starter')).toBe(
      false,
    );
  });

  it('hands on the monitoring role but cannot change it', () => {
    const role = 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-data-monitoring';
    const context = {
      'iam:PassedToService': 'monitoring.rds.amazonaws.com',
      'iam:PermissionsBoundary': 'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
    };
    const does = (action: string): boolean =>
      allows(dataShardPermissions(USE1A), { action, resource: role, context });
    expect([does('iam:PassRole'), does('iam:PutRolePolicy')]).toEqual([true, false]);
  });
});

describe('the deployer of shared data settings', () => {
  const may = (action: string, resource: string, region = 'us-east-1'): boolean =>
    allows(dataPermissions(USE1A, 'us-west-2'), {
      action,
      resource,
      context: { ...own, 'aws:RequestedRegion': region },
    });
  const vault = (region: string): string =>
    `arn:aws:backup:${region}:222222222222:backup-vault:bulkhead-prod-use1a-databases`;

  it('makes vaults in the region of the cell and of the copies, and nowhere else', () => {
    expect(may('backup:CreateBackupVault', vault('us-east-1'))).toBe(true);
    expect(may('backup:CreateBackupVault', vault('us-west-2'), 'us-west-2')).toBe(true);
    expect(may('backup:CreateBackupVault', vault('eu-west-1'), 'eu-west-1')).toBe(false);
  });

  it.each([
    'backup:DeleteBackupVault',
    'backup:DeleteBackupVaultLockConfiguration',
    'backup:DeleteRecoveryPoint',
    'backup:UpdateRecoveryPointLifecycle',
  ])('cannot remove a backup: %s', (action) => {
    expect(may(action, vault('us-east-1'))).toBe(false);
  });

  it('has no hand on clusters', () => {
    expect(may('rds:ModifyDBCluster', SHARD)).toBe(false);
  });
});
