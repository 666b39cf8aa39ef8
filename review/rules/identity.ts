import { isUnknown, type ResourceChange, type Values } from '../plan';
import { allowsEverybody, allowsEverything, isPolicy, joined, refuses, widenings } from '../policy';
import { pairs, shown, textsOf } from './pairs';
import type { RiskRule, RuleFinding, Surroundings } from './rule';

/** Who may do what, by IAM policies, compared as sets. */
export const identityRule: RiskRule = (resource, fate, plan, surroundings) => {
  if (fate === 'create') {
    const given = ofRole(resource, plan);
    const isMore = given === undefined || widenings(given.before, given.after).length > 0;
    return isMore ? granted(resource, plan, surroundings) : [];
  }
  if (fate === 'destroy') return withdrawn(resource, plan);
  return fate === 'change' || fate === 'replace' ? [...policies(resource, plan), ...boundary(resource)] : [];
};

type Found = readonly RuleFinding[];
const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'identity', what });

/** Settings that hold a policy. */
const POLICY =
  /^(policy|.*_policy|inline_policy\..*policy|policy_document|policy_text|access_policies|resource_policy)$/;

/**
 * A role's own policies together: what one of them says may have been another one's. The statements that allow are of all before
 * and of this one now, those that refuse of this one before and of all now.
 */
function ofRole(
  { type, change }: ResourceChange,
  plan: readonly ResourceChange[],
): { readonly before: string; readonly after: string } | undefined {
  const role = (change.after ?? change.before)?.['role'];
  if (type !== 'aws_iam_role_policy' || role === undefined) return undefined;
  const all = (side: 'before' | 'after'): readonly string[] =>
    plan
      .filter((other) => other.type === type && other.change[side]?.['role'] === role)
      .flatMap((other) => textsOf(other.change[side]?.['policy']));
  const own = (side: 'before' | 'after'): readonly string[] => textsOf(change[side]?.['policy']);
  return {
    before: joined([joined(all('before'), 'Allow'), joined(own('before'), 'Deny')]),
    after: joined([joined(own('after'), 'Allow'), joined(all('after'), 'Deny')]),
  };
}

function policies(resource: ResourceChange, plan: readonly ResourceChange[]): Found {
  const { type, change } = resource;
  const before = policiesIn(change.before);
  const after = policiesIn(change.after);
  const together = ofRole(resource, plan);
  const known = [...before].flatMap(([name, old]): Found => {
    const now = after.get(name);
    if (isUnknown(change, name.split('.'))) {
      return [found('high', `${name} is known only when it is applied, and may be wider`)];
    }
    if (now === undefined) {
      // An endpoint or a queue without a policy has the service's own: anything, or only what its account says.
      return isPolicy(old) ? [found('high', `${name} is gone: what it refused, nothing does now`)] : [];
    }
    if (now === old) return [];
    if (!isPolicy(now))
      return [found('high', `${name} is another one, and cannot be read here: ${shown(now)}`)];
    if (!isPolicy(old)) return [found('high', `${name} is another one, and what it was cannot be read here`)];
    return widenings(together?.before ?? old, together?.after ?? now).map((text) =>
      found('high', `${name} ${text}`),
    );
  });
  const news = [...after].filter(([name, text]) => !before.has(name) && isPolicy(text));
  return [
    ...known,
    ...news.map(([name, text]) => found(levelOf(type, text), `${name} is new${allows(text)}`)),
  ];
}

const levelOf = (type: string, policy: string): 'low' | 'high' =>
  allowsEverybody(policy) || (allowsEverything(policy) && !isOfResource(type)) ? 'high' : 'low';

const allows = (policy: string): string => {
  const [first, ...more] = widenings(NOTHING, policy);
  if (first === undefined) return '';
  return `: ${first}${more.length > 0 ? `, and ${String(more.length)} more` : ''}`;
};
const NOTHING = '{"Statement":[]}';

/** Policies by the path of the setting that holds them. */
function policiesIn(values: Values | null): ReadonlyMap<string, string> {
  return new Map(
    pairs(undefined, values).flatMap(({ path, after }) => {
      const name = path.join('.');
      const isOne =
        typeof after === 'string' && ((POLICY.test(name) && after.startsWith('${')) || isPolicy(after));
      return isOne ? [[name, after] as const] : [];
    }),
  );
}

/** A boundary is the most that a role may ever do. That it is dropped, is told as a protection that is off. */
function boundary({ change }: ResourceChange): Found {
  const { before, after } = change;
  const [was, is] = [
    textsOf(before?.['permissions_boundary'])[0],
    textsOf(after?.['permissions_boundary'])[0],
  ];
  if (was === undefined || was === is) return [];
  if (isUnknown(change, ['permissions_boundary'])) {
    const what = 'permissions_boundary is known only when it is applied';
    return [{ level: 'low', kind: 'protection', what }];
  }
  return is === undefined
    ? [{ level: 'high', kind: 'protection', what: `permissions_boundary goes from ${was} to unset` }]
    : [found('high', `permissions_boundary is another one: ${is}, and no longer ${was}`)];
}

