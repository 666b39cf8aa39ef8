import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { ImportedDatabase } from '../../constructs/data/database';
import { DedicatedDatabase, type DedicatedDatabaseProps } from '../../constructs/data/dedicated-database';
import { synth, type SynthesizedStack } from '../support/synth';
import { OPTIONS } from './fixture';

const PEER = { peerName: 'acme', securityGroupId: 'sg-acme', openEgress: true };

function synthDedicated(
  props: Partial<DedicatedDatabaseProps> = {},
  use: (database: DedicatedDatabase, role: IamRole) => void = () => undefined,
): SynthesizedStack {
  return synth((stack) => {
    const role = new IamRole(stack, 'App', { name: 'app', assumeRolePolicy: '{}' });
    const database = new DedicatedDatabase(stack, 'Database', {
      ...OPTIONS,
      tenantId: 'acme',
      logins: ['bulkhead_enterprise'],
      ...props,
    });
    use(database, role);
  });
}

describe('a dedicated database', () => {
  it('has a key, a subnet group and a security group of its own, and the parameter groups of the cell', () => {
    const stack = synthDedicated();
    const cluster = stack.only('aws_rds_cluster');
    expect(cluster).toMatchObject({
      cluster_identifier: 'bulkhead-prod-use1a-tenant-acme',
      kms_key_id: `\${${stack.only('aws_kms_key').address}.arn}`,
      db_subnet_group_name: `\${${stack.only('aws_db_subnet_group').address}.name}`,
      vpc_security_group_ids: [`\${${stack.only('aws_security_group').address}.id}`],
      db_cluster_parameter_group_name: 'clusters',
    });
  });

  it('keeps the promises of a shard', () => {
    const stack = synthDedicated();
    expect(stack.only('aws_rds_cluster')).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: false,
      manage_master_user_password: true,
      storage_encrypted: true,
      lifecycle: { prevent_destroy: true },
    });
  });

  it('needs no proxy: access then goes to the cluster itself', () => {
    const stack = synthDedicated({}, (database, role) => {
      database.allowFrom(PEER);
      database.aurora.allowFrom(PEER);
      database.grantConnect(role, 'bulkhead_enterprise');
    });
    expect(stack.resources('aws_db_proxy')).toEqual([]);
    // EC2 refuses the same rule twice.
    const cluster = stack.only('aws_rds_cluster').address;
    expect(stack.only('aws_vpc_security_group_ingress_rule')['security_group_id']).toBe(
      `\${${stack.only('aws_security_group').address}.id}`,
    );
    expect(stack.statements('App/')[0]?.['resources']).toEqual([
      `arn:aws:rds-db:us-east-1:222222222222:dbuser:\${${cluster}.cluster_resource_id}/bulkhead_enterprise`,
    ]);
  });

  it('gets a proxy on request: access then goes there', () => {
    const stack = synthDedicated({ proxyConnectionPercent: 50 }, (database) => {
      database.allowFrom(PEER);
    });
    expect(stack.only('aws_vpc_security_group_ingress_rule', 'From-acme')['security_group_id']).toBe(
      `\${${stack.only('aws_security_group', 'Proxy/').address}.id}`,
    );
  });

  it('has windows that depend on its tenant alone', () => {
    const windowOf = (tenantId: string): unknown =>
      synthDedicated({ tenantId }).only('aws_rds_cluster')['preferred_maintenance_window'];
    expect(windowOf('acme')).toBe(windowOf('acme'));
    expect(new Set(['acme', 'globex', 'initech', 'umbrella'].map(windowOf)).size).toBeGreaterThan(1);
  });

  it('names every problem with its props at once', () => {
    expect(() => synthDedicated({ tenantId: 'Acme!', logins: [], proxyConnectionPercent: 0 }))
      .toThrowErrorMatchingInlineSnapshot(`
     "[test/Database] invalid DedicatedDatabase props:
       - tenantId must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got 'Acme!'
       - proxy.logins must name at least one database user
       - proxy.connectionPercent must be a whole number between 1 and 100, got 0"
    `);
  });
});

test('an imported database grants in the stack that reads its contract', () => {
  const stack = synth((scope) => {
    const role = new IamRole(scope, 'App', { name: 'app', assumeRolePolicy: '{}' });
    const database = new ImportedDatabase(scope, 'Shard', {
      endpoint: 'proxy.example',
      readerEndpoint: 'reader.example',
      securityGroupId: 'sg-proxy',
      connectResourceId: 'prx-1',
      keyArn: 'arn:aws:kms:us-east-1:222222222222:key/1',
    });
    database.allowFrom(PEER);
    database.grantConnect(role, 'bulkhead_starter');
  });
  expect(stack.only('aws_vpc_security_group_ingress_rule')['security_group_id']).toBe('sg-proxy');
  expect(stack.statements('App/')[0]?.['resources']).toEqual([
    'arn:aws:rds-db:us-east-1:222222222222:dbuser:prx-1/bulkhead_starter',
  ]);
});
