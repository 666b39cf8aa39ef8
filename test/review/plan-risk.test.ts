import { planRisk } from '../../review/plan-risk';
import { riskLine, riskText } from '../../review/risk-report';
import { change, plan, told } from './fixture';

const REPLACE = { actions: ['delete', 'create'] } as const;

describe('what is destroyed or replaced', () => {
  it.each([
    ['aws_rds_cluster', 'high data: is destroyed, and with it its data'],
    ['aws_dynamodb_table', 'high data: is destroyed, and with it its items'],
    ['aws_kms_key', 'high data: is destroyed, and with it everything it encrypts'],
    ['aws_cognito_user_pool', 'high data: is destroyed, and with it all its users'],
    ['kubernetes_namespace_v1', 'high data: is destroyed, and with it everything in the namespace'],
    ['aws_route', 'low removed: is destroyed'],
    ['aws_iam_role', 'low removed: is destroyed'],
  ])('%s: %s', (type, expected) => {
    expect(told(change(type, { id: '1' }, null))).toEqual([expected]);
  });

  it('is as bad when Terraform makes another one, in whichever order', () => {
    for (const actions of [['delete', 'create'] as const, ['create', 'delete'] as const]) {
      expect(told(change('aws_s3_bucket', { bucket: 'a' }, { bucket: 'b' }, { actions }))).toEqual([
        'high data: is replaced, and with it its objects',
      ]);
    }
    expect(told(change('aws_subnet', {}, {}, REPLACE))).toEqual(['low removed: is replaced']);
  });

  it('says when no final snapshot is taken', () => {
    expect(told(change('aws_rds_cluster', { skip_final_snapshot: true }, null))).toEqual([
      'high data: is destroyed, and with it its data; no final snapshot is taken',
    ]);
  });

  it('tells what Terraform only forgets', () => {
    expect(told(change('aws_rds_cluster', {}, null, { actions: ['forget'] }))).toEqual([
      'low removed: is forgotten by Terraform, and stays as it is',
    ]);
  });

  it('finds nothing in what is read, made, or stays', () => {
    expect(told(change('aws_rds_cluster', {}, {}, { actions: ['no-op'] }))).toEqual([]);
    expect(told(change('aws_rds_cluster', null, { deletion_protection: false }))).toEqual([]);
    expect(told({ ...change('aws_ssm_parameter', null, {}, { actions: ['read'] }), mode: 'data' })).toEqual(
      [],
    );
  });
});

