import type { Condition, Statement } from '../../constructs/access/statement';
import { allows, type Request } from '../support/iam';
import type { Synthesized, SynthesizedStack } from '../support/synth';

/** Roles and resource policies of synthesized stacks, as what they allow. */

interface RawStatement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions?: readonly string[];
  // A list that only Terraform can make is one expression.
  readonly resources?: readonly string[] | string;
  readonly condition?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[] | string;
  }[];
}

/** Lists that only Terraform can make stand for anything: what is in them, the construct's own tests tell. */
const listed = (value: readonly string[] | string | undefined): readonly string[] =>
  typeof value === 'string' ? ['*'] : (value ?? ['*']);

const statementOf = ({ sid, effect, actions, resources, condition }: RawStatement): Statement => ({
  sid: sid ?? '',
  effect: effect === 'Deny' ? 'Deny' : 'Allow',
  actions: actions ?? [],
  resources: listed(resources),
  conditions: (condition ?? []).map(({ test, variable, values }): Condition => ({
    test,
    variable,
    values: listed(values),
  })),
});

/** Statements of the policy document that an expression names. */
function document(stack: SynthesizedStack, expression: unknown): readonly Statement[] {
  const found = stack
    .data('aws_iam_policy_document')
    .find(({ address }) => String(expression).includes(`${address}.`));
  if (!found) throw new Error(`no policy document in ${String(expression)}`);
  return (found['statement'] as readonly RawStatement[]).map(statementOf);
}

const roleOf = (stack: SynthesizedStack, name: string): Synthesized => {
  const role = stack.resources('aws_iam_role').find((one) => one['name'] === name);
  if (!role) throw new Error(`no role ${name}`);
  return role;
};

/** What a role's own policies allow. */
export function permissionsOf(stack: SynthesizedStack, name: string): readonly Statement[] {
  const role = roleOf(stack, name);
  return stack
    .resources('aws_iam_role_policy')
    .filter((policy) => String(policy['role']).includes(`${role.address}.`))
    .flatMap((policy) => document(stack, policy['policy']));
}

/** Who may take a role. */
export const trustOf = (stack: SynthesizedStack, name: string): readonly Statement[] =>
  document(stack, roleOf(stack, name)['assume_role_policy']);

/** Statements of a resource's policy, by the construct path of its document. */
export const resourcePolicy = (stack: SynthesizedStack, within: string): readonly Statement[] =>
  stack.statements(within).map((statement) => statementOf(statement as RawStatement));

/** One call of AWS in a release, by whom. */
export interface Call extends Request {
  /** Name of the role that makes it. */
  readonly by: string;
}

/** Whether every one of the calls is allowed; those that are not. */
export const refused = (permissions: readonly Statement[], calls: readonly Call[]): readonly string[] =>
  calls
    .filter((call) => !allows(permissions, call))
    .map(({ action, resource }) => `${action} on ${resource}`);

/** Statements without which every call would still be allowed. */
export const idle = (permissions: readonly Statement[], calls: readonly Call[]): readonly string[] =>
  permissions
    .filter(({ effect }) => effect !== 'Deny')
    .filter(
      (statement) =>
        refused(
          permissions.filter((one) => one !== statement),
          calls,
        ).length === 0,
    )
    .map(({ sid }) => sid);

/** Actions that are allowed and that no call makes. */
export const unused = (permissions: readonly Statement[], calls: readonly Call[]): readonly string[] =>
  permissions
    .filter(({ effect }) => effect !== 'Deny')
    .flatMap((statement) =>
      statement.actions
        .filter(
          (action) =>
            !calls.some(
              (call) => call.action === action && allows([{ ...statement, actions: [action] }], call),
            ),
        )
        .map((action) => `${statement.sid}: ${action}`),
    );
