import { build } from '../fixture';

const role = (name: string): string => `arn:aws:iam::222222222222:role/${name}`;

describe('access entries', () => {
  it('put a role in its groups, and give it no access policy besides', () => {
    const stack = build({ groupMembers: [{ roleArn: role('deploy-tier'), groups: ['deployers:tier'] }] });
    expect(stack.only('aws_eks_access_entry', 'Member-')).toMatchObject({
      principal_arn: role('deploy-tier'),
      kubernetes_groups: ['deployers:tier'],
      type: 'STANDARD',
    });
    const policies = stack.resources('aws_eks_access_policy_association');
    expect(policies.map((policy) => policy['principal_arn'] as string)).not.toContain(role('deploy-tier'));
  });

  it('give an editor of a namespace its groups in the same entry', () => {
    const stack = build({
      namespaceEditors: [
        { roleArn: role('one'), namespace: 'jobs' },
        { roleArn: role('two'), namespace: 'jobs', groups: ['deployers:tenant'] },
      ],
    });
    const entries = stack.resources('aws_eks_access_entry').filter(({ path }) => path.includes('Editor-'));
    expect(entries.map((entry) => [entry['principal_arn'], entry['kubernetes_groups']] as unknown)).toEqual([
      [role('one'), undefined],
      [role('two'), ['deployers:tenant']],
    ]);
    expect(stack.only('aws_eks_access_policy_association', 'two')['access_scope']).toEqual({
      type: 'namespace',
      namespaces: ['jobs'],
    });
  });

  it('fail with every problem named at once', () => {
    const administrators = [role('admin')];
    expect(() =>
      build({
        administrators,
        namespaceEditors: [{ roleArn: role('admin'), namespace: 'jobs' }],
        groupMembers: [
          { roleArn: role('tier'), groups: [] },
          { roleArn: role('tier'), groups: ['system:masters'] },
        ],
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Cluster] invalid EksCluster props:
       - administrators, namespaceEditors, groupMembers and viewers must name a role once, for it has one access entry; got twice: arn:aws:iam::222222222222:role/admin, arn:aws:iam::222222222222:role/tier
       - groupMembers must each be in at least one group
       - groups must have a name that does not begin with system:, got system:masters"
    `);
  });
});
