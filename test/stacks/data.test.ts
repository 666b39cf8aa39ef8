import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Cell, Platform } from '../../config/platform';
import { SELECTIVE } from '../../constructs/core/contract';
import { DataStack } from '../../stacks/data';
import { DataShardStack } from '../../stacks/data-shard';
import { planStacks } from '../../stacks/plan';
import { shardsOf } from '../../stacks/shards';
import { synthStack, type SynthesizedStack } from '../support/synth';

const prod: Platform = loadPlatform(join(__dirname, '../..'), 'prod');

const cellOf = (platform: Platform): Cell => {
  const [cell] = platform.cells;
  if (!cell) throw new Error('prod has no cell');
  return cell;
};
const app = () => Testing.app({ context: { [SELECTIVE]: true } });

function synthShard(index: number, platform = prod): SynthesizedStack {
  const cell = cellOf(platform);
  const shard = shardsOf(platform, cell)[index];
  if (!shard) throw new Error(`there is no shard ${index}`);
  return synthStack(new DataShardStack(app(), { platform, cell, shard }));
}

const withTenants = (starter: number): Platform => ({
  ...prod,
  load: { ...prod.load, tenants: { ...prod.load.tenants, starter } },
});

describe('the shards of prod', () => {
  it('add up by hand: 24,996 pooled tenants in two cells, 1,250 a shard', () => {
    for (const cell of prod.cells) {
      const shards = shardsOf(prod, cell);
      expect(shards).toHaveLength(10);
      expect(shards[0]).toEqual({ id: '1', maxTenants: 1250, minAcu: 4, maxAcu: 16 });
    }
    expect(2 * 10 * 1250).toBeGreaterThanOrEqual(22_500 + 2_496);
  });

  it('are stacks between the add-ons and whatever comes later, each with its number', () => {
    const names = planStacks(prod).map(({ name }) => name);
    const first = names.indexOf('use1a-data-shard-1');
    expect(names.slice(first - 2, first)).toEqual(['use1a-addons', 'use1a-data']);
    expect(names.filter((name) => name.startsWith('use1a-data-shard-'))).toHaveLength(10);
  });

  it('stay as they are, byte for byte, when tenants make an eleventh necessary', () => {
    // One more than 12,500 a cell.
    const larger = withTenants(22_505);
    expect(shardsOf(larger, cellOf(larger))).toHaveLength(11);
    expect(JSON.stringify(synthShard(0, larger).json)).toBe(JSON.stringify(synthShard(0).json));
  });
});

describe('DataShardStack', () => {
  const stack = synthShard(1);

  it('publishes what the tiers need to reach the shard', () => {
    const parameter = stack.only('aws_ssm_parameter');
    expect(parameter['name']).toBe('/bulkhead/prod/use1a/data-shard-2');
    for (const field of [
      '"endpoint"',
      '"readerEndpoint"',
      '"connectResourceId"',
      '"securityGroupId"',
      '"keyArn"',
    ]) {
      expect(parameter['insecure_value']).toContain(field);
    }
    expect(parameter['insecure_value']).toContain('"logins" = ["bulkhead_starter", "bulkhead_professional"]');
  });

  it('takes its size and its promises from config', () => {
    expect(stack.only('aws_rds_cluster')).toMatchObject({
      serverlessv2_scaling_configuration: { min_capacity: 4, max_capacity: 16 },
      backup_retention_period: 35,
      database_insights_mode: 'advanced',
    });
  });

  it('has other windows, and its writer in another zone, than the shard before it', () => {
    const [first, second] = [synthShard(0), stack];
    const window = (shard: SynthesizedStack): unknown =>
      shard.only('aws_rds_cluster')['preferred_maintenance_window'];
    expect(window(first)).not.toBe(window(second));
    const zone = (shard: SynthesizedStack): unknown =>
      shard.only('aws_rds_cluster_instance', 'Instance1')['availability_zone'];
    expect([zone(first), zone(second)]).toEqual(['us-east-1a', 'us-east-1b']);
  });

  it('has no secret in its state: what it knows of one is its ARN', () => {
    const text = JSON.stringify(stack.json);
    expect(text).not.toContain('master_password');
    expect(stack.data('aws_secretsmanager_secret')).toEqual([]);
  });
});

describe('DataStack', () => {
  const stack = synthStack(new DataStack(app(), { platform: prod, cell: cellOf(prod) }));

  it('holds one parameter group of each kind for all databases of the cell', () => {
    expect(stack.inventory()).toMatchInlineSnapshot(`
     {
       "aws_backup_plan": 1,
       "aws_backup_restore_testing_plan": 1,
       "aws_backup_restore_testing_selection": 1,
       "aws_backup_selection": 1,
       "aws_backup_vault": 2,
       "aws_backup_vault_lock_configuration": 2,
       "aws_db_parameter_group": 1,
       "aws_db_subnet_group": 1,
       "aws_iam_role": 3,
       "aws_iam_role_policy_attachment": 3,
       "aws_kms_alias": 2,
       "aws_kms_key": 2,
       "aws_rds_cluster_parameter_group": 1,
       "aws_security_group": 1,
       "aws_ssm_parameter": 1,
     }
    `);
  });

  it('makes every connection use TLS, and keeps tenants’ values out of the logs', () => {
    const parameters = stack.only('aws_rds_cluster_parameter_group')['parameter'] as {
      name: string;
      value: string;
    }[];
    expect(Object.fromEntries(parameters.map(({ name, value }) => [name, value]))).toMatchObject({
      'rds.force_ssl': '1',
      log_parameter_max_length: '0',
      log_parameter_max_length_on_error: '0',
      log_statement: 'ddl',
    });
  });

  it('copies backups to the region that config names', () => {
    expect(stack.only('aws_backup_vault', 'CopyVault')['region']).toBe('us-west-2');
  });
});
