import { TENANT_STATES, type TenantState } from '../../constructs/registry/tenant-item';
import { TenantRegistry } from '../../constructs/registry/tenant-registry';
import { synth, type SynthesizedStack } from '../support/synth';

const PLACEMENT = { platform: 'bulkhead', environment: 'prod', account: '111111111111', region: 'us-east-1' };
const build = (replicaRegions: readonly string[] = []): SynthesizedStack =>
  synth((stack) => new TenantRegistry(stack, 'Registry', { replicaRegions }), PLACEMENT);

describe('the table', () => {
  const table = build().only('aws_dynamodb_table');

  it('finds a tenant by id, and nothing else is part of its key', () => {
    expect(table).toMatchObject({ name: 'bulkhead-prod-tenants', hash_key: 'tenantId' });
    expect(table).not.toHaveProperty('range_key');
  });

  it('finds the tenants of a cell, and of a shard within it, with what a sweep over them needs', () => {
    expect(table['global_secondary_index']).toEqual([
      {
        name: 'by-shard',
        hash_key: 'cell',
        range_key: 'shard',
        projection_type: 'INCLUDE',
        non_key_attributes: ['tier', 'state', 'version'],
      },
    ]);
  });

  it('declares the attributes of its keys and no other, as DynamoDB demands', () => {
    expect(table['attribute']).toEqual([
      { name: 'tenantId', type: 'S' },
      { name: 'cell', type: 'S' },
      { name: 'shard', type: 'S' },
    ]);
  });

  it('can be put back to any second of the last 35 days', () => {
    expect(table['point_in_time_recovery']).toEqual({ enabled: true, recovery_period_in_days: 35 });
  });

  it('is deleted neither by Terraform nor by a slip of the hand', () => {
    expect(table).toMatchObject({ deletion_protection_enabled: true, lifecycle: { prevent_destroy: true } });
  });

  it('tells every change with the item before and after', () => {
    expect(table).toMatchObject({ stream_enabled: true, stream_view_type: 'NEW_AND_OLD_IMAGES' });
  });

  it('is paid by request', () => {
    expect(table['billing_mode']).toBe('PAY_PER_REQUEST');
    expect(table).not.toHaveProperty('read_capacity');
  });

  it('forgets nothing by itself', () => {
    expect(table).not.toHaveProperty('ttl');
  });

  it('is encrypted with a key of its own', () => {
    const stack = build();
    const { address } = stack.only('aws_kms_key');
    expect(stack.only('aws_dynamodb_table')['server_side_encryption']).toEqual({
      enabled: true,
      kms_key_arn: `\${${address}.arn}`,
    });
  });

  it('has no replica unless asked', () => {
    expect(build().resources('aws_kms_key')).toHaveLength(1);
    expect(table['replica'] ?? []).toEqual([]);
  });
});

describe('replicas', () => {
  const stack = build(['us-west-2', 'eu-west-1']);

  it('have the protection of the table, in the same order whatever order config has', () => {
    const replicas = stack.only('aws_dynamodb_table')['replica'] as readonly Record<string, unknown>[];
    expect(replicas).toMatchObject(
      ['eu-west-1', 'us-west-2'].map((region) => ({
        region_name: region,
        point_in_time_recovery: true,
        deletion_protection_enabled: true,
        propagate_tags: true,
      })),
    );
  });

  it('have each a key of their own region, which no other region shares', () => {
    const keys = stack.resources('aws_kms_key');
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(key).toMatchObject({ enable_key_rotation: true });
    const keyIn = (region: string): string =>
      `\${${String(keys.find((key) => key['region'] === region)?.address)}.arn}`;
    const replicas = stack.only('aws_dynamodb_table')['replica'] as readonly Record<string, unknown>[];
    expect(replicas.map((replica) => replica['kms_key_arn'])).toEqual(['eu-west-1', 'us-west-2'].map(keyIn));
  });

  it('stand elsewhere than the table, and once a region', () => {
    expect(() => build(['us-east-1', 'eu-west-1', 'eu-west-1'])).toThrowErrorMatchingInlineSnapshot(`
     "[test/Registry] invalid TenantRegistry props:
       - replicaRegions must not name us-east-1, which holds the table itself
       - replicaRegions must not name a region twice, got us-east-1, eu-west-1, eu-west-1"
    `);
  });
});