describe('what keeps data safe', () => {
  it.each([
    [
      'aws_rds_cluster',
      'deletion_protection',
      true,
      false,
      'high protection: deletion_protection goes from true to false',
    ],
    [
      'aws_dynamodb_table',
      'deletion_protection_enabled',
      true,
      null,
      'high protection: deletion_protection_enabled goes from true to unset',
    ],
    [
      'aws_rds_cluster',
      'skip_final_snapshot',
      false,
      true,
      'high protection: skip_final_snapshot goes from false to true',
    ],
    ['aws_s3_bucket', 'force_destroy', null, true, 'high protection: force_destroy goes from unset to true'],
    [
      'aws_rds_cluster',
      'backup_retention_period',
      35,
      7,
      'high protection: backup_retention_period goes from 35 to 7',
    ],
    [
      'aws_cloudwatch_log_group',
      'retention_in_days',
      0,
      30,
      'high protection: retention_in_days goes from 0 to 30',
    ],
    [
      'aws_cloudwatch_log_group',
      'retention_in_days',
      365,
      30,
      'high protection: retention_in_days goes from 365 to 30',
    ],
    [
      'aws_s3_bucket_public_access_block',
      'block_public_policy',
      true,
      false,
      'high protection: block_public_policy goes from true to false',
    ],
    [
      'aws_iam_role',
      'permissions_boundary',
      'arn:b',
      null,
      'high protection: permissions_boundary goes from arn:b to unset',
    ],
    [
      'aws_rds_cluster',
      'storage_encrypted',
      true,
      false,
      'high encryption: storage_encrypted goes from true to false',
    ],
    [
      'aws_sqs_queue',
      'kms_master_key_id',
      'key/1',
      '',
      'high encryption: kms_master_key_id goes from key/1 to ',
    ],
    [
      'aws_kms_key',
      'enable_key_rotation',
      true,
      false,
      'high encryption: enable_key_rotation goes from true to false',
    ],
    [
      'aws_sqs_queue',
      'kms_master_key_id',
      'key/1',
      'key/2',
      'high encryption: kms_master_key_id is another one: key/2, and no longer key/1',
    ],
  ])('%s %s from %p to %p', (type, name, before, after, expected) => {
    expect(told(change(type, { [name]: before }, { [name]: after }))).toEqual([expected]);
    const [back] = told(change(type, { [name]: after }, { [name]: before }));
    // The way back is no weakening; another key stays another key.
    expect(back?.includes('another one') ?? false).toBe(expected.includes('another one'));
  });

  it('is found in blocks too', () => {
    const versioning = (status: string) => ({ versioning_configuration: [{ status, mfa_delete: '' }] });
    expect(told(change('aws_s3_bucket_versioning', versioning('Enabled'), versioning('Suspended')))).toEqual([
      'high protection: versioning_configuration.status goes from Enabled to Suspended',
    ]);
    const recovery = (enabled: boolean) => ({ point_in_time_recovery: [{ enabled }] });
    expect(
      told(change('aws_elasticache_replication_group', { log: [{ kms_key_id: 'a' }] }, { log: [] })),
    ).toEqual(['high encryption: log.kms_key_id goes from a to unset']);
    expect(told(change('aws_dynamodb_table', recovery(true), recovery(false)))).toEqual([
      'high protection: point_in_time_recovery.enabled goes from true to false',
    ]);
  });

  it('may be a resource of its own', () => {
    expect(told(change('aws_backup_vault_lock_configuration', {}, null))).toEqual([
      'high protection: is destroyed: recovery points can be deleted',
      'low removed: is destroyed',
    ]);
  });

  it('is worth a look where only an apply tells', () => {
    expect(
      told(
        change(
          'aws_iam_role',
          { permissions_boundary: 'arn:b' },
          {},
          { unknown: { permissions_boundary: true } },
        ),
      ),
    ).toEqual(['low protection: permissions_boundary is known only when it is applied']);
  });
});

