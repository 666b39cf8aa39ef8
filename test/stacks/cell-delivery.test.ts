import { Testing } from 'cdktf';
import type { Platform } from '../../config/platform';
import { SELECTIVE } from '../../constructs/core/contract';
import { CellDeliveryStack } from '../../stacks/cell-delivery';
import { synthStack, type SynthesizedStack } from '../support/synth';
import { testPlatform } from './fixture';

function build(platform: Platform): SynthesizedStack {
  const cell = platform.cells.find(({ id }) => id === 'use1a');
  if (!cell) throw new Error('no cell use1a');
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  return synthStack(new CellDeliveryStack(app, { platform, cell }));
}

const delivering = (services: object, settings: object = {}): Platform => {
  const { connection, repository } = testPlatform().delivery;
  return testPlatform({ delivery: { connection, repository, ...settings, services } });
};
const api = { repository: 'bulkhead/api', schema: true };
const stack = build(delivering({ api }));

describe('a cell’s part of delivery', () => {
  it('holds a project, its way into the cluster and its pipelines’ role for each service, and what deploys stacks, onboards tenants and operates on them', () => {
    expect(stack.inventory()).toMatchInlineSnapshot(`
     {
       "aws_cloudwatch_log_group": 5,
       "aws_codebuild_project": 5,
       "aws_eks_access_entry": 1,
       "aws_iam_role": 5,
       "aws_iam_role_policy": 5,
       "aws_kms_alias": 5,
       "aws_kms_key": 5,
       "aws_scheduler_schedule": 1,
       "aws_scheduler_schedule_group": 1,
       "aws_security_group": 2,
       "aws_ssm_parameter": 1,
       "aws_vpc_security_group_egress_rule": 8,
       "aws_vpc_security_group_ingress_rule": 1,
     }
    `);
  });

  it('knows network and cluster by their contracts, and reads nothing else', () => {
    expect(
      stack
        .data('aws_ssm_parameter')
        .map(({ name }) => String(name))
        .sort(),
    ).toEqual(['/bulkhead/prod/use1a/cluster', '/bulkhead/prod/use1a/network']);
  });

  it('reaches the Kubernetes API, and nothing reaches it', () => {
    const group = `\${${stack.only('aws_security_group', '/Network/').address}.id}`;
    expect(stack.only('aws_vpc_security_group_egress_rule', '/Network/')).toMatchObject({
      security_group_id: group,
      from_port: 443,
      to_port: 443,
    });
    const rule = stack.only('aws_vpc_security_group_ingress_rule');
    expect(rule).toMatchObject({ referenced_security_group_id: group, from_port: 443, to_port: 443 });
    expect(rule['security_group_id']).toContain('securityGroupId');
  });

  it('operates on tenants from behind a group that reaches databases, the cache and HTTPS, and that nothing reaches', () => {
    const group = `\${${stack.only('aws_security_group', '/OperationsNetwork/').address}.id}`;
    const out = stack
      .resources('aws_vpc_security_group_egress_rule')
      .filter(({ security_group_id }) => security_group_id === group)
      .map(({ from_port, to_port, cidr_ipv4 }): unknown => [from_port, to_port, cidr_ipv4]);
    const isolated = ['10.1.208.0/22', '10.1.212.0/22', '10.1.216.0/22'];
    expect(out).toEqual([
      [443, 443, '0.0.0.0/0'],
      ...isolated.map((cidr) => [5432, 5432, cidr]),
      ...isolated.map((cidr) => [6379, 6379, cidr]),
    ]);
    expect(stack.only('aws_codebuild_project', '/Operations/')).toMatchObject({
      name: 'bulkhead-prod-use1a-operations',
      service_role: 'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-operations',
      source: { type: 'NO_SOURCE' },
      vpc_config: { security_group_ids: [group] },
    });
    expect(stack.only('aws_ssm_parameter')).toMatchObject({ name: '/bulkhead/prod/use1a/delivery' });
  });

  it('is deployed by its own role, with its own state', () => {
    const { aws } = stack.json['provider'] as {
      aws: readonly { assume_role: readonly { role_arn: string }[] }[];
    };
    expect(aws[0]?.assume_role[0]?.role_arn).toBe(
      'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-deploy-delivery',
    );
    const { backend } = stack.json['terraform'] as { backend: { s3: { key: string } } };
    expect(backend.s3.key).toBe('prod/use1a-delivery.tfstate');
  });

  it('gets another service without touching what it has', () => {
    const withWeb = build(delivering({ api, web: { repository: 'bulkhead/web' } }));
    const resources = (of: SynthesizedStack): Readonly<Record<string, unknown>> =>
      Object.fromEntries(
        Object.entries(of.json['resource'] as Record<string, Record<string, unknown>>).flatMap(
          ([type, named]) => Object.entries(named).map(([name, body]) => [`${type}.${name}`, body]),
        ),
      );
    expect(resources(withWeb)).toMatchObject(resources(stack));
    const added = Object.keys(resources(withWeb)).filter((address) => !(address in resources(stack)));
    expect(added.every((address) => address.includes('Release-web_'))).toBe(true);
    expect(added).toHaveLength(9);
  });

  it.each([
    [5, 120],
    [105, 120],
    [106, 121],
    [465, 480],
    [480, 480],
  ])('watches a wave for %i minutes in a run of %i', (soakMinutes, expected) => {
    const { build_timeout } = build(delivering({ api }, { soakMinutes })).only(
      'aws_codebuild_project',
      'Release-api',
    );
    expect(build_timeout).toBe(expected);
  });
});