describe('states of a tenant', () => {
  const states = Object.keys(TENANT_STATES) as TenantState[];
  const after = (state: TenantState): readonly TenantState[] => TENANT_STATES[state];
  const reachable = (from: TenantState, seen = new Set<TenantState>()): ReadonlySet<TenantState> => {
    for (const next of after(from).filter((state) => !seen.has(state))) reachable(next, seen.add(next));
    return seen;
  };

  it('are all reached by somebody who signs up', () => {
    expect([...new Set([...reachable('requested'), 'requested'])].sort()).toEqual([...states].sort());
  });

  it('lead out of the platform from everywhere, and never back in', () => {
    for (const state of states.filter((other) => other !== 'offboarded'))
      expect(reachable(state)).toContain('offboarded');
    expect(after('offboarded')).toEqual([]);
  });

  it('let nobody leave while rows are on the move', () => {
    expect(after('moving')).toEqual(['active']);
  });
});

describe('readers', () => {
  const ROLE = 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-token-claims';
  const EU = 'arn:aws:iam::333333333333:role/bulkhead-prod-euw1a-token-claims';
  const read = (
    readers: readonly { readonly roleArn: string; readonly region: string }[],
  ): SynthesizedStack =>
    synth(
      (scope) => new TenantRegistry(scope, 'Registry', { replicaRegions: ['eu-west-1'], readers }),
      PLACEMENT,
    );
  const stack = read([
    { roleArn: ROLE, region: 'us-east-1' },
    { roleArn: EU, region: 'eu-west-1' },
  ]);
  const document = (end: string) => {
    const [found] = stack.data('aws_iam_policy_document').filter(({ path }) => path.endsWith(end));
    return found?.['statement'] as readonly Record<string, unknown>[];
  };

  it('get single items of the table in their region, and nobody else gets anything', () => {
    expect(document('/Readers')).toEqual([
      {
        sid: 'ReadersGetItems',
        effect: 'Allow',
        actions: ['dynamodb:GetItem'],
        resources: ['arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants'],
        principals: [{ type: 'AWS', identifiers: ['arn:aws:iam::222222222222:root'] }],
        condition: [{ test: 'ArnEquals', variable: 'aws:PrincipalArn', values: [ROLE] }],
      },
    ]);
    expect(JSON.stringify(document('/Readers-eu-west-1'))).not.toContain('222222222222');
  });

  it('are in the policy of each copy, once the copy is there', () => {
    const table = stack.only('aws_dynamodb_table').address;
    expect(
      stack
        .resources('aws_dynamodb_resource_policy')
        .map(
          ({ region, resource_arn, depends_on }) => [region ?? 'home', resource_arn, depends_on] as unknown,
        ),
    ).toEqual([
      ['eu-west-1', 'arn:aws:dynamodb:eu-west-1:111111111111:table/bulkhead-prod-tenants', [table]],
      ['home', 'arn:aws:dynamodb:us-east-1:111111111111:table/bulkhead-prod-tenants', [table]],
    ]);
  });

  it('decrypt by the key of their copy, through DynamoDB and for this table', () => {
    const statements = document('/Key/Policy');
    expect(statements.map(({ sid }) => sid)).toEqual([
      'AccountAdministers',
      'ReadersDecrypt',
      'ReadersDescribe',
    ]);
    expect(statements[1]).toMatchObject({
      actions: ['kms:Decrypt'],
      principals: [{ type: 'AWS', identifiers: ['arn:aws:iam::222222222222:root'] }],
      condition: [
        { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: [ROLE] },
        { test: 'StringEquals', variable: 'kms:ViaService', values: ['dynamodb.us-east-1.amazonaws.com'] },
        {
          test: 'StringEquals',
          variable: 'kms:EncryptionContext:aws:dynamodb:tableName',
          values: ['bulkhead-prod-tenants'],
        },
      ],
    });
    expect(JSON.stringify(document('/Key-eu-west-1/Policy'))).toContain(EU);
    expect(JSON.stringify(document('/Key-eu-west-1/Policy'))).not.toContain(ROLE);
  });

  it('are nobody unless somebody is named: neither table nor key has a word about other accounts', () => {
    const alone = build(['eu-west-1']);
    expect(alone.resources('aws_dynamodb_resource_policy')).toEqual([]);
    expect(JSON.stringify(alone.data('aws_iam_policy_document'))).not.toMatch(/222222222222|333333333333/);
  });

  it('are refused where no copy is, and as a pattern of roles', () => {
    expect(() =>
      read([
        { roleArn: ROLE, region: 'ap-south-1' },
        { roleArn: 'arn:aws:iam::222222222222:role/*', region: 'us-east-1' },
      ]),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Registry] invalid TenantRegistry props:
       - readers must read in us-east-1 or eu-west-1, where the table is, got arn:aws:iam::222222222222:role/bulkhead-prod-use1a-token-claims in ap-south-1
       - readers must be roles without wildcards, got arn:aws:iam::222222222222:role/bulkhead-prod-use1a-token-claims, arn:aws:iam::222222222222:role/*"
    `);
  });
});
