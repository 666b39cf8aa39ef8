import { canonical } from '../canonical';
import type { ResourceChange, Values } from '../plan';
import { covers, widenings } from '../policy';
import { block } from '../values';
import { ADMINISTRATOR } from './identity';
import { at } from './kinds';
import { added, shown, textOf, textsOf } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'identity', what });

/** Who may do what, where it is said by other things than policies. */
export const accessRule: RiskRule = ({ type, change }, fate) => {
  const { before, after } = change;
  if ((fate !== 'change' && fate !== 'replace') || !before || !after) {
    return fate === 'create' ? news(type, after ?? {}) : [];
  }
  const judges = JUDGES[type];
  return judges ? judges.flatMap((judge) => judge(before, after)) : [];
};

type Judge = (before: Values, after: Values) => readonly RuleFinding[];

/** Another value of a setting that says who gets something, or what. */
const other =
  (what: string, ...names: readonly string[]): Judge =>
  (before, after) =>
    names
      .filter((name) => canonical(before[name]) !== canonical(after[name]))
      .map((name) =>
        found('high', `${what}: ${name} is ${shown(after[name])}, and no longer ${shown(before[name])}`),
      );

/** More in a list. */
const more =
  (level: 'low' | 'high', name: string, what: string): Judge =>
  (before, after) => {
    const news = added(textsOf(before[name]), textsOf(after[name]), (text) => text);
    return news.length > 0 ? [found(level, `${what}: ${name} has ${news.join(', ')}`)] : [];
  };

const attachment: Judge = (before, after) => {
  const [was, is] = [before['policy_arn'], after['policy_arn']];
  if (was === is) return [];
  return [
    found(
      'high',
      ADMINISTRATOR.test(String(is))
        ? `gives ${String(is)}`
        : `gives another policy: ${shown(is)}, and no longer ${shown(was)}`,
    ),
  ];
};

/** Where in a cluster an access policy counts. */
const scope: Judge = (before, after) => {
  const [was, is] = [block(before['access_scope']), block(after['access_scope'])];
  if (was['type'] !== 'cluster' && is['type'] === 'cluster')
    return [found('high', 'counts in the whole cluster')];
  const news =
    is['type'] === 'cluster'
      ? []
      : added(textsOf(was['namespaces']), textsOf(is['namespaces']), (text) => text);
  return was['type'] !== 'cluster' && news.length > 0
    ? [found('high', `counts in more namespaces: ${news.join(', ')}`)]
    : [];
};

/** A permission of Lambda as the statement that it adds to the function's policy. Source: "AddPermission", Lambda API Reference. */
function permission(values: Values): string {
  const principal = String(values['principal']);
  const conditions: readonly (readonly [setting: string, operator: string, key: string])[] = [
    ['source_arn', 'ArnLike', 'aws:SourceArn'],
    ['source_account', 'StringEquals', 'aws:SourceAccount'],
    ['principal_org_id', 'StringEquals', 'aws:PrincipalOrgID'],
    ['function_url_auth_type', 'StringEquals', 'lambda:FunctionUrlAuthType'],
    ['event_source_token', 'StringEquals', 'lambda:EventSourceToken'],
  ];
  const asked = conditions
    .filter(([setting]) => textsOf(values[setting]).length > 0)
    .map(([setting, operator, key]) => [operator, { [key]: values[setting] }] as const);
  const merged = new Map<string, Record<string, unknown>>();
  for (const [operator, keys] of asked) merged.set(operator, { ...merged.get(operator), ...keys });
  return JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Action: values['action'],
        Resource: `${String(values['function_name'])}:${textOf(values['qualifier'])}`,
        Principal: principal.includes('.amazonaws.com') ? { Service: principal } : { AWS: principal },
        Condition: Object.fromEntries(merged),
      },
    ],
  });
}

/** A grant of KMS as a statement. Source: "CreateGrant", AWS KMS API Reference. */
function grant(values: Values): string {
  const constraints = at(values, 'constraints').flatMap((constraint) =>
    Object.entries(constraint).flatMap(([name, context]) =>
      Object.entries(block(context)).map(([key, value]) => [name, key, value] as const),
    ),
  );
  return JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Action: textsOf(values['operations']).map((name) => `kms:${name}`),
        Resource: values['key_id'],
        Principal: { AWS: values['grantee_principal'] },
        Condition: {
          StringEquals: Object.fromEntries(
            constraints.map(([name, key, value]) => [`${name}:${key}`, value]),
          ),
        },
      },
    ],
  });
}

const asPolicy =
  (policy: (values: Values) => string): Judge =>
  (before, after) =>
    widenings(policy(before), policy(after)).map((text) => found('high', text));

/**
 * What a user of a cache may do: `~` and `%` are keys, `&` channels, `+` commands. Source: "ACL", Valkey documentation, and
 * "Role-Based Access Control (RBAC)", Amazon ElastiCache User Guide.
 */
