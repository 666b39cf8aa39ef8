import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import type { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { permissionsBoundaryName } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';
import { MANAGED_POLICY_MAX } from './deployer-role';
import { policyDocument } from './policy-document';
import { policyJson, type Statement } from './statement';

export interface PermissionsBoundaryProps {
  /** The most that a role with this boundary may do. One policy: 6,144 characters. */
  readonly statements: readonly Statement[];

  /** Tags beside the provider's own. */
  readonly tags: Readonly<Record<string, string>>;

  /** Provider of the account that the policy lives in. @default - the stack's own */
  readonly provider?: TerraformProvider;
}

const RULES: readonly Rule<PermissionsBoundaryProps>[] = [
  {
    fails: ({ statements }) => policyJson(statements).length > MANAGED_POLICY_MAX,
    message: ({ statements }) =>
      `statements must fit ${String(MANAGED_POLICY_MAX)} characters, for a role has one boundary only; got ${String(policyJson(statements).length)}`,
  },
];

/**
 * The permissions boundary of every role that a placement's deployers create, under the name that
 * `permissionsBoundaryArn` tells them.
 */
export class PermissionsBoundary extends Construct {
  public constructor(scope: Construct, id: string, props: PermissionsBoundaryProps) {
    super(scope, id);
    validateProps(this, 'PermissionsBoundary props', props, RULES);
    const { statements, tags, provider } = props;
    new IamPolicy(this, 'Policy', {
      ...(provider && { provider }),
      name: permissionsBoundaryName(placementOf(this)),
      description: 'The most that a role of this cell may do',
      policy: policyDocument(this, 'Statements', statements, provider),
      tags: { ...tags },
    });
  }
}
