import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Platform } from '../../config/platform';
import { VALKEY_VERSIONS } from '../../config/schema/cache';
import { ENGINE_FAMILIES } from '../../constructs/cache/engine';
import { SELECTIVE } from '../../constructs/core/contract';
import { CacheStack } from '../../stacks/cache';
import { synthStack, type SynthesizedStack } from '../support/synth';

const platformOf = (environment: string): Platform => loadPlatform(join(__dirname, '../..'), environment);

function build(platform: Platform): SynthesizedStack {
  const [cell] = platform.cells;
  if (!cell) throw new Error('no cell');
  return synthStack(new CacheStack(Testing.app({ context: { [SELECTIVE]: true } }), { platform, cell }));
}

const prod = build(platformOf('prod'));
const dev = build(platformOf('dev'));
const group = (stack: SynthesizedStack): object => stack.only('aws_elasticache_replication_group');

describe('CacheStack', () => {
  it('has a primary for each zone in prod, on nodes whose speed does not depend on credits', () => {
    expect(group(prod)).toMatchObject({
      num_node_groups: 3,
      replicas_per_node_group: 1,
      node_type: 'cache.m7g.large',
    });
  });

  it('is small in dev, and as safe', () => {
    expect(group(dev)).toMatchObject({
      num_node_groups: 1,
      replicas_per_node_group: 1,
      node_type: 'cache.t4g.small',
      multi_az_enabled: true,
      transit_encryption_mode: 'required',
      lifecycle: { prevent_destroy: true },
    });
  });

  it("has a user for every service of every tier, and for the platform's own", () => {
    const ids = prod.resources('aws_elasticache_user').map(({ user_id }) => String(user_id));
    expect(ids.sort()).toEqual(
      [
        'nobody',
        ...['authorizer', 'load-level', 'ratelimit', 'revocation'].map((service) => `plt-${service}`),
        ...['enterprise', 'professional', 'starter'].map((tier) => `svc-${tier}-api`),
      ].map((name) => `bulkhead-prod-use1a-${name}`),
    );
    expect(prod.resources('aws_elasticache_user_group_association')).toHaveLength(7);
  });

  it("lets the platform's users touch no key but the platform's, and authorizers write none of others", () => {
    const patterns = Object.fromEntries(
      prod
        .resources('aws_elasticache_user')
        .filter(({ user_id }) => String(user_id).includes('-plt-'))
        .map(({ user_id, access_string }) => [
          String(user_id).replace('bulkhead-prod-use1a-plt-', ''),
          String(access_string)
            .split(' ')
            .filter((part) => part.includes('~')),
        ]),
    );
    expect(patterns).toEqual({
      authorizer: ['~plt:authorizer:*', '%R~plt:revocation:*', '%R~plt:load-level:*'],
      'load-level': ['~plt:load-level:*'],
      ratelimit: ['~plt:ratelimit:*'],
      revocation: ['~plt:revocation:*'],
    });
  });

  it('lets in pods of tenants by the group that all of them carry, and what operates on tenants, and nobody else', () => {
    const { securityGroupId, workloads } = {
      securityGroupId: `\${${prod.only('aws_security_group').address}.id}`,
      workloads: expect.stringMatching(/Contract-cluster.*\.workloadSecurityGroupId\}/) as string,
    };
    const ingress = prod.resources('aws_vpc_security_group_ingress_rule');
    expect(ingress.every((rule) => rule['security_group_id'] === securityGroupId)).toBe(true);
    expect(ingress.map((rule): unknown => rule['referenced_security_group_id'])).toEqual([
      expect.stringMatching(/Contract-delivery.*\.operationsSecurityGroupId\}/),
      workloads,
    ]);
    expect(prod.only('aws_vpc_security_group_egress_rule')).toMatchObject({
      security_group_id: workloads,
      referenced_security_group_id: securityGroupId,
      from_port: 6379,
      to_port: 6379,
    });
  });

  it('publishes what others need to connect, and nothing secret', () => {
    const parameter = prod.only('aws_ssm_parameter');
    const { address } = prod.only('aws_elasticache_replication_group');
    expect(parameter['name']).toBe('/bulkhead/prod/use1a/cache');
    for (const part of [
      `"endpoint" = ${address}.configuration_endpoint_address`,
      '"port" = "6379"',
      `"replicationGroupId" = ${address}.replication_group_id`,
      `"replicationGroupArn" = ${address}.arn`,
      `"securityGroupId" = ${prod.only('aws_security_group').address}.id`,
      `"userGroupId" = ${prod.only('aws_elasticache_user_group').address}.user_group_id`,
      `"keyArn" = ${prod.only('aws_kms_key', 'Cache/Key').address}.arn`,
    ]) {
      expect(parameter['insecure_value']).toContain(part);
    }
    expect(JSON.stringify(prod.json)).not.toMatch(/password|auth_token/i);
  });

  it("counts the cell's own dedicated tenants against its user group, and no other cell's", () => {
    const platform = platformOf('prod');
    const [cell, other] = platform.cells;
    const [tenant] = platform.tenants;
    if (!cell || !other || !tenant) throw new Error('prod has two cells and a tenant');
    const tenants = (count: number, where: string): Platform['tenants'] =>
      Array.from({ length: count }, () => ({ ...tenant, cell: where }));
    expect(() =>
      build({ ...platform, tenants: [...tenants(92, cell.id), ...tenants(50, other.id)] }),
    ).not.toThrow();
    expect(() => build({ ...platform, tenants: tenants(93, cell.id) })).toThrow(
      '93 of dedicated tenants; place tenants in another cell',
    );
  });
});

it('every Valkey version that config may ask for has parameters, and the other way round', () => {
  expect(Object.keys(ENGINE_FAMILIES)).toEqual([...VALKEY_VERSIONS]);
});