const accessString: Judge = (before, after) => {
  const [was, is] = [wordsOf(before), wordsOf(after)];
  const wider = is.filter((word) => {
    const sign = signOf(word);
    if (sign === '-') return false;
    return !was.some(
      (old) =>
        signOf(old) === sign &&
        covers(old.slice(sign.length), word.slice(sign.length)) &&
        !isCategory(old, word),
    );
  });
  const unsaid = was.filter((word) => word.startsWith('-') && !is.includes(word) && word !== '-@all');
  const kept = wider.filter((word) => !(was.includes('+@all') && word.startsWith('+')));
  const isOn = (values: Values): boolean => textOf(values['access_string']).split(/\s+/).includes('on');
  return [
    ...(!isOn(before) && isOn(after)
      ? [found('high', 'a user of the cache may sign in, and could not')]
      : []),
    ...(kept.length > 0
      ? [found('high', `a user of the cache may do more: ${kept.slice(0, 6).join(' ')}`)]
      : []),
    ...(unsaid.length > 0 && is.some((word) => word.startsWith('+@'))
      ? [found('high', `a user of the cache is no longer refused ${unsaid.slice(0, 6).join(' ')}`)]
      : []),
  ];
};

const wordsOf = (values: Values): readonly string[] =>
  textOf(values['access_string'])
    .split(/\s+/)
    .map((word) => WORDS[word] ?? word)
    .filter((word) => !/^(on|off|resetkeys|resetchannels|nocommands|)$/.test(word));

const WORDS: Readonly<Record<string, string>> = {
  allchannels: '&*',
  allcommands: '+@all',
  allkeys: '~*',
};

const signOf = (word: string): string => /^(?:%RW?~|%W~|[~&+-])/.exec(word)?.[0] ?? '';
/** A star in the name of a command is none. */
const isCategory = (old: string, word: string): boolean => old.startsWith('+') && old !== word;

const ORDER = ['iam', 'password', 'no-password-required'];
const authentication: Judge = (before, after) => {
  const of = (values: Values): unknown => block(values['authentication_mode'])['type'];
  const [was, is] = [of(before), of(after)];
  return was !== is && ORDER.indexOf(String(is)) > ORDER.indexOf(String(was))
    ? [found('high', `a user of the cache shows who it is by ${shown(is)}, and no longer by ${shown(was)}`)]
    : [];
};

const client: readonly Judge[] = [
  more('high', 'allowed_oauth_scopes', 'its tokens may do more'),
  more('high', 'allowed_oauth_flows', 'gives tokens in other ways'),
  more('high', 'explicit_auth_flows', 'lets people sign in in other ways'),
  more('high', 'callback_urls', 'sends tokens elsewhere'),
  more('low', 'logout_urls', 'sends people elsewhere when they leave'),
  more('high', 'supported_identity_providers', 'takes the word of others for who somebody is'),
  more('low', 'write_attributes', 'lets users change more of themselves'),
];

const actor = other('acts as another role', 'role_arn');
const scheduler: Judge = (before, after) => actor(block(before['target']), block(after['target']));

const account: Judge = (before, after) => {
  const role = (values: Values): unknown =>
    block(block(values['metadata'])['annotations'])['eks.amazonaws.com/role-arn'];
  const [was, is] = [role(before), role(after)];
  return was !== is && is !== undefined
    ? [found('high', `its pods act as ${shown(is)}, and no longer as ${shown(was)}`)]
    : [];
};

const JUDGES: Readonly<Record<string, readonly Judge[]>> = {
  aws_cloudwatch_event_target: [actor],
  aws_cognito_user_pool_client: client,
  aws_cognito_identity_provider: [
    other('takes the word of another for who somebody is', 'provider_details', 'attribute_mapping'),
  ],
  aws_db_proxy: [actor],
  aws_eks_access_entry: [
    other('lets another one into the cluster', 'principal_arn', 'type'),
    more('high', 'kubernetes_groups', 'is in more groups of the cluster'),
  ],
  aws_eks_access_policy_association: [attachment, other('is for another one', 'principal_arn'), scope],
  aws_eks_pod_identity_association: [
    other('its pods act as another role', 'role_arn'),
    other('gives its role to other pods', 'namespace', 'service_account'),
  ],
  aws_elasticache_user: [accessString, authentication],
  aws_elasticache_user_group: [more('low', 'user_ids', 'lets more users in')],
  aws_iam_group_policy_attachment: [attachment, other('is for another one', 'group')],
  aws_iam_instance_profile: [other('its machines act as another role', 'role')],
  aws_iam_policy_attachment: [
    attachment,
    more('high', 'roles', 'is for more'),
    more('high', 'users', 'is for more'),
    more('high', 'groups', 'is for more'),
  ],
  aws_iam_role: [more('high', 'managed_policy_arns', 'may do more')],
  aws_iam_role_policy: [other('is for another one', 'role')],
  aws_iam_role_policy_attachment: [attachment, other('is for another one', 'role')],
  aws_iam_user_policy_attachment: [attachment, other('is for another one', 'user')],
  aws_kms_grant: [asPolicy(grant)],
  aws_lambda_function: [other('acts as another role', 'role')],
  aws_lambda_function_url: [other('asks for another proof of who calls', 'authorization_type')],
  aws_lambda_permission: [asPolicy(permission)],
  aws_scheduler_schedule: [scheduler],
  aws_sfn_state_machine: [actor],
  kubernetes_default_service_account_v1: [account],
  kubernetes_service_account_v1: [account],
};

function news(type: string, after: ResourceChange['change']['after'] & object): readonly RuleFinding[] {
  const isOpen =
    (type === 'aws_lambda_permission' &&
      String(after['principal']) === '*' &&
      textsOf(after['principal_org_id']).length === 0) ||
    (type === 'aws_lambda_function_url' && after['authorization_type'] === 'NONE');
  return isOpen ? [found('high', 'lets everybody call the function')] : [];
}