/** What refused something, and is no more. What goes together with what it was for, is missed by nobody. */
function withdrawn({ type, change: { before } }: ResourceChange, plan: readonly ResourceChange[]): Found {
  const refusing = Object.entries(before ?? {}).filter(([, value]) => isPolicy(value) && refuses(value));
  if (refusing.length === 0 || !type.includes('policy')) return [];
  const text = JSON.stringify(before);
  const names = plan
    .filter(({ change }) => change.actions.length === 1 && change.actions[0] === 'delete')
    .filter((other) => other.type !== type && text.includes(`\${${other.address}.`));
  return names.length > 0
    ? []
    : refusing.map(([name]) => found('high', `${name} is gone: what it refused, nothing does now`));
}

/** Policies of AWS that are as much as an administrator's. */
export const ADMINISTRATOR =
  /(AdministratorAccess|PowerUserAccess|IAMFullAccess|AmazonEKSClusterAdminPolicy|AmazonEKSAdminPolicy)$/;

/** Types that give somebody who may be there already something more. */
const GRANTS: readonly string[] = [
  'aws_dynamodb_resource_policy',
  'aws_ecr_repository_policy',
  'aws_eks_access_entry',
  'aws_eks_access_policy_association',
  'aws_eks_pod_identity_association',
  'aws_iam_group_policy',
  'aws_iam_group_policy_attachment',
  'aws_iam_policy_attachment',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
  'aws_iam_user_policy',
  'aws_iam_user_policy_attachment',
  'aws_kms_grant',
  'aws_kms_key_policy',
  'aws_lambda_permission',
  'aws_s3_bucket_policy',
  'aws_secretsmanager_secret_policy',
  'aws_sns_topic_policy',
  'aws_sqs_queue_policy',
  'aws_vpc_endpoint_policy',
  'kubernetes_cluster_role_binding_v1',
  'kubernetes_role_binding_v1',
];

/** Policies that say who may use one resource: `*` is that resource. */
const isOfResource = (type: string): boolean =>
  /^aws_(kms_|vpc_endpoint|secretsmanager_|ecr_|sqs_|sns_|s3_|dynamodb_|lambda_|backup_)/.test(type);

/** What is new gives only itself something, unless it gives to what has been there. */
function granted(
  { type, change }: ResourceChange,
  plan: readonly ResourceChange[],
  { isNew }: Surroundings,
): Found {
  const after = change.after ?? {};
  const held = [...policiesIn(after)];
  const everybody = held.filter(([, text]) => allowsEverybody(text));
  if (everybody.length > 0 && !type.startsWith('aws_vpc_endpoint')) {
    return everybody.map(([name, text]) => found('high', `${name} lets everybody in${allows(text)}`));
  }
  const everything = held.filter(([, text]) => allowsEverything(text));
  if (everything.length > 0 && !isOfResource(type)) {
    return everything.map(([name]) => found('high', `${name} allows a whole service on everything`));
  }
  const administrator = Object.values(after)
    .flatMap(textsOf)
    .find((value) => ADMINISTRATOR.test(value));
  if (administrator !== undefined) return [found('high', `gives ${administrator}`)];
  if (!GRANTS.includes(type) || isNew === true || isToNew(after, plan)) return [];
  const [first] = held;
  return [
    found(
      'low',
      `is new: it gives what may have been there before something more${first ? allows(first[1]) : ''}`,
    ),
  ];
}

/** Settings that say to whom something is given, or what may be used. */
const RECEIVERS = [
  'role',
  'roles',
  'principal_arn',
  'user',
  'group',
  'bucket',
  'queue_url',
  'secret_arn',
  'resource_arn',
  'repository',
  'arn',
  'key_id',
  'function_name',
  'role_arn',
] as const;

/** Whether all that is given is given to, or is of, something that is new itself. */
function isToNew(after: Values, plan: readonly ResourceChange[]): boolean {
  const receivers = RECEIVERS.flatMap((name) => textsOf(after[name]));
  const made = plan.filter(({ change }) => change.actions.length === 1 && change.actions[0] === 'create');
  if (receivers.length === 0) return made.some(({ type }) => type === 'aws_iam_role');
  return receivers.every((receiver) =>
    made.some(
      ({ address, change }) =>
        receiver.startsWith(`\${${address}.`) ||
        ['name', 'arn', 'id', 'bucket'].some((name) => change.after?.[name] === receiver),
    ),
  );
}