describe('the network', () => {
  const rule = (cidr: string, port = 443) => ({ cidr_ipv4: cidr, from_port: port, to_port: port });

  it.each([
    ['a new rule', null, rule('10.0.0.0/16'), ['low network: lets in 10.0.0.0/16 on port 443']],
    ['a new rule for everybody', null, rule('0.0.0.0/0'), ['high network: lets in 0.0.0.0/0 on port 443']],
    [
      'a wider one',
      rule('10.0.0.0/24'),
      rule('10.0.0.0/16'),
      ['high network: lets in 10.0.0.0/16 on port 443'],
    ],
    ['a narrower one', rule('10.0.0.0/16'), rule('10.0.0.0/24'), []],
    [
      'another one',
      rule('10.0.0.0/24'),
      rule('10.0.1.0/24'),
      ['high network: lets in 10.0.1.0/24 on port 443'],
    ],
    [
      'another port',
      rule('10.0.0.0/24'),
      rule('10.0.0.0/24', 80),
      ['high network: lets in 10.0.0.0/24 on port 80, and no longer only on port 443'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(told(change('aws_vpc_security_group_ingress_rule', before, after))).toEqual(expected);
  });

  it('is the same in lists of a group', () => {
    const group = (...ingress: readonly object[]) => ({ ingress });
    const inside = { cidr_blocks: ['10.0.0.0/8'], from_port: 443, to_port: 443 };
    const outside = { cidr_blocks: ['0.0.0.0/0'], from_port: 443, to_port: 443 };
    expect(told(change('aws_security_group', group(inside), group(outside, inside)))).toEqual([
      'high network: lets in 0.0.0.0/0 on port 443',
    ]);
    expect(told(change('aws_security_group', group(inside, outside), group(inside)))).toEqual([]);
  });

  it('is opened by network policies that let more through, or are about others', () => {
    const spec = (ingress: readonly object[], pods: object = {}) => ({
      spec: [{ ingress, egress: [], pod_selector: [pods], policy_types: ['Ingress'] }],
    });
    const one = { from: [{ ip_block: [{ cidr: '10.0.0.1/32' }] }] };
    const two = { from: [{ ip_block: [{ cidr: '10.0.0.0/8' }] }] };
    const type = 'kubernetes_network_policy_v1';
    expect(told(change(type, spec([one]), spec([one, two])))).toEqual([
      'high network: lets in 10.0.0.0/8 on all ports',
    ]);
    expect(told(change(type, spec([one, two]), spec([one])))).toEqual([]);
    expect(told(change(type, spec([one]), spec([one], { match_labels: { app: 'x' } })))).toEqual([
      'high network: is about other pods than before',
    ]);
    expect(told(change(type, spec([one]), null))).toContain(
      'high protection: is destroyed: its pods may talk to anyone',
    );
  });

  it('is turned to the internet by switches', () => {
    expect(
      told(change('aws_rds_cluster_instance', { publicly_accessible: false }, { publicly_accessible: true })),
    ).toEqual(['high network: publicly_accessible becomes true']);
    const api = (...cidrs: readonly string[]) => ({
      vpc_config: [{ endpoint_public_access: cidrs.length > 0, public_access_cidrs: cidrs }],
    });
    expect(told(change('aws_eks_cluster', api(), api('203.0.113.0/24')))).toEqual([
      'high network: endpoint_public_access becomes true',
      'high network: opens its API to 203.0.113.0/24',
    ]);
  });
});

describe('what delivers, and what a plan does not tell', () => {
  it('is for a person to look at', () => {
    expect(told(change('aws_codebuild_project', { source: [] }, { source: [{ buildspec: 'x' }] }))).toEqual([
      'high delivery: changes: it decides what is deployed from now on',
    ]);
    expect(told(change('helm_release', { chart: 'a' }, { chart: 'b' }))).toEqual([
      'low unseen: changes in ways that a plan does not tell: read the objects of its chart',
    ]);
  });
});

describe('a report', () => {
  const stacks = [
    planRisk('use1a-network', plan(change('aws_route', null, {}))),
    planRisk('use1a-data', plan(change('aws_rds_cluster', {}, null), change('aws_route', {}, null))),
    planRisk('use1a-cache', plan(change('aws_sqs_queue', {}, {}, { actions: ['no-op'] }))),
  ];

  it('tells the worst first, and what stays by number only', () => {
    expect(riskText(stacks)).toMatchInlineSnapshot(`
      "Risk high: 2 of 3 stacks change, 1 finding of high risk, 1 of low.

      use1a-data: 2 to destroy, risk high
        !! aws_rds_cluster.it is destroyed, and with it its data
         ! aws_route.it is destroyed
      use1a-network: 1 to create
      1 stack without changes."
    `);
  });

  it('fits a line, and says what it leaves out', () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      planRisk(`use1a-tenant-${String(index)}`, plan(change('aws_rds_cluster', {}, null))),
    );
    const line = riskLine(many, 400);
    expect(line.length).toBeLessThanOrEqual(400);
    expect(line).toMatch(/^Risk high: 50 of 50 stacks change.* \| and 4\d more, in the report$/);
    expect(riskLine(stacks, 900)).toBe(
      'Risk high: 2 of 3 stacks change, 1 finding of high risk, 1 of low. | use1a-data aws_rds_cluster.it is destroyed, and with it its data',
    );
  });
});
