import { textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { principal, type Principal, principalsOfHolder } from '../principals';
import { isDeployment } from '../platform-reach';
import { attribute, resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/**
 * Policies of AWS that the platform's roles have, and why that lets nobody reach an owner's data. What AWS may change at any
 * time is understood by name only.
 */
const UNDERSTOOD: Readonly<Record<string, string>> = {
  AmazonEBSCSIDriverEKSClusterScopedPolicy: 'volumes of the cluster',
  AmazonEKS_CNI_Policy: 'network interfaces',
  AmazonEKSVPCResourceController: 'network interfaces',
  AmazonEC2ContainerRegistryPullOnly: 'images',
  // Its ssm:GetParameter is the nodes': one hop of the metadata service and the restricted standard keep pods from it.
  AmazonSSMManagedInstanceCore: 'sessions on nodes',
  AmazonRDSEnhancedMonitoringRole: 'metrics',
  AWSBackupServiceRolePolicyForBackup: 'taken by AWS Backup alone',
  AWSBackupServiceRolePolicyForRestores: 'taken by AWS Backup alone',
};

const MANAGED = /^arn:aws:iam::aws:policy\/(?:.*\/)?([^/]+)$/;

/** Policies that stand elsewhere: on an owner's role none may, for nobody here knows what they allow. */
export const managedPolicies: Rule = (scene) => {
  const { world, stack } = scene;
  if (isDeployment(stack)) return [];
  const attached = resourcesOf(
    stack,
    'aws_iam_role_policy_attachment',
    'aws_iam_policy_attachment',
    'aws_iam_user_policy_attachment',
    'aws_iam_group_policy_attachment',
  ).flatMap((attachment) =>
    principalsOfHolder(world, stack, attachment.address).flatMap((holder) =>
      check(scene, attachment.address, attribute(attachment, 'policy_arn'), holder),
    ),
  );
  const listed = resourcesOf(stack, 'aws_iam_role').flatMap((role) =>
    textsOf(role.values['managed_policy_arns']).flatMap((arn) =>
      check(scene, role.address, arn, principal(world, `‹${stack.name}:${role.address}.name›`, stack.place)),
    ),
  );
  const exclusive = resourcesOf(stack, 'aws_iam_role_policy_attachments_exclusive').flatMap((list) =>
    textsOf(list.values['policy_arns']).flatMap((arn) =>
      check(scene, list.address, arn, principal(world, attribute(list, 'role_name'), stack.place)),
    ),
  );
  return [...attached, ...listed, ...exclusive];
};

function check({ stack }: Scene, address: string, arn: string, holder: Principal): readonly Finding[] {
  const found = finder('managed-policy', stack);
  const owner = holder.owner ?? stack.owner;
  const own = arn.startsWith(`‹${stack.name}:aws_iam_policy.`);
  if (owner && owner.stack !== stack.name) {
    return [
      found(
        address,
        owner.stack,
        `it attaches ${arn} to ${holder.text}, a role of ${owner.stack}`,
        'Attach policies to roles of the same stack only',
      ),
    ];
  }
  const name = MANAGED.exec(arn)?.[1];
  if (own || (!owner && name !== undefined && name in UNDERSTOOD)) return [];
  return [
    found(
      address,
      EVERYBODY,
      `it attaches ${arn} to ${holder.text}, and what that allows is not written here`,
      owner
        ? 'Write the permissions it needs in a policy of its own'
        : 'Write the permissions in a policy of the stack, or add the policy to guarantees/isolation/references/managed-policies.ts with the reason why it reaches no owner',
    ),
  ];
}
