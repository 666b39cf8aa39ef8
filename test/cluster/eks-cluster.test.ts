import { KUBERNETES_VERSIONS } from '../../config/schema/kubernetes-versions';
import { ADDON_VERSIONS } from '../../constructs/cluster/addon-versions';
import { build, PROPS } from './fixture';

const cluster = (props = {}) => build(props).only('aws_eks_cluster');
const dependencies = (resource: Readonly<Record<string, unknown>>): string =>
  ((resource['depends_on'] ?? []) as string[]).join(' ');

describe('EksCluster', () => {
  it('gives whoever creates it no rights in it', () => {
    expect(cluster()['access_config']).toEqual({
      authentication_mode: 'API',
      bootstrap_cluster_creator_admin_permissions: false,
    });
  });

  it('encrypts secrets with a key that rotates and cannot be destroyed', () => {
    const stack = build();

    const key = stack.only('aws_kms_key', 'SecretsKey');
    expect(key).toMatchObject({ enable_key_rotation: true, lifecycle: { prevent_destroy: true } });
    expect(cluster()['encryption_config']).toEqual({
      provider: { key_arn: `\${${key.address}.arn}` },
      resources: ['secrets'],
    });
  });

  it('writes every control-plane log to a log group that exists before it', () => {
    const stack = build({ logRetentionDays: 90 });

    expect(cluster()['enabled_cluster_log_types']).toEqual([
      'api',
      'audit',
      'authenticator',
      'controllerManager',
      'scheduler',
    ]);
    const logGroup = stack.only('aws_cloudwatch_log_group');
    expect(logGroup).toMatchObject({
      name: '/aws/eks/bulkhead-prod-use1a/cluster',
      retention_in_days: 90,
      kms_key_id: expect.stringContaining('aws_kms_key') as string,
    });
    expect(dependencies(stack.only('aws_eks_cluster'))).toContain(logGroup.address);
  });

  it('answers inside the VPC only, unless networks are named', () => {
    expect(cluster()['vpc_config']).toEqual({
      subnet_ids: ['subnet-n1', 'subnet-n2', 'subnet-n3'],
      endpoint_private_access: true,
      endpoint_public_access: false,
    });
    expect(cluster({ publicAccessCidrs: ['203.0.113.0/24'] })['vpc_config']).toMatchObject({
      endpoint_private_access: true,
      endpoint_public_access: true,
      public_access_cidrs: ['203.0.113.0/24'],
    });
  });

  it('refuses to be deleted, leaves zones in trouble, and takes no add-ons but those here', () => {
    expect(cluster()).toMatchObject({
      deletion_protection: true,
      lifecycle: { prevent_destroy: true },
      zonal_shift_config: { enabled: true },
      bootstrap_self_managed_addons: false,
    });
  });

  it.each([
    ['standard', 'STANDARD'],
    ['extended', 'EXTENDED'],
  ] as const)('follows the %s support policy', (supportPolicy, expected) => {
    expect(cluster({ supportPolicy })['upgrade_policy']).toEqual({ support_type: expected });
  });

  it('admits the administrators, and nodes of Karpenter, and nobody else', () => {
    const administrators = [
      'arn:aws:iam::111111111111:role/platform-admin',
      'arn:aws:iam::222222222222:role/teams/one/platform-admin',
    ];
    const stack = build({ administrators });

    const entries = stack.resources('aws_eks_access_entry');
    const principals = entries.map((entry) => [entry['type'], entry['principal_arn']] as string[]);
    expect(principals.filter(([type]) => type === 'STANDARD').map(([, arn]) => arn)).toEqual(administrators);
    expect(principals.filter(([type]) => type === 'EC2_LINUX').map(([, arn]) => arn)).toEqual([
      `\${${stack.only('aws_iam_role', 'Karpenter/NodeRole').address}.arn}`,
    ]);
    expect(entries).toHaveLength(3);
    for (const grant of stack.resources('aws_eks_access_policy_association')) {
      expect(administrators).toContain(grant['principal_arn']);
      expect(grant['access_scope']).toEqual({ type: 'cluster' });
    }
    expect(stack.resources('aws_eks_access_policy_association')).toHaveLength(2);
  });

  it('tells administrators apart whose names differ only in a slash, and keeps the ids of those without a path', () => {
    const administrators = ['a/b-c', 'a-b/c', 'a/b/c', 'a-b-c'].map(
      (role) => `arn:aws:iam::111111111111:role/${role}`,
    );
    const stack = build({ administrators });

    const addresses = stack
      .resources('aws_eks_access_entry')
      .filter(({ type }) => type === 'STANDARD')
      .map((entry): readonly [string, string] => [
        entry['principal_arn'] as string,
        entry.address.replace(/^.*_(Administrator.*)_Entry.*$/, '$1'),
      ]);
    expect(Object.fromEntries(addresses)).toMatchInlineSnapshot(`
     {
       "arn:aws:iam::111111111111:role/a-b-c": "Administrator-111111111111-a-b-c",
       "arn:aws:iam::111111111111:role/a-b/c": "Administrator-111111111111-a-b-c-d9432923",
       "arn:aws:iam::111111111111:role/a/b-c": "Administrator-111111111111-a-b-c-283100eb",
       "arn:aws:iam::111111111111:role/a/b/c": "Administrator-111111111111-a-b-c-08717743",
     }
    `);
  });

  it('lets its role be taken for this cluster only', () => {
    const [trust] = build().statements('Cluster/Role/Trust');
    expect(trust?.['condition']).toEqual([
      { test: 'StringEquals', variable: 'aws:SourceAccount', values: ['222222222222'] },
      {
        test: 'ArnEquals',
        variable: 'aws:SourceArn',
        values: ['arn:aws:eks:us-east-1:222222222222:cluster/bulkhead-prod-use1a'],
      },
    ]);
  });

  it('puts the permissions boundary on every role', () => {
    const roles = build().resources('aws_iam_role');
    expect(roles).toHaveLength(6);
    for (const role of roles) {
      expect(role['permissions_boundary']).toBe(
        'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
      );
    }
  });

  it('has pinned add-ons for every Kubernetes version that config allows', () => {
    expect(Object.keys(ADDON_VERSIONS)).toEqual(KUBERNETES_VERSIONS.map(({ version }) => version));
  });

  it.each(Object.entries(ADDON_VERSIONS))(
    'pins each add-on for Kubernetes %s exactly',
    (version, { checked, versions }) => {
      expect(checked).toMatch(/^\d{4}-\d\d-\d\d$/);
      for (const addon of Object.values(versions)) expect(addon).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
      expect(versions['kube-proxy']).toMatch(new RegExp(`^v${version.replace('.', '\\.')}\\.`));
    },
  );

  it('fails with every problem named at once', () => {
    expect(() =>
      build({
        kubernetesVersion: '1.31',
        publicAccessCidrs: ['0.0.0.0/0'],
        administrators: [],
        systemNodes: { ...PROPS.systemNodes, instanceTypes: [], min: 4, max: 3, diskGiB: 19 },
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Cluster] invalid EksCluster props:
       - kubernetesVersion must be one with pinned add-ons (1.32, 1.33, 1.34, 1.35, 1.36), got '1.31'
       - publicAccessCidrs must not open the Kubernetes API to the internet, got 0.0.0.0/0
       - administrators must name at least one role
       - systemNodes.instanceTypes must name at least one type
       - systemNodes.min must be between 1 and systemNodes.max, got 4 and 3
       - systemNodes.diskGiB must be between 20 and 16384, got 19"
    `);
  });

  it('names the same administrator once', () => {
    const [administrator = ''] = PROPS.administrators;
    expect(() => build({ administrators: [administrator, administrator] })).toThrow(
      'administrators must differ',
    );
  });

  it.each([40, 41])('takes at most 40 networks for public access, got %i', (count) => {
    const publicAccessCidrs = Array.from({ length: count }, (_, index) => `203.0.113.${String(index)}/32`);
    const many = () => build({ publicAccessCidrs });
    if (count === 40) expect(many).not.toThrow();
    else expect(many).toThrow('publicAccessCidrs must name at most 40 networks, got 41');
  });
});
