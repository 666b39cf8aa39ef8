import { Testing } from 'cdktf';
import { RegistryStack } from '../../stacks/registry';
import { synthStack } from '../support/synth';
import { testPlatform } from './fixture';

const stack = synthStack(new RegistryStack(Testing.app(), { platform: testPlatform() }));

it('puts a replica in every region that config names', () => {
  const { replica } = stack.only('aws_dynamodb_table');
  expect((replica as readonly { region_name: string }[]).map(({ region_name }) => region_name)).toEqual([
    'eu-west-1',
  ]);
});

it('publishes where tenants are found, for readers that know the shape of the contract only', () => {
  const parameter = stack.only('aws_ssm_parameter');
  const table = stack.only('aws_dynamodb_table').address;
  expect(parameter['name']).toBe('/bulkhead/prod/registry');
  for (const part of [
    `"tableName" = ${table}.name`,
    `"tableArn" = ${table}.arn`,
    `"streamArn" = ${table}.stream_arn`,
    '"byShardIndex" = "by-shard"',
    '"homeRegion" = "us-east-1"',
    '"replicaRegions" = ["eu-west-1"]',
  ]) {
    expect(parameter['insecure_value']).toContain(part);
  }
});

it('is deployed by its own role, with its own state', () => {
  const { aws } = stack.json['provider'] as {
    aws: readonly { assume_role: readonly { role_arn: string }[] }[];
  };
  expect(aws[0]?.assume_role[0]?.role_arn).toBe(
    'arn:aws:iam::111111111111:role/bulkhead-prod-deploy-registry',
  );
  const { backend } = stack.json['terraform'] as { backend: { s3: { key: string } } };
  expect(backend.s3.key).toBe('prod/registry.tfstate');
});

it('knows one synthetic tenant of each tier and cell, with a place and no more than reading', () => {
  const items = stack
    .resources('aws_dynamodb_table_item')
    .map(({ item }) => JSON.parse(String(item)) as Record<string, { readonly S: string }>);
  const { cells } = testPlatform();
  expect(items).toHaveLength(3 * cells.length);
  expect(items.filter(({ cell }) => cell?.S === 'use1a')).toMatchObject([
    {
      tenantId: { S: 'smoke-enterprise-use1a' },
      tier: { S: 'enterprise' },
      // A database that there is none of: no route leads to it.
      shard: { S: 'tenant-smoke-enterprise-use1a' },
    },
    {
      tenantId: { S: 'smoke-professional-use1a' },
      tier: { S: 'professional' },
      shard: { S: 'data-shard-1' },
    },
    { tenantId: { S: 'smoke-starter-use1a' }, tier: { S: 'starter' }, shard: { S: 'data-shard-1' } },
  ]);
  for (const { scopes } of items) expect(scopes).toEqual({ L: [{ S: 'api/read' }] });
});
