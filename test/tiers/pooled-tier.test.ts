import { ProfessionalTier } from '../../constructs/tiers/professional-tier';
import { StarterTier } from '../../constructs/tiers/starter-tier';
import type { PooledTierProps } from '../../constructs/tiers/tier';
import { build, pooledProps } from './fixture';

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
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual([
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
      .map(({ security_group_id, from_port }) => [security_group_id, from_port] as unknown);
    expect(rules).toEqual([
      ['sg-shard-1', 5432],
      ['sg-shard-2', 5432],
    ]);
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
