import * as path from 'node:path';
import { SchemaStore } from '../../rehearsal/schema/cache';
import { type Block, PROVIDER_NAMES } from '../../rehearsal/schema/model';
import { FORCE_NEW, forceNewOf, likelyForceNewOf } from '../../terraform/force-new';
import { synthesizedStacks } from '../support/synthesized';

const schemas = new SchemaStore(path.resolve(__dirname, '../..'));

async function schemaOf(type: string): Promise<Block> {
  const provider = PROVIDER_NAMES.find((name) => type.startsWith(`${name}_`));
  const schema = provider && (await schemas.find(provider, 'resource', type));
  if (!schema) throw new Error(`no installed provider has a resource type ${type}`);
  return schema;
}

function has(block: Block, [step = '', ...rest]: readonly string[]): boolean {
  if (rest.length === 0 && block.attributes.some(({ name }) => name === step)) return true;
  const nested = block.blocks.find(({ name }) => name === step);
  return nested !== undefined && (rest.length === 0 || has(nested.block, rest));
}

describe('attributes whose change replaces a resource', () => {
  it('are attributes that the installed providers have', async () => {
    const wrong = await Promise.all(
      Object.entries(FORCE_NEW).map(async ([type, { attributes, once }]) => {
        const schema = await schemaOf(type);
        const named = [...attributes, ...(once ? [once.name, ...once.attributes] : [])];
        return named.filter((name) => !has(schema, name.split('.'))).map((name) => `${type}.${name}`);
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });

  it.each(['dev', 'prod'])('are written down for every type that %s uses', (environment) => {
    const used = new Set(
      synthesizedStacks(environment).flatMap(({ stack }) => Object.keys(stack.inventory())),
    );
    expect([...used].filter((type) => !(type in FORCE_NEW))).toEqual([]);
  });

  it('name the file that they were read from', () => {
    expect(FORCE_NEW['aws_rds_cluster']?.source).toBe(
      'hashicorp/terraform-provider-aws, internal/service/rds/cluster.go',
    );
  });

  it('include the region for every AWS type', () => {
    expect(forceNewOf('aws_imagebuilder_component')).toEqual(['region']);
  });

  it('include name and namespace for every Kubernetes type', () => {
    expect(forceNewOf('kubernetes_ingress_v1')).toEqual(['metadata.name', 'metadata.namespace']);
  });

  it('include the content of what was made immutable, and of nothing else', () => {
    expect(forceNewOf('kubernetes_config_map_v1')).not.toContain('data');
    expect(forceNewOf('kubernetes_config_map_v1', { immutable: true })).toContain('data');
  });

  it('are guessed by name for a type that nobody has written down', () => {
    expect(likelyForceNewOf('aws_docdb_cluster', {})).toEqual(
      expect.arrayContaining(['cluster_identifier', 'engine', 'region']),
    );
    expect(likelyForceNewOf('aws_backup_plan', {})).toEqual(['region']);
  });

  it.each([
    'aws_rds_cluster',
    'aws_elasticache_replication_group',
    'aws_s3_bucket',
    'aws_dynamodb_table',
    'aws_kms_key',
    'aws_eks_cluster',
    'aws_cognito_user_pool',
    'aws_lb',
  ])('are known for %s, which holds or fronts data', (type) => {
    expect(forceNewOf(type).length).toBeGreaterThan(2);
  });
});
