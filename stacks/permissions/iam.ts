import type { Statement } from '../../constructs/access/statement';
import { permissionsBoundaryName } from '../../constructs/core/permissions-boundary';
import type { Placement } from '../../constructs/core/placement';
import { iamArn, KEEPS_IDENTITY, prefixOf, type Reach, staysOwn } from './scope';

export interface RoleUse {
  /** Names of the roles without the placement's prefix; `*` stands for any characters. */
  readonly names: readonly string[];

  /** Services that the stacks hand roles to: `eks.amazonaws.com`. */
  readonly passTo: readonly string[];

  /** Managed policies of AWS that the stacks attach, by the part of the ARN after `policy/`. @default - none */
  readonly awsPolicies?: readonly string[];

  /** Services that make a role of their own on first use: `eks.amazonaws.com`. @default - none */
  readonly serviceLinked?: readonly string[];
}

/** ARN of the permissions boundary of the placement. */
export const boundaryArn = (placement: Placement): string =>
  iamArn(placement, `policy/${permissionsBoundaryName(placement)}`);

/**
 * Creating and changing roles of the placement, each within the permissions boundary.
 *
 * A deployer decides what the roles it makes may do, so the boundary is what keeps it from making one that may do more
 * than itself. Every action that widens a role is allowed only on roles that have the boundary, and the boundary itself,
 * the deployer roles and their policies are refused to everyone. Managed policies of our own are not allowed at all: a
 * role's permissions stand in the role.
 */
export function roleStatements(
  placement: Reach,
  { names, passTo, awsPolicies = [], serviceLinked = [] }: RoleUse,
): readonly Statement[] {
  const prefix = prefixOf(placement);
  const roles = names.map((name) => iamArn(placement, `role/${prefix}-${name}`));
  const bounded = {
    test: 'StringEquals',
    variable: 'iam:PermissionsBoundary',
    values: [boundaryArn(placement)],
  };
  return [
    {
      sid: 'ReadRoles',
      actions: [
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListInstanceProfilesForRole',
        'iam:ListRolePolicies',
        'iam:ListRoleTags',
      ],
      resources: roles,
    },
    {
      sid: 'ChangeBoundedRoles',
      actions: [
        'iam:CreateRole',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:DetachRolePolicy',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      resources: roles,
      conditions: [bounded],
    },
    ...(awsPolicies.length > 0
      ? [
          {
            sid: 'AttachPolicies',
            actions: ['iam:AttachRolePolicy'],
            resources: roles,
            conditions: [
              bounded,
              {
                test: 'ArnEquals',
                variable: 'iam:PolicyARN',
                values: awsPolicies.map((name) => `arn:aws:iam::aws:policy/${name}`),
              },
            ],
          },
        ]
      : []),
    { sid: 'TagRoles', actions: ['iam:TagRole'], resources: roles, conditions: staysOwn(placement) },
    { sid: 'UntagRoles', actions: ['iam:UntagRole'], resources: roles, conditions: [KEEPS_IDENTITY] },
    {
      sid: 'PassRoles',
      actions: ['iam:PassRole'],
      resources: roles,
      conditions: [{ test: 'StringEquals', variable: 'iam:PassedToService', values: passTo }],
    },
    ...(serviceLinked.length > 0
      ? [
          {
            sid: 'ServiceLinkedRoles',
            actions: ['iam:CreateServiceLinkedRole'],
            resources: serviceLinked.map((service) =>
              iamArn(placement, `role/aws-service-role/${service}/*`),
            ),
            conditions: [{ test: 'StringEquals', variable: 'iam:AWSServiceName', values: serviceLinked }],
          },
        ]
      : []),
    {
      sid: 'NeverTouchAccess',
      effect: 'Deny',
      // All actions of IAM, because this refuses: nobody who deploys may see to it that he may deploy more.
      actions: ['iam:*'],
      resources: [
        boundaryArn(placement),
        ...['deploy', 'plan', 'read', 'state'].flatMap((kind) => [
          iamArn(placement, `role/${prefix}-${kind}-*`),
          iamArn(placement, `policy/${prefix}-${kind}-*`),
        ]),
      ],
    },
  ];
}
