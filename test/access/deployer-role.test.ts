import {
  DeployerRole,
  type DeployerRoleProps,
  MANAGED_POLICY_MAX,
} from '../../constructs/access/deployer-role';
import { PermissionsBoundary } from '../../constructs/access/permissions-boundary';
import { policyJson, type Statement } from '../../constructs/access/statement';
import { synth, type SynthesizedStack } from '../support/synth';

const statement = (sid: string, characters = 0): Statement => ({
  sid,
  actions: ['s3:GetObject'],
  resources: [`arn:aws:s3:::${'b'.repeat(characters)}`],
});
/** A statement that fills a policy of its own to the given length. */
const filling = (sid: string, length: number): Statement =>
  statement(sid, length - policyJson([statement(sid)]).length);

const PROPS: DeployerRoleProps = {
  name: 'bulkhead-prod-use1a-deploy-network',
  description: 'Deploys use1a: network',
  trustedRoleArns: ['arn:aws:iam::999999999999:role/deploy'],
  statements: [statement('One')],
  tags: { cell: 'use1a' },
};
const build = (props: Partial<DeployerRoleProps> = {}): SynthesizedStack =>
  synth((stack) => new DeployerRole(stack, 'Deployer', { ...PROPS, ...props }));

describe('a deployer role', () => {
  it('has one policy for each part of its statements, all attached', () => {
    const stack = build({ statements: [filling('A', MANAGED_POLICY_MAX), statement('B')] });
    const policies = stack.resources('aws_iam_policy');
    expect(policies.map((policy) => policy['name'] as unknown)).toEqual([
      `${PROPS.name}-1`,
      `${PROPS.name}-2`,
    ]);
    const attached = stack
      .resources('aws_iam_role_policy_attachment')
      .map((one) => String(one['policy_arn']));
    expect(attached).toEqual(policies.map(({ address }) => `\${${address}.arn}`));
    expect(stack.statements('Statements1').map(({ sid }) => sid as unknown)).toEqual(['A']);
    expect(stack.statements('Statements2').map(({ sid }) => sid as unknown)).toEqual(['B']);
  });

  it('takes a statement that just fits a policy', () => {
    expect(() => build({ statements: [filling('Full', MANAGED_POLICY_MAX)] })).not.toThrow();
  });

  it('refuses a statement one character longer, by name', () => {
    expect(() => build({ statements: [filling('Full', MANAGED_POLICY_MAX + 1)] })).toThrow(
      'statements must fit 6144 characters each, too long: Full; divide them',
    );
  });

  it('takes ten full policies, and refuses eleven', () => {
    const full = (count: number): readonly Statement[] =>
      Array.from({ length: count }, (_, index) => filling(`S${String(index)}`, MANAGED_POLICY_MAX));
    expect(() => build({ statements: full(10) })).not.toThrow();
    expect(() => build({ statements: full(11) })).toThrow(
      'statements must fit 10 managed policies, they need 11',
    );
  });

  it('refuses wildcards in its trust, repeated sids and an empty trust', () => {
    expect(() =>
      build({
        trustedRoleArns: ['arn:aws:iam::999999999999:role/*'],
        statements: [statement('A'), statement('A')],
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Deployer] invalid DeployerRole props:
       - trustedRoleArns must be ARNs of roles without wildcards, got arn:aws:iam::999999999999:role/*
       - statements must each have a sid of their own, found twice: A"
    `);
    expect(() => build({ trustedRoleArns: [] })).toThrow(
      'trustedRoleArns must name at least one role, got none',
    );
  });
});

describe('a permissions boundary', () => {
  const boundary = (length: number): SynthesizedStack =>
    synth(
      (stack) =>
        new PermissionsBoundary(stack, 'Boundary', {
          statements: [filling('Most', length)],
          tags: { cell: 'use1a' },
        }),
    );

  it('has the name that roles are told', () => {
    expect(boundary(MANAGED_POLICY_MAX).only('aws_iam_policy')['name']).toBe('bulkhead-prod-use1a-boundary');
  });

  it('must fit one policy', () => {
    expect(() => boundary(MANAGED_POLICY_MAX + 1)).toThrow('for a role has one boundary only; got 6145');
  });
});
