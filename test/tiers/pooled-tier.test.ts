import { ProfessionalTier } from '../../constructs/tiers/professional-tier';
import { StarterTier } from '../../constructs/tiers/starter-tier';
import type { PooledTierProps } from '../../constructs/tiers/tier';
import { build, pooledProps, variablesOf } from './fixture';

const starter = (props: Partial<PooledTierProps> = {}) =>
  build((scope) => new StarterTier(scope, 'Tier', { ...pooledProps(scope), ...props }));

describe('a pooled tier', () => {
  const { stack, objects } = starter();

  it('has a rank, a namespace, nodes, a key and a secret of its own', () => {
    expect(stack.only('kubernetes_priority_class_v1')).toMatchObject({
      metadata: { name: 'tier-starter' },
      value: 1000,
      global_default: false,
    });
    expect(stack.only('kubernetes_namespace_v1')['metadata'].name).toBe('tier-starter');
    const released = (name: string): boolean => /^(release-)?(api|worker)/.test(name);
    expect(
      objects
        .filter(({ metadata }) => !released(metadata.name))
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        .sort(),
    ).toEqual([
      'EC2NodeClass/tier-starter',
      'HTTPRoute/service-api',
      'HTTPRoute/service-worker',
      'NodePool/tier-starter',
      'SecurityGroupPolicy/pods',
    ]);
    expect(stack.only('aws_kms_alias')['name']).toBe('alias/bulkhead-prod-use1a-tier/starter');
    expect(stack.only('aws_secretsmanager_secret')['name']).toBe(
      'bulkhead/prod/use1a/tier-starter/application',
    );
  });

  it('reaches every shard, and logs in as one user, each service with its own role', () => {
    const rules = stack
      .resources('aws_vpc_security_group_ingress_rule')
      .filter(({ from_port }) => from_port === 5432)
      .map(({ security_group_id }) => security_group_id as unknown);
    expect(rules).toEqual(['sg-shard-1', 'sg-shard-2']);
    const users = stack
      .data('aws_iam_policy_document')
      .filter(({ path }) => path.includes('connect-'))
      .map(({ statement: [{ resources }] }) => resources[0] as unknown);
    const user = (shard: string) =>
      `arn:aws:rds-db:us-east-1:222222222222:dbuser:prx-${shard}/bulkhead_starter`;
    expect(users.sort()).toEqual([user('1'), user('1'), user('2'), user('2')]);
  });

  it('lets those of its services into the cache that have a user there, each as its own', () => {
    const grants = stack
      .data('aws_iam_policy_document')
      .filter(({ path }) => path.includes('/Cache/'))
      .map(({ path, statement: [{ resources }] }) => [path, resources[1]] as unknown);
    expect(grants).toEqual([
      [
        'test/Tier/Namespace/Service-api/Cache/Permissions',
        'arn:aws:elasticache:us-east-1:222222222222:user:bulkhead-prod-use1a-svc-starter-api',
      ],
    ]);
  });

  it('has for each service what releases need, with the same program to try them out', () => {
    const names = (kind: string) =>
      objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
    expect(names('Rollout')).toEqual(['api', 'worker']);
    expect(names('ConfigMap')).toEqual(['release-api', 'release-worker']);
    const program = String(stack.only('kubernetes_config_map_v1', 'Smoke')['metadata'].name);
    expect(program).toMatch(/^smoke-[0-9a-f]{12}$/);
    for (const name of ['api-smoke', 'worker-smoke'])
      expect(JSON.stringify(objects.find(({ metadata }) => metadata.name === name))).toContain(program);
  });

  it('tells its services where the shards are, by the names that tokens have for them, and each its own part of the cache', () => {
    expect(variablesOf(objects, 'api')).toMatchObject({
      ...{ TIER: 'starter', CELL: 'use1a', AWS_REGION: 'us-east-1' },
      DATABASE_HOSTS: JSON.stringify({
        'data-shard-1': { writer: 'shard-1.example', reader: 'shard-1.ro.example' },
        'data-shard-2': { writer: 'shard-2.example', reader: 'shard-2.ro.example' },
      }),
      ...{ DATABASE_PORT: '5432', DATABASE_NAME: 'bulkhead', DATABASE_USER: 'bulkhead_starter' },
      ...{ CACHE_ENDPOINT: 'cache.example', CACHE_PORT: '6379', CACHE_NAME: 'bulkhead-prod-use1a' },
      ...{ CACHE_USER: 'bulkhead-prod-use1a-svc-starter-api', CACHE_PREFIX: 'svc:starter:api:' },
    });
    // It has no user there, and no one tenant.
    const worker = Object.keys(variablesOf(objects, 'worker'));
    expect(worker.filter((name) => name.startsWith('CACHE') || name === 'TENANT')).toEqual([]);
  });

  it('is looked after by people who are members of a group and have no right by that', () => {
    expect(stack.only('aws_eks_access_entry')).toMatchObject({
      principal_arn: 'arn:aws:iam::222222222222:role/people/operators',
      type: 'STANDARD',
      kubernetes_groups: ['bulkhead:operators:starter'],
    });
    expect(stack.resources('aws_eks_access_policy_association')).toEqual([]);
  });

  it('where nothing runs reaches nothing', () => {
    const { stack: empty } = starter({ services: [], quota: { ...pooledQuota, pods: 0 } });
    expect(empty.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
    expect(empty.resources('aws_iam_role')).toEqual([]);
  });
});

const pooledQuota = {
  cpu: 0,
  memoryGiB: 0,
  ephemeralGiB: 0,
  services: 0,
  volumes: 0,
  storageGiB: 0,
};

describe('the professional tier', () => {
  it('refuses nodes that end with two minutes’ notice', () => {
    expect(() =>
      build(
        (scope) =>
          new ProfessionalTier(scope, 'Tier', {
            ...pooledProps(scope),
            nodes: { capacityTypes: ['spot', 'on-demand'], limits: { cpu: 64, memoryGiB: 256 } },
          }),
      ),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Tier] invalid ProfessionalTier props:
       - nodes.capacityTypes must be on-demand: spot nodes end with two minutes' notice, got spot, on-demand"
    `);
  });
});

describe('the nodes of a tier', () => {
  it('are refused with every problem named at once', () => {
    expect(() =>
      starter({
        nodes: { capacityTypes: [], limits: { cpu: 2, memoryGiB: 1 } },
        businessHours: { startHourUtc: 24, hours: 0 },
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Tier/Nodes] invalid OwnNodes props:
       - capacityTypes must name at least one of 'on-demand' and 'spot', got none
       - limits.cpu must be at least 4, the smallest node, got 2
       - limits.memoryGiB must be at least 8, the smallest node, got 1
       - businessHours.startHourUtc must be a whole number from 0 to 23, got 24
       - businessHours.hours must be a whole number from 1 to 20, got 0"
    `);
  });
});
