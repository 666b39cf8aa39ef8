import { SNAPSHOT_HOURS, snapshotSchedule } from '../../constructs/data/backup-schedule';
import { DatabaseBackups, type DatabaseBackupsProps } from '../../constructs/data/database-backups';
import { synth, type SynthesizedStack } from '../support/synth';

function synthBackups(props: Partial<DatabaseBackupsProps> = {}): SynthesizedStack {
  return synth((stack) => {
    new DatabaseBackups(stack, 'Backups', {
      network: { vpcId: 'vpc-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
      subnetGroup: 'databases',
      snapshotHours: 24,
      retentionDays: 35,
      ...props,
    });
  });
}

describe('backups of a cell', () => {
  it('cover every database of the cell, those of tomorrow too, and none of another cell', () => {
    expect(synthBackups().only('aws_backup_selection')['resources']).toEqual([
      'arn:aws:rds:us-east-1:222222222222:cluster:bulkhead-prod-use1a-*',
    ]);
  });

  it('lie in a vault that nobody may empty, encrypted with its own key', () => {
    const stack = synthBackups();
    const vault = stack.only('aws_backup_vault');
    expect(vault).toMatchObject({
      kms_key_arn: `\${${stack.only('aws_kms_key').address}.arn}`,
      force_destroy: false,
      lifecycle: { prevent_destroy: true },
    });
    expect(stack.only('aws_backup_vault_lock_configuration')).toMatchObject({ min_retention_days: 35 });
    expect(stack.only('aws_backup_vault_lock_configuration')).not.toHaveProperty('changeable_for_days');
  });

  it('are copied to a second region, under a key of that region, only where there is one', () => {
    expect(synthBackups().resources('aws_backup_vault')).toHaveLength(1);
    const [alone] = synthBackups().only('aws_backup_plan')['rule'] as Record<string, unknown>[];
    expect(alone).not.toHaveProperty('copy_action');

    const stack = synthBackups({ copyRegion: 'us-west-2' });
    const copies = stack.only('aws_backup_vault', 'CopyVault');
    expect(copies['region']).toBe('us-west-2');
    expect(stack.only('aws_kms_key', 'CopyVault')['region']).toBe('us-west-2');
    expect(stack.only('aws_backup_vault_lock_configuration', 'CopyVault')['region']).toBe('us-west-2');
    const [rule] = stack.only('aws_backup_plan')['rule'] as Record<string, unknown>[];
    expect(rule?.['copy_action']).toEqual([
      { destination_vault_arn: `\${${copies.address}.arn}`, lifecycle: { delete_after: 35 } },
    ]);
  });

  it('are proven by a restore of every database into closed, isolated subnets', () => {
    const stack = synthBackups();
    const closed = stack.only('aws_security_group').address;
    expect(stack.only('aws_backup_restore_testing_selection')).toMatchObject({
      protected_resource_type: 'Aurora',
      protected_resource_conditions: [{ string_equals: [{ key: 'aws:ResourceTag/cell', value: 'use1a' }] }],
      restore_metadata_overrides: {
        dbSubnetGroupName: 'databases',
        vpcSecurityGroupIds: `\${jsonencode([${closed}.id])}`,
      },
    });
    expect(stack.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
    expect(stack.only('aws_backup_restore_testing_plan')['name']).toMatch(/^\w{1,50}$/);
  });

  it.each([0, 36, 1.5])('are not kept for %d days', (retentionDays) => {
    expect(() => synthBackups({ retentionDays })).toThrow(`between 1 and 35, got ${retentionDays}`);
  });

  it('are not copied to where they are', () => {
    expect(() => synthBackups({ copyRegion: 'us-east-1' })).toThrow('copyRegion must not be us-east-1');
  });
});

test('every schedule of snapshots is the same each day', () => {
  expect(SNAPSHOT_HOURS.every((hours) => 24 % hours === 0)).toBe(true);
  expect([snapshotSchedule(1), snapshotSchedule(12), snapshotSchedule(24)]).toEqual([
    'cron(30 0/1 * * ? *)',
    'cron(30 0/12 * * ? *)',
    'cron(30 5 * * ? *)',
  ]);
});
