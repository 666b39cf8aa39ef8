import { nodeRoleArn } from '../../constructs/delivery/names';
import { join } from 'node:path';
import { type App, Testing } from 'cdktf';
import { loadPlatform } from '../../config/load';
import type { Cell, Platform } from '../../config/platform';
import { ClusterStack } from '../../stacks/cluster';
import { NetworkStack } from '../../stacks/network';
import { synthStack, type SynthesizedStack } from '../support/synth';

const platform: Platform = loadPlatform(join(__dirname, '../..'), 'dev');

function withCell(change: (cell: Cell) => Cell): { readonly platform: Platform; readonly cell: Cell } {
  const [first] = platform.cells;
  if (!first) throw new Error('dev has no cell');
  return { platform, cell: change(first) };
}

function synthCluster(change: (cell: Cell) => Cell = (same) => same): {
  readonly stack: SynthesizedStack;
  readonly network: SynthesizedStack;
} {
  const app: App = Testing.app();
  const props = withCell(change);
  const network = new NetworkStack(app, props);
  const cluster = new ClusterStack(app, props);
  expect(cluster.dependencies).toEqual([network]);
  return { stack: synthStack(cluster), network: synthStack(network) };
}

describe('ClusterStack', () => {
  const { stack, network } = synthCluster();

  it('names the cluster as the network expects, so that Karpenter finds its subnets', () => {
    const name = 'bulkhead-dev-dev1a';
    expect(stack.only('aws_eks_cluster')['name']).toBe(name);
    expect(network.only('aws_subnet', 'Private/Subnet1')['tags']).toMatchObject({
      'karpenter.sh/discovery': name,
    });
  });

  it('runs in the private subnets of the network', () => {
    const source = stack.data('aws_ssm_parameter');
    expect(source.map((parameter) => parameter['name'] as string)).toEqual(['/bulkhead/dev/dev1a/network']);
    for (const subnets of [
      stack.only('aws_eks_cluster')['vpc_config'].subnet_ids,
      stack.only('aws_eks_node_group')['subnet_ids'],
    ]) {
      expect(subnets).toContain('privateSubnetIds');
    }
  });

  it('admits the administrators of the cell, the deployers of add-ons, gateways and databases, and those who look for drift', () => {
    const grants = stack.resources('aws_eks_access_policy_association');
    expect(grants.map((grant) => grant['principal_arn'] as string).sort()).toEqual([
      'arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-deploy-addons',
      'arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-deploy-data-shard',
      'arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-deploy-gateway',
      'arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-deploy-tenant',
      ...['addons', 'data-shard', 'gateway', 'tenant', 'tier'].map(
        (group) => `arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-plan-${group}`,
      ),
      'arn:aws:iam::444444444444:role/platform-admin',
    ]);
  });

  it('calls the role of its nodes as repositories of images know it', () => {
    const account = '444444444444';
    const cell = { platform: 'bulkhead', environment: 'dev', cell: 'dev1a', account, region: 'us-east-1' };
    const names = stack
      .resources('aws_iam_role')
      .map(({ name }) => `arn:aws:iam::${account}:role/${String(name)}`);
    expect(names).toContain(nodeRoleArn(cell));
  });

  it('lets those who look for drift see, and change nothing', () => {
    const viewers = stack
      .resources('aws_eks_access_policy_association')
      .filter(({ principal_arn: role }) => String(role).includes('-plan-'));
    expect(new Set(viewers.map(({ policy_arn: policy }) => String(policy)))).toEqual(
      new Set(['arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy']),
    );
  });

  it.each(['data-shard', 'tenant'])(
    'keeps the deployer of %s stacks to the namespace of their jobs',
    (group) => {
      expect(stack.only('aws_eks_access_policy_association', `-deploy-${group}/`)).toMatchObject({
        policy_arn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy',
        access_scope: { type: 'namespace', namespaces: ['data-migrations'] },
      });
    },
  );

  it('lets deployers of tiers and tenants be what the groups of their kind are', () => {
    const groups = stack
      .resources('aws_eks_access_entry')
      .map((entry) => [entry['principal_arn'], entry['kubernetes_groups']] as [string, string[]?])
      .filter(([, names]) => names);
    expect(Object.fromEntries(groups)).toEqual({
      'arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-deploy-tenant': ['bulkhead:deployers:tenant'],
      'arn:aws:iam::444444444444:role/bulkhead-dev-dev1a-deploy-tier': ['bulkhead:deployers:tier'],
    });
  });

  it('tags instances with the owner that cost reports ask for', () => {
    const [specification] = stack.only('aws_launch_template')['tag_specifications'] as { tags: unknown }[];
    expect(specification?.tags).toMatchObject({
      platform: 'bulkhead',
      environment: 'dev',
      cell: 'dev1a',
      tier: 'shared',
      tenant: 'shared',
      'cost-centre': 'platform-engineering',
    });
  });

  it.each([
    ['m7i.large', 'BOTTLEROCKET_x86_64'],
    ['m7g.large', 'BOTTLEROCKET_ARM_64'],
  ])('chooses the image for %s', (instanceType, image) => {
    const other = synthCluster((cell) => ({
      ...cell,
      cluster: {
        ...cell.cluster,
        systemNodes: { ...cell.cluster.systemNodes, instanceTypes: [instanceType] },
      },
    }));
    expect(other.stack.only('aws_eks_node_group')['ami_type']).toBe(image);
  });

  it('publishes all that other stacks need of it', () => {
    expect(stack.only('aws_ssm_parameter')).toMatchObject({ name: '/bulkhead/dev/dev1a/cluster' });
    const document = stack.only('aws_ssm_parameter')['insecure_value'] as string;
    for (const field of [
      'endpoint',
      'certificateAuthority',
      'nodeInstanceProfileName',
      'interruptionQueueName',
      'workloadSecurityGroupId',
    ]) {
      expect(document).toContain(field);
    }
  });
});
