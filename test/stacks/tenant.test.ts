import { join } from 'node:path';
import { Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Platform, Tenant } from '../../config/platform';
import { SELECTIVE } from '../../constructs/core/contract';
import { TenantStack } from '../../stacks/tenant';
import { synthStack, type SynthesizedStack } from '../support/synth';

const prod: Platform = loadPlatform(join(__dirname, '../..'), 'prod');

function build(change: Partial<Tenant> = {}, platform = prod): SynthesizedStack {
  const acme = platform.tenants.find(({ id }) => id === 'acme');
  const cell = platform.cells.find(({ id }) => id === acme?.cell);
  if (!acme || !cell) throw new Error('prod has no tenant acme');
  const app = Testing.app({ context: { [SELECTIVE]: true } });
  return synthStack(new TenantStack(app, { platform, cell, tenant: { ...acme, ...change } }));
}

interface Provider {
  readonly assume_role?: readonly { readonly role_arn: string }[];
  readonly default_tags: readonly { readonly tags: Readonly<Record<string, string>> }[];
}
const aws = (stack: SynthesizedStack): Provider => {
  const [provider] = (stack.json['provider'] as { aws: readonly Provider[] }).aws;
  if (!provider) throw new Error('the stack has no provider');
  return provider;
};

describe('the stack of a dedicated tenant', () => {
  const stack = build();

  it('holds what one tenant has for itself', () => {
    expect(stack.inventory()).toMatchInlineSnapshot(`
     {
       "aws_cloudwatch_log_group": 3,
       "aws_cognito_resource_server": 1,
       "aws_db_subnet_group": 1,
       "aws_eks_pod_identity_association": 3,
       "aws_elasticache_user": 1,
       "aws_elasticache_user_group_association": 1,
       "aws_iam_role": 3,
       "aws_iam_role_policy": 5,
       "aws_kms_alias": 2,
       "aws_kms_key": 2,
       "aws_lambda_invocation": 1,
       "aws_rds_cluster": 1,
       "aws_rds_cluster_instance": 2,
       "aws_route53_record": 1,
       "aws_secretsmanager_secret": 2,
       "aws_secretsmanager_secret_policy": 2,
       "aws_security_group": 2,
       "aws_ssm_parameter": 1,
       "aws_vpc_security_group_egress_rule": 2,
       "aws_vpc_security_group_ingress_rule": 4,
       "helm_release": 3,
       "kubernetes_config_map_v1": 3,
       "kubernetes_default_service_account_v1": 1,
       "kubernetes_job_v1": 1,
       "kubernetes_limit_range_v1": 1,
       "kubernetes_namespace_v1": 1,
       "kubernetes_network_policy_v1": 8,
       "kubernetes_resource_quota_v1": 1,
       "kubernetes_role_binding_v1": 3,
       "kubernetes_service_account_v1": 3,
     }
    `);
  });

  it('knows the cell by its contracts, and nothing of other tenants', () => {
    expect(
      stack
        .data('aws_ssm_parameter')
        .map(({ name }) => String(name))
        .sort(),
    ).toEqual(
      [
        ...['addons', 'cache', 'cluster', 'data', 'delivery', 'gateway', 'identity', 'network'],
        'tier-enterprise',
      ].map((name) => `/bulkhead/prod/use1a/${name}`),
    );
    expect(JSON.stringify(stack.json)).not.toMatch(/globex|initech|acme-eu/);
  });

  it("is paid for by the tenant's cost centre", () => {
    expect(aws(stack).default_tags[0]?.tags).toMatchObject({
      tier: 'enterprise',
      tenant: 'acme',
      'cost-centre': 'acme',
    });
  });

  it('publishes where the tenant is', () => {
    const parameter = stack.only('aws_ssm_parameter');
    expect(parameter['name']).toBe('/bulkhead/prod/use1a/tenant-acme');
    for (const part of [
      '"tenant" = "acme"',
      '"namespace" = "tenant-acme"',
      '"hostname" = "acme.use1a.bulkhead.example"',
      '"databaseUser" = "bulkhead_tenant_acme"',
      '"cachePrefix" = "ten:acme:"',
      '"secretPath" = "bulkhead/prod/use1a/tenant-acme/"',
      '"rateLimitPerSecond" = "500"',
      '"machineSecretName" = aws_secretsmanager_secret.',
      '"webClientId" = ""',
    ]) {
      expect(parameter['insecure_value']).toContain(part);
    }
  });

  it('takes from the file what differs from the tier', () => {
    const larger = build({
      database: { ...acmeDatabase(), minAcu: 8, maxAcu: 64, readers: 2 },
      nodePool: 'own',
    });
    expect(larger.only('aws_rds_cluster')['serverlessv2_scaling_configuration']).toEqual({
      min_capacity: 8,
      max_capacity: 64,
    });
    expect(larger.resources('aws_rds_cluster_instance')).toHaveLength(3);
    expect(
      larger
        .resources('helm_release')
        .map(({ name }) => String(name))
        .sort(),
    ).toEqual(['node-pool', 'pod-security-groups', 'release-api', 'routes']);
  });

  it('is deployed by the deployer of tenants', () => {
    expect(aws(stack).assume_role?.[0]?.role_arn).toBe(
      'arn:aws:iam::222222222222:role/bulkhead-prod-use1a-deploy-tenant',
    );
  });
});

