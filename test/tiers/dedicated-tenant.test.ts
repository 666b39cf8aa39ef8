import { DedicatedTenant, type DedicatedTenantProps } from '../../constructs/tiers/dedicated-tenant';
import { OPTIONS } from '../data/fixture';
import { build, CACHE, pooledProps, RELEASES, variablesOf } from './fixture';

const tenant = (props: Partial<DedicatedTenantProps> = {}) =>
  build((scope) => {
    const { cluster, network, ranges, architecture, businessHours, tags, quota, containers } =
      pooledProps(scope);
    new DedicatedTenant(scope, 'Tenant', {
      ...{ cluster, network, ranges, architecture, businessHours, tags, quota, containers },
      tenantId: 'acme-eu',
      services: ['api'],
      database: OPTIONS,
      tenancy: {
        sql: (login) => ({ script: `SELECT tenancy.ensure_login('${login}');`, hash: '0' }),
        namespace: 'data-migrations',
        securityGroupId: 'sg-migrations',
      },
      cache: { ...CACHE, userGroupId: 'cache' },
      releases: RELEASES,
      zone: { id: 'Z1', name: 'use1a.bulkhead.example' },
      identity: {
        userPoolId: 'us-east-1_Ab12Cd34E',
        lives: { accessTokenMinutes: 60, refreshTokenHours: 12 },
        machineClientRotation: 1,
      },
      ...props,
    });
  });

describe('a dedicated tenant', () => {
  const { stack, objects } = tenant();

  it('has keys, a database, a namespace, a user of the cache, a place for secrets, a client for machines and a name of its own', () => {
    const named = (type: string, attribute: string) =>
      stack
        .resources(type)
        .map((resource) => String(resource[attribute]))
        .sort();
    expect(named('aws_kms_alias', 'name')).toEqual([
      'alias/bulkhead-prod-use1a-tenant-acme-eu',
      'alias/bulkhead-prod-use1a-tenant/acme-eu',
    ]);
    expect(named('aws_rds_cluster', 'cluster_identifier')).toEqual(['bulkhead-prod-use1a-tenant-acme-eu']);
    expect(stack.only('kubernetes_namespace_v1')['metadata'].name).toBe('tenant-acme-eu');
    expect(stack.only('aws_elasticache_user')).toMatchObject({
      user_id: 'bulkhead-prod-use1a-ten-acme-eu',
      access_string: expect.stringContaining('~ten:acme-eu:*') as string,
    });
    expect(named('aws_secretsmanager_secret', 'name')).toEqual([
      'bulkhead/prod/use1a/tenant-acme-eu/application',
      'bulkhead/prod/use1a/tenant-acme-eu/machine-credentials',
    ]);
    expect(stack.only('aws_route53_record')).toMatchObject({
      name: 'acme-eu.use1a.bulkhead.example',
      type: 'CNAME',
      records: ['enterprise.use1a.bulkhead.example'],
    });
  });

  it('logs in to its own database as a user that no other database has', () => {
    const [statement] = stack.statements('/connect-');
    expect(statement?.['resources'][0]).toMatch(
      /dbuser:\$\{aws_rds_cluster\.[\w-]+\.cluster_resource_id\}\/bulkhead_tenant_acme_eu$/,
    );
    expect(stack.only('kubernetes_config_map_v1', 'Tenancy')['data']['tenancy.sql']).toContain(
      "'bulkhead_tenant_acme_eu'",
    );
  });

  it("lets its own pods and the cell's migration jobs reach the database, and nobody else", () => {
    const pods = stack.only('aws_security_group', 'PodSecurityGroup').address;
    const peers = stack
      .resources('aws_vpc_security_group_ingress_rule')
      .map(
        ({ referenced_security_group_id, from_port }) => [referenced_security_group_id, from_port] as unknown,
      );
    expect(peers).toEqual([
      ['sg-migrations', 5432],
      [`\${${pods}.id}`, 5432],
      // Smoke tests of the tenant's own services.
      [`\${${pods}.id}`, 8080],
    ]);
  });

  it('tells its services whose they are, and of no database and no part of the cache but its own', () => {
    expect(variablesOf(objects, 'api')).toMatchObject({
      ...{ TIER: 'enterprise', TENANT: 'acme-eu', DATABASE_USER: 'bulkhead_tenant_acme_eu' },
      DATABASE_HOSTS: expect.stringMatching(
        /^\{"tenant-acme-eu":\{"writer":"[^"]+","reader":"[^"]+"\}\}$/,
      ) as string,
      ...{ CACHE_USER: 'bulkhead-prod-use1a-ten-acme-eu', CACHE_PREFIX: 'ten:acme-eu:' },
    });
  });

  it("keeps its secret from all whose pods are not the tenant's", () => {
    expect(stack.statements('Secrets/Policy')).toEqual([
      expect.objectContaining({
        effect: 'Deny',
        actions: ['secretsmanager:GetSecretValue'],
        condition: [
          {
            test: 'StringNotEquals',
            variable: 'aws:PrincipalTag/kubernetes-namespace',
            values: ['tenant-acme-eu'],
          },
        ],
      }),
    ]);
    expect(stack.data('aws_secretsmanager_secret_version')).toEqual([]);
    expect(stack.resources('aws_secretsmanager_secret_version')).toEqual([]);
  });

  it("runs on the tier's nodes, or on its own on request", () => {
    const label = (built: typeof stack): unknown =>
      built.only('kubernetes_namespace_v1')['metadata'].labels['bulkhead/node-pool'];
    expect(label(stack)).toBe('tier-enterprise');
    expect(objects.map(({ kind }) => kind)).not.toContain('NodePool');
    const own = tenant({ nodes: { capacityTypes: ['on-demand'], limits: { cpu: 16, memoryGiB: 64 } } });
    expect(label(own.stack)).toBe('tenant-acme-eu');
    expect(own.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toContain(
      'NodePool/tenant-acme-eu',
    );
  });
});

describe('the protection of a dedicated tenant', () => {
  /** Types of which something would be destroyed by a plan, with what RDS itself says. */
  const unprotected = ({ stack }: ReturnType<typeof tenant>) =>
    [
      ...['aws_kms_key', 'aws_rds_cluster', 'aws_rds_cluster_instance', 'aws_cloudwatch_log_group'],
      ...['aws_secretsmanager_secret', 'kubernetes_namespace_v1'],
    ].filter((type) =>
      stack
        .resources(type)
        .some(({ lifecycle }) => (lifecycle as { prevent_destroy?: boolean }).prevent_destroy !== true),
    );

  it('refuses to let anything go that holds data', () => {
    const active = tenant();
    expect(unprotected(active)).toEqual([]);
    expect(active.stack.only('aws_rds_cluster')['deletion_protection']).toBe(true);
  });

  it('is taken away from a tenant that leaves, and still a final snapshot is taken and keys wait', () => {
    const leaving = tenant({ offboarding: true });
    expect(unprotected(leaving)).toHaveLength(6);
    expect(leaving.stack.only('aws_rds_cluster')).toMatchObject({
      deletion_protection: false,
      skip_final_snapshot: false,
      final_snapshot_identifier: 'bulkhead-prod-use1a-tenant-acme-eu-final',
      delete_automated_backups: false,
    });
    for (const key of leaving.stack.resources('aws_kms_key')) expect(key['deletion_window_in_days']).toBe(30);
    for (const secret of leaving.stack.resources('aws_secretsmanager_secret'))
      expect(secret['recovery_window_in_days']).toBe(30);
  });
});
