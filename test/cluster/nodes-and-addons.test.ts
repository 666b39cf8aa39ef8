import type { Synthesized } from '../support/synth';
import { build, PROPS } from './fixture';

const stack = build();
const addon = (name: string): Synthesized => {
  const [found] = stack.resources('aws_eks_addon').filter((one) => one['addon_name'] === name);
  if (!found) throw new Error(`no add-on ${name}`);
  return found;
};
const configuration = (name: string): unknown => JSON.parse(addon(name)['configuration_values'] as string);
const dependencies = (resource: Synthesized): string[] => (resource['depends_on'] ?? []) as string[];

describe('system nodes', () => {
  const template = stack.only('aws_launch_template');
  const nodeGroup = stack.only('aws_eks_node_group');

  it('keep pods from the credentials of the node', () => {
    expect(template['metadata_options']).toMatchObject({
      http_tokens: 'required',
      http_put_response_hop_limit: 1,
    });
  });

  it('encrypt all of their volumes', () => {
    const volumes = template['block_device_mappings'] as Synthesized[];
    expect(volumes.map((volume) => volume['device_name'] as string)).toEqual(['/dev/xvda', '/dev/xvdb']);
    for (const volume of volumes)
      expect(volume['ebs']).toMatchObject({ encrypted: 'true', volume_type: 'gp3' });
    expect(volumes[1]?.['ebs']).toMatchObject({ volume_size: 50 });
  });

  it('pass the tags of their owner to instances and volumes', () => {
    const specifications = template['tag_specifications'] as Synthesized[];
    expect(specifications.map((one) => one['resource_type'] as string)).toEqual([
      'instance',
      'volume',
      'network-interface',
    ]);
    for (const one of specifications) expect(one['tags']).toMatchObject(PROPS.instanceTags);
  });

  it('are for system pods only', () => {
    expect(nodeGroup['taint']).toEqual([{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NO_SCHEDULE' }]);
    expect(nodeGroup['labels']).toEqual({ 'node-pool': 'system' });
  });

  it('follow their template, and leave their number to whoever scales them', () => {
    expect(nodeGroup['launch_template']).toEqual({
      id: `\${${template.address}.id}`,
      version: `\${${template.address}.latest_version}`,
    });
    expect(nodeGroup['scaling_config']).toEqual({ min_size: 3, desired_size: 3, max_size: 6 });
    expect(nodeGroup['lifecycle']).toEqual({
      create_before_destroy: true,
      ignore_changes: ['scaling_config[0].desired_size'],
    });
  });

  it.each([
    ['arm64', 'BOTTLEROCKET_ARM_64'],
    ['x86_64', 'BOTTLEROCKET_x86_64'],
  ] as const)('run the image for %s', (architecture, image) => {
    const other = build({ systemNodes: { ...PROPS.systemNodes, architecture } });
    expect(other.only('aws_eks_node_group')['ami_type']).toBe(image);
  });

  it('may hand pods credentials of this cluster only', () => {
    const [podIdentity] = stack.statements('SystemNodes/Role/Policy');
    expect(podIdentity).toMatchObject({
      actions: ['eks-auth:AssumeRoleForPodIdentity'],
      resources: ['arn:aws:eks:us-east-1:222222222222:cluster/bulkhead-prod-use1a'],
    });
  });
});

describe('add-ons', () => {
  const before = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'];
  const after = ['coredns', 'aws-ebs-csi-driver'];

  it('come in the order in which nodes need them', () => {
    const nodeGroup = stack.only('aws_eks_node_group');
    for (const name of before) {
      expect(dependencies(nodeGroup)).toContain(addon(name).address);
      expect(dependencies(addon(name))).not.toContain(nodeGroup.address);
    }
    for (const name of after) expect(dependencies(addon(name))).toContain(nodeGroup.address);
    expect(stack.resources('aws_eks_addon')).toHaveLength(before.length + after.length);
  });

  it.each([...before, ...after])('pin %s and let nothing else configure it', (name) => {
    expect(addon(name)).toMatchObject({
      addon_version: expect.stringMatching(/^v.+-eksbuild\.\d+$/) as string,
      resolve_conflicts_on_create: 'OVERWRITE',
      resolve_conflicts_on_update: 'OVERWRITE',
      preserve: false,
    });
  });

  it('enforce network policies and give pods addresses in prefixes', () => {
    expect(configuration('vpc-cni')).toMatchObject({
      enableNetworkPolicy: 'true',
      env: {
        ENABLE_PREFIX_DELEGATION: 'true',
        WARM_PREFIX_TARGET: '1',
        ENABLE_POD_ENI: 'true',
        POD_SECURITY_GROUP_ENFORCING_MODE: 'standard',
      },
    });
  });

  it('put CoreDNS and the EBS controller on system nodes', () => {
    const placement = {
      nodeSelector: { 'node-pool': 'system' },
      tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    };
    expect(configuration('coredns')).toMatchObject(placement);
    expect(configuration('aws-ebs-csi-driver')).toMatchObject({
      controller: { ...placement, extraVolumeTags: PROPS.instanceTags },
    });
  });

  it.each([
    ['vpc-cni', 'aws-node', 'AmazonEKS_CNI_Policy'],
    ['aws-ebs-csi-driver', 'ebs-csi-controller-sa', 'AmazonEBSCSIDriverEKSClusterScopedPolicy'],
  ])('give %s permissions by Pod Identity', (name, serviceAccount, policy) => {
    const [association] = addon(name)['pod_identity_association'] as Synthesized[];
    expect(association?.['service_account']).toBe(serviceAccount);
    const [attachment] = stack
      .resources('aws_iam_role_policy_attachment')
      .filter((one) => one['policy_arn'] === `arn:aws:iam::aws:policy/${policy}`);
    expect(association?.['role_arn']).toBe((attachment?.['role'] as string).replace('.name}', '.arn}'));
    expect(dependencies(addon(name))).toContain(attachment?.address);
  });

  it('let no other service account and no other cluster take their roles', () => {
    const [trust] = stack.statements('VpcCni/Role/Trust');
    const conditions = (trust?.['condition'] as Synthesized[]).map(
      ({ test, variable, values }) => [test, variable, values] as unknown[],
    );
    expect(conditions).toEqual([
      [
        'StringEquals',
        'aws:RequestTag/eks-cluster-arn',
        ['arn:aws:eks:us-east-1:222222222222:cluster/bulkhead-prod-use1a'],
      ],
      ['StringEquals', 'aws:RequestTag/kubernetes-namespace', ['kube-system']],
      ['StringEquals', 'aws:RequestTag/kubernetes-service-account', ['aws-node']],
    ]);
  });
});