describe("a tenant whose people sign in with the customer's own provider", () => {
  const urls = { callbackUrls: [], logoutUrls: [] };
  const saml = { ...urls, saml: { metadataUrl: 'https://idp.acme.example/metadata' } };
  const federated = build({ federation: saml });

  it('has the provider and a client of its own beside what it had, and nothing moves', () => {
    const { resource: before } = build().json as { resource: Record<string, object> };
    const { resource: after } = federated.json as { resource: Record<string, object> };
    for (const [type, named] of Object.entries(before))
      expect(Object.keys(after[type] ?? {})).toEqual(expect.arrayContaining(Object.keys(named)));
    expect(federated.only('aws_cognito_identity_provider')['provider_name']).toBe('tenant-acme');
    expect(federated.only('aws_cognito_user_pool_client')).toMatchObject({
      supported_identity_providers: ['tenant-acme'],
      callback_urls: ['https://acme.use1a.bulkhead.example/callback'],
    });
  });

  it('publishes the client', () => {
    const client = federated.only('aws_cognito_user_pool_client').address;
    expect(federated.only('aws_ssm_parameter')['insecure_value']).toContain(`"webClientId" = ${client}.id`);
  });

  it('changes no other stack: the cell’s pool takes what tenants put into it', () => {
    expect(JSON.stringify(federated.data('aws_ssm_parameter').map(({ name }) => String(name)))).not.toContain(
      '/bulkhead/prod/registry',
    );
    expect(federated.resources('aws_cognito_user_pool')).toEqual([]);
  });
});

const acmeDatabase = () => {
  const acme = prod.tenants.find(({ id }) => id === 'acme');
  if (!acme) throw new Error('prod has no tenant acme');
  return acme.database;
};

describe('a tenant that leaves', () => {
  const leaving = build({ lifecycle: 'offboarding' });

  it("is an administrator's to deploy, in AWS, in the state and in the cluster", () => {
    expect(aws(leaving).assume_role?.[0]?.role_arn).toBe(
      'arn:aws:iam::222222222222:role/OrganizationAccountAccessRole',
    );
    const { backend } = leaving.json['terraform'] as { backend: { s3: Record<string, unknown> } };
    expect(backend.s3).not.toHaveProperty('assume_role');
    expect(JSON.stringify(leaving.json['provider'])).toContain(
      'arn:aws:iam::222222222222:role/platform-admin',
    );
    expect(JSON.stringify(leaving.json)).not.toContain('deploy-tenant');
  });

  it('loses its protection and nothing else: everything keeps its address', () => {
    const addresses = (stack: SynthesizedStack): unknown => stack.inventory();
    expect(addresses(leaving)).toEqual(build().inventory());
    expect(leaving.only('aws_rds_cluster')['deletion_protection']).toBe(false);
  });
});
