import { securityGroupPolicy } from '../../constructs/core/security-group-policy';
import { securityGroupPolicyProblems } from '../support/security-group-policy-schema';

const groups = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `sg-${String(index)}`);

describe('securityGroupPolicy', () => {
  it.each([1, 5])('puts %i groups on every pod of a namespace', (count) => {
    const policy = securityGroupPolicy('tenant-acme', groups(count));
    expect(policy).toMatchObject({
      metadata: { name: 'pods', namespace: 'tenant-acme' },
      spec: { podSelector: {}, securityGroups: { groupIds: groups(count) } },
    });
    expect(securityGroupPolicyProblems(policy)).toEqual([]);
  });

  it.each([0, 6])('refuses %i groups: an interface takes 1 to 5', (count) => {
    expect(() => securityGroupPolicy('tenant-acme', groups(count))).toThrow(
      `groupIds must name 1 to 5 security groups for the pods of tenant-acme, got ${String(count)}`,
    );
  });

  it('refuses a group named twice', () => {
    expect(() => securityGroupPolicy('tenant-acme', ['sg-1', 'sg-1'])).toThrow('groupIds must differ');
  });
});

describe('the schema of the kind', () => {
  const { spec, ...rest } = securityGroupPolicy('tenant-acme', ['sg-1']);

  it.each([
    ['selects nothing', { ...rest, spec: { securityGroups: spec.securityGroups } }],
    ['names no group', { ...rest, spec: { ...spec, securityGroups: { groupIds: [] } } }],
    ['has a misspelt field', { ...rest, spec: { ...spec, securityGroupIds: ['sg-1'] } }],
    ['is of another version', { ...rest, spec, apiVersion: 'vpcresources.k8s.aws/v1' }],
  ])('refuses a policy that %s', (_, object) => {
    expect(securityGroupPolicyProblems(object)).not.toEqual([]);
  });
});
