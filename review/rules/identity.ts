import { isUnknown, type ResourceChange, type Values } from '../plan';
import { allowsEverything, canonical, isPolicy, widenings } from '../policy';
import { added, pairs } from './pairs';
import type { RiskRule } from './rule';

/** Who may do what: policies as sets, roles of Kubernetes, entries of clusters. */
export const identityRule: RiskRule = (resource, fate, plan) => {
  if (fate === 'create') return granted(resource, plan);
  if (fate !== 'change' && fate !== 'replace') return [];
  return [...policies(resource), ...rbac(resource)];
};

type Found = ReturnType<RiskRule>;

function policies({ change }: ResourceChange): Found {
  const before = Object.entries(change.before ?? {}).filter(([, value]) => isPolicy(value));
  const changedPolicies = before.flatMap(([name, old]): Found => {
    const now = change.after?.[name];
    if (isUnknown(change, [name])) {
      return [
        {
          level: 'high',
          kind: 'identity',
          what: `${name} is known only when it is applied, and may be wider`,
        },
      ];
    }
    if (isPolicy(now)) return widenings(old as string, now).map((text) => found('high', `${name} ${text}`));
    return now === null || now === undefined || now === ''
      ? // An endpoint or a queue without a policy has the service's own: anything, or only what its account says.
        [found('high', `${name} is gone: what it refused, nothing does now`)]
      : [];
  });
  const news = pairs(change.before, change.after).flatMap(({ path, before: old, after }): Found => {
    const isNew = isPolicy(after) && !isPolicy(old);
    return isNew && path.length === 1 ? [found('low', `${path.join('.')} is new`)] : [];
  });
  return [...changedPolicies, ...news];
}

const found = (level: 'low' | 'high', what: string): Found[number] => ({ level, kind: 'identity', what });

/** Policies of AWS that are as much as an administrator's. */
const ADMINISTRATOR = /(AdministratorAccess|PowerUserAccess|IAMFullAccess|AmazonEKSClusterAdminPolicy)$/;

/** Types that give somebody who may be there already something more. */
const GRANTS: readonly string[] = [
  'aws_dynamodb_resource_policy',
  'aws_ecr_repository_policy',
  'aws_eks_access_entry',
  'aws_eks_access_policy_association',
  'aws_iam_policy_attachment',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
  'aws_iam_user_policy',
  'aws_iam_user_policy_attachment',
  'aws_kms_grant',
  'aws_lambda_permission',
  'aws_secretsmanager_secret_policy',
  'kubernetes_cluster_role_binding_v1',
  'kubernetes_role_binding_v1',
];

/** What is new gives only itself something, unless it gives to what has been there. */
function granted({ type, change }: ResourceChange, plan: readonly ResourceChange[]): Found {
  const after = change.after ?? {};
  const everything = Object.entries(after).filter(([, value]) => isPolicy(value) && allowsEverything(value));
  if (everything.length > 0 && !type.startsWith('aws_kms_') && !type.startsWith('aws_vpc_endpoint')) {
    return everything.map(([name]) => found('high', `${name} allows a whole service on everything`));
  }
  const administrator = Object.values(after)
    .filter((value) => typeof value === 'string')
    .find((value) => ADMINISTRATOR.test(value));
  if (administrator !== undefined) return [found('high', `gives ${administrator}`)];
  if (!GRANTS.includes(type)) return [];
  const role = after['role'] ?? after['principal_arn'];
  const isOfNewRole = plan.some(
    (other) =>
      other.type === 'aws_iam_role' &&
      other.change.actions.includes('create') &&
      (role === undefined || [other.change.after?.['name'], other.change.after?.['arn']].includes(role)),
  );
  return isOfNewRole ? [] : [found('low', 'is new: it gives what may have been there before something more')];
}

const rbacText = (value: unknown): string => canonical(value);

function rbac({ type, change }: ResourceChange): Found {
  if (!/^kubernetes_(cluster_)?role(_binding)?(_v1)?$/.test(type)) return [];
  const list = type.includes('binding') ? 'subject' : 'rule';
  const of = (values: Values | null): readonly unknown[] => {
    const value = values?.[list];
    return Array.isArray(value) ? (value as unknown[]) : [];
  };
  const more = added(of(change.before), of(change.after), rbacText);
  return more.map((part) => found('high', `has a new ${list}: ${rbacText(part)}`));
}
