import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { NAME_RULES, nameWithin } from '../core/naming';
import { type Rule, validateProps } from '../core/validation';
import { policyDocument, trustDocument } from './policy-document';
import { packStatements, policyJson, type Statement } from './statement';

/** Longest managed policy, in characters without white space. Source: "IAM and AWS STS quotas", IAM User Guide. */
export const MANAGED_POLICY_MAX = 6144;

/** Most managed policies of a role, where nobody has asked AWS for more. Source: as above. */
export const MANAGED_POLICIES_PER_ROLE = 10;

/** One hour, in seconds. A role assumed from a role gets no more, whatever is asked for: "role chaining", IAM User Guide. */
export const SESSION_SECONDS = 3600;

export interface DeployerRoleProps {
  /** Name of the role, at most 64 characters. */
  readonly name: string;

  /** What the role is for, shown in the IAM console. */
  readonly description: string;

  /** ARNs of the roles that may assume this one; nobody else may. At least one. */
  readonly trustedRoleArns: readonly string[];

  /** All that the role may do. */
  readonly statements: readonly Statement[];

  /** Tags beside the provider's own. */
  readonly tags: Readonly<Record<string, string>>;

  /** Provider of the account that the role lives in. @default - the stack's own */
  readonly provider?: TerraformProvider;

  /** Trusted roles of the same stack: IAM refuses to trust what does not exist. @default - none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

type Settings = Pick<DeployerRoleProps, 'trustedRoleArns' | 'statements'>;

const tooLong = ({ statements }: Settings): readonly string[] =>
  statements.filter((statement) => policyJson([statement]).length > MANAGED_POLICY_MAX).map(({ sid }) => sid);

const repeated = ({ statements }: Settings): readonly string[] => {
  const sids = statements.map(({ sid }) => sid);
  return [...new Set(sids.filter((sid, index) => sids.indexOf(sid) < index))];
};

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ trustedRoleArns }) => trustedRoleArns.length === 0,
    message: () => 'trustedRoleArns must name at least one role, got none',
  },
  {
    fails: ({ trustedRoleArns }) =>
      trustedRoleArns.some((arn) => !/^arn:aws:iam::\d{12}:role\/[^*]+$/.test(arn)),
    message: ({ trustedRoleArns }) =>
      `trustedRoleArns must be ARNs of roles without wildcards, got ${trustedRoleArns.join(', ')}`,
  },
  {
    fails: ({ statements }) => statements.length === 0,
    message: () => 'statements must not be empty: a role that may do nothing deploys nothing',
  },
  {
    fails: (settings) => repeated(settings).length > 0,
    message: (settings) =>
      `statements must each have a sid of their own, found twice: ${repeated(settings).join(', ')}`,
  },
  {
    fails: (settings) => tooLong(settings).length > 0,
    message: (settings) =>
      `statements must fit ${String(MANAGED_POLICY_MAX)} characters each, too long: ${tooLong(settings).join(', ')}; divide them`,
  },
  {
    fails: ({ statements }) =>
      packStatements(statements, MANAGED_POLICY_MAX).length > MANAGED_POLICIES_PER_ROLE,
    message: ({ statements }) =>
      `statements must fit ${String(MANAGED_POLICIES_PER_ROLE)} managed policies, they need ${String(packStatements(statements, MANAGED_POLICY_MAX).length)}`,
  },
];

/**
 * A role that deploys one group of stacks, or plans them, and may do exactly what the statements say.
 *
 * Only the named roles may assume it, for an hour at a time. Its policies are managed ones, because together they are
 * longer than an inline policy may be; they are divided by length, in the order of the statements.
 */
export class DeployerRole extends Construct {
  public readonly arn: string;
  public readonly role: IamRole;

  public constructor(scope: Construct, id: string, props: DeployerRoleProps) {
    super(scope, id);
    validateProps<Settings>(this, 'DeployerRole props', props, RULES);
    const { name, trustedRoleArns, statements, provider } = props;
    const tags = { ...props.tags };

    this.role = new IamRole(this, 'Role', {
      ...(provider && { provider }),
      name,
      description: props.description,
      assumeRolePolicy: trustDocument(this, 'Trust', trustedRoleArns, provider),
      maxSessionDuration: SESSION_SECONDS,
      tags,
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
    });
    this.arn = this.role.arn;

    packStatements(statements, MANAGED_POLICY_MAX).forEach((part, index) => {
      const number = String(index + 1);
      const policy = new IamPolicy(this, `Policy${number}`, {
        ...(provider && { provider }),
        name: nameWithin(NAME_RULES.iamPolicy.max, [name, number]),
        policy: policyDocument(this, `Statements${number}`, part, provider),
        tags,
      });
      new IamRolePolicyAttachment(this, `Attachment${number}`, {
        ...(provider && { provider }),
        role: this.role.name,
        policyArn: policy.arn,
      });
    });
  }
}
