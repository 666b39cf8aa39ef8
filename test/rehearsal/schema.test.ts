import * as path from 'node:path';
import { deriveSchema } from '../../rehearsal/schema/derive';
import type { Attribute, Block, NestedBlock, ProviderName, SchemaKind } from '../../rehearsal/schema/model';
import { bindingSources } from '../../rehearsal/schema/package-source';
import { withSensitivity } from '../../rehearsal/behaviour/sensitive';

const ROOT = path.resolve(__dirname, '../..');

function derived(provider: ProviderName, kind: SchemaKind, type: string): Block {
  const sources = bindingSources(ROOT, provider, kind, type);
  if (!sources) throw new Error(`no bindings of ${type}`);
  return deriveSchema(sources, { kind, nestedAttributes: provider === 'helm' });
}

function attribute(block: Pick<Block, 'attributes'>, name: string): Attribute {
  const found = block.attributes.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no attribute ${name}`);
  return found;
}

function nested(block: Block, name: string): NestedBlock {
  const found = block.blocks.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no block ${name}`);
  return found;
}

describe('a schema derived from the bindings of a provider', () => {
  const cluster = derived('aws', 'resource', 'aws_eks_cluster');

  it('tells required, optional and computed attributes apart', () => {
    expect(attribute(cluster, 'name')).toEqual({
      name: 'name',
      type: 'string',
      required: true,
      optional: false,
      computed: false,
    });
    expect(attribute(cluster, 'arn')).toEqual({
      name: 'arn',
      type: 'string',
      required: false,
      optional: false,
      computed: true,
    });
    expect(attribute(cluster, 'version')).toEqual({
      name: 'version',
      type: 'string',
      required: false,
      optional: true,
      computed: true,
    });
    expect(attribute(cluster, 'tags')).toEqual({
      name: 'tags',
      type: ['map', 'string'],
      required: false,
      optional: true,
      computed: false,
    });
  });

  it('knows sets from lists, for settable attributes and for computed ones', () => {
    expect(attribute(cluster, 'enabled_cluster_log_types').type).toEqual(['set', 'string']);
    expect(attribute(derived('aws', 'resource', 'aws_lambda_function'), 'layers').type).toEqual([
      'list',
      'string',
    ]);
    expect(attribute(derived('aws', 'resource', 'aws_rds_cluster'), 'cluster_members').type).toEqual([
      'set',
      'string',
    ]);
    expect(attribute(derived('aws', 'resource', 'aws_route53_zone'), 'name_servers').type).toEqual([
      'list',
      'string',
    ]);
  });

  it('knows how many blocks there must and may be', () => {
    expect(nested(cluster, 'vpc_config')).toMatchObject({ nesting: 'list', min: 1, max: 1 });
    expect(nested(cluster, 'access_config')).toMatchObject({ nesting: 'list', min: 0, max: 1 });
    expect(nested(derived('aws', 'resource', 'aws_rds_cluster_parameter_group'), 'parameter')).toMatchObject({
      nesting: 'set',
      min: 0,
      max: 0,
    });
  });

  it('knows the one block of a kind that is an object from a list of at most one', () => {
    expect(nested(cluster, 'timeouts')).toMatchObject({ nesting: 'single', min: 0, max: 0 });
  });

  it('goes down into blocks', () => {
    const provider = nested(nested(cluster, 'encryption_config').block, 'provider');
    expect(provider).toMatchObject({ min: 1, max: 1 });
    expect(attribute(provider.block, 'key_arn').required).toBe(true);
  });

  it('gives computed lists of objects their whole type', () => {
    expect(attribute(cluster, 'identity').type).toEqual([
      'list',
      ['object', { oidc: ['list', ['object', { issuer: 'string' }]] }],
    ]);
  });

  it('keeps attributes that are written like blocks as attributes', () => {
    const ingress = attribute(derived('aws', 'resource', 'aws_security_group'), 'ingress');
    expect(ingress.type?.[0]).toBe('set');
    expect(ingress).toMatchObject({ optional: true, computed: true });
  });

  it('nests attributes where the provider speaks protocol 6', () => {
    const set = attribute(derived('helm', 'resource', 'helm_release'), 'set');
    expect(set.nested?.nesting).toBe('list');
    expect(
      set.nested?.attributes.map(({ name, required, optional, computed }) => [
        name,
        required,
        optional,
        computed,
      ]),
    ).toEqual([
      ['name', true, false, false],
      ['type', false, true, true],
      ['value', false, true, false],
    ]);
  });

  it('never keeps a write-only attribute in state', () => {
    expect(attribute(derived('aws', 'resource', 'aws_rds_cluster'), 'master_password_wo').writeOnly).toBe(
      true,
    );
    expect(
      attribute(derived('aws', 'resource', 'aws_rds_cluster'), 'master_password_wo_version').writeOnly,
    ).toBeUndefined();
  });

  it('covers provider blocks, without the alias that belongs to Terraform', () => {
    const provider = derived('aws', 'provider', 'aws');
    expect(provider.attributes.some(({ name }) => name === 'alias')).toBe(false);
    expect(nested(provider, 'assume_role').block.attributes.map(({ name }) => name)).toContain('role_arn');
    expect(attribute(derived('helm', 'provider', 'helm'), 'kubernetes').nested?.nesting).toBe('single');
    const exec = nested(derived('kubernetes', 'provider', 'kubernetes'), 'exec');
    expect(exec.block.attributes.filter(({ required }) => required).map(({ name }) => name)).toEqual([
      'api_version',
      'command',
    ]);
  });

  it('reads bindings that are split over several files', () => {
    expect(derived('aws', 'resource', 'aws_medialive_channel').blocks.length).toBeGreaterThan(5);
  });

  it('lets anything into the few trees that the bindings leave untyped', () => {
    expect(
      attribute(nested(derived('aws', 'resource', 'aws_wafv2_web_acl'), 'rule').block, 'statement').type,
    ).toBe('dynamic');
    expect(attribute(derived('kubernetes', 'resource', 'kubernetes_manifest'), 'manifest').type).toBe(
      'dynamic',
    );
  });

  it('has secrets marked as such', () => {
    expect(
      attribute(
        withSensitivity('aws_ssm_parameter', derived('aws', 'resource', 'aws_ssm_parameter')),
        'value',
      ).sensitive,
    ).toBe(true);
    expect(
      attribute(
        withSensitivity('aws_ssm_parameter', derived('aws', 'resource', 'aws_ssm_parameter')),
        'insecure_value',
      ).sensitive,
    ).toBeUndefined();
  });

  it('is undefined for a type that the provider has not', () => {
    expect(bindingSources(ROOT, 'aws', 'resource', 'aws_sqs_qeue')).toBeUndefined();
  });
});
