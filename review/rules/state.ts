import { canonical } from '../canonical';
import type { ResourceChange, Values } from '../plan';
import { block, blocks, isValues } from '../values';
import { shown } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', kind: RuleFinding['kind'], what: string): RuleFinding => ({
  level,
  kind,
  what,
});

/**
 * What all resources of a stack go by: where Terraform remembers them, and where and as whom it deploys. They come as resources
 * of types `terraform` and `provider/<name>`.
 */
export const stateRule: RiskRule = ({ type, change: { before, after } }, _, plan) => {
  if (!before || !after) return [];
  if (type === 'terraform') return [...backend(before, after), ...versions(before, after)];
  if (type.startsWith('provider/')) return provider(before, after);
  return otherProvider(type, before, after, plan);
};

/** A resource that goes to another provider goes to its account and region, unless it is the same one by another name. */
function otherProvider(
  type: string,
  before: Values,
  after: Values,
  plan: readonly ResourceChange[],
): readonly RuleFinding[] {
  // What names none goes by the first word of its type.
  const [was, is] = [before, after].map(({ provider = type.split('_')[0] }) => provider);
  if (was === is) return [];
  const settings = (name: unknown, side: 'before' | 'after'): string | undefined => {
    const change = plan.find(({ address }) => address === `provider.${String(name)}`)?.change;
    return change && canonical({ ...change[side], alias: undefined });
  };
  const old = settings(was, 'before');
  if (old !== undefined && old === settings(is, 'after')) return [];
  return [
    found(
      'high',
      'state',
      `is deployed by provider ${shown(is)}, and no longer by ${shown(was)}: if that is another account or region, what is there stays and is made again`,
    ),
  ];
}

/** Where a state is, by backend: attributes that make it another one. Source: "Backend Configuration", Terraform. */
const PLACE = [
  'address',
  'bucket',
  'container_name',
  'endpoint',
  'endpoints',
  'hostname',
  'key',
  'organization',
  'path',
  'prefix',
  'region',
  'storage_account_name',
  'workspace_key_prefix',
  'workspaces',
] as const;

function backend(before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [kept(before), kept(after)];
  const lost = 'Terraform knows nothing of what it has deployed, and would make it all again: move the state';
  if (was.name !== is.name) {
    return [found('high', 'state', `keeps its state in ${is.name} and no longer in ${was.name}: ${lost}`)];
  }
  const moved = PLACE.filter((name) => canonical(was.settings[name]) !== canonical(is.settings[name]));
  const off = ['encrypt', 'use_lockfile', 'dynamodb_table'].filter(
    (name) => isSet(was.settings[name]) && !isSet(is.settings[name]),
  );
  const others = ['kms_key_id', 'assume_role', 'role_arn', 'allowed_account_ids'].filter(
    (name) => canonical(was.settings[name]) !== canonical(is.settings[name]),
  );
  return [
    ...moved.map((name) =>
      found(
        'high',
        'state',
        `keeps its state elsewhere (${name} goes from ${shown(was.settings[name])} to ${shown(is.settings[name])}): ${lost}`,
      ),
    ),
    ...off
      .filter((name) => name !== 'dynamodb_table' || !isSet(is.settings['use_lockfile']))
      .map((name) =>
        found(
          'high',
          name === 'encrypt' ? 'encryption' : 'protection',
          `${name} of its state goes from ${shown(was.settings[name])} to ${shown(is.settings[name])}`,
        ),
      ),
    ...others.map((name) =>
      found(
        name === 'kms_key_id' && !isSet(is.settings[name]) ? 'high' : 'low',
        name === 'kms_key_id' ? 'encryption' : 'state',
        `${name} of its state goes from ${shown(was.settings[name])} to ${shown(is.settings[name])}`,
      ),
    ),
  ];
}

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== '' && value !== 'false';

interface Kept {
  readonly name: string;
  readonly settings: Values;
}

/** A stack that names no backend has its state in a file beside its configuration. */
function kept(values: Values): Kept {
  const [first] = Object.entries(block(values['backend']));
  return first ? { name: first[0], settings: block(first[1]) } : { name: 'local', settings: {} };
}

/** The versions of Terraform and of providers. */
function versions(before: Values, after: Values): readonly RuleFinding[] {
  const [was, is] = [before, after].map((values) => block(values['required_providers']));
  const names = Object.keys({ ...was, ...is });
  const providers = names.flatMap((name) => {
    const [old, now] = [block(was?.[name]), block(is?.[name])];
    if (canonical(old) === canonical(now) || !was?.[name] || !is?.[name]) return [];
    const isOther = canonical(old['source']) !== canonical(now['source']);
    if (isOther) {
      return [
        found(
          'high',
          'state',
          `provider ${name} is ${shown(now['source'])} and no longer ${shown(old['source'])}`,
        ),
      ];
    }
    return [
      found(
        'low',
        'state',
        `provider ${name} goes from ${shown(old['version'])} to ${shown(now['version'])}: read what that changes`,
      ),
    ];
  });
  const [old, now] = [before['required_version'], after['required_version']];
  return [
    ...providers,
    ...(old === now
      ? []
      : [found('low', 'state', `requires Terraform ${shown(now)} and no longer ${shown(old)}`)]),
  ];
}

/** Where a provider makes things. */
const ELSEWHERE = [
  'region',
  'allowed_account_ids',
  'host',
  'config_path',
  'config_context',
  'endpoints',
  'profile',
];

function provider(before: Values, after: Values): readonly RuleFinding[] {
  const elsewhere = ELSEWHERE.filter(
    (name) => canonical(placeOf(before, name)) !== canonical(placeOf(after, name)),
  );
  const [was, is] = [rolesOf(before), rolesOf(after)];
  const accounts = [was, is].map((roles) => [...new Set(roles.flatMap((role) => role.split(':')[4] ?? []))]);
  const isOtherAccount = was.length > 0 && is.length > 0 && canonical(accounts[0]) !== canonical(accounts[1]);
  const unsafe = ['insecure', 'skip_credentials_validation', 'skip_requesting_account_id'].filter(
    (name) => !isSet(before[name]) && isSet(after[name]),
  );
  const stays = 'what it has deployed stays where it was, and is made again there';
  return [
    ...elsewhere.map((name) =>
      found(
        'high',
        'state',
        `deploys elsewhere (${name} goes from ${shown(placeOf(before, name))} to ${shown(placeOf(after, name))}): ${stays}`,
      ),
    ),
    ...(isOtherAccount && !elsewhere.includes('allowed_account_ids')
      ? [found('high', 'state', `deploys to another account (as ${is.join(', ') || 'nobody'}): ${stays}`)]
      : []),
    ...(canonical(was) !== canonical(is) && !isOtherAccount
      ? [
          found(
            'high',
            'delivery',
            `deploys as ${is.join(', ') || 'whoever runs it'} and no longer as ${was.join(', ') || 'whoever runs it'}`,
          ),
        ]
      : []),
    ...unsafe.map((name) => found('high', 'protection', `${name} becomes ${shown(after[name])}`)),
    ...tags(before, after),
  ];
}

/** Helm's provider has the cluster in a block of its own. */
const placeOf = (values: Values, name: string): unknown => values[name] ?? block(values['kubernetes'])[name];

/** Roles that a provider takes on, by itself or by the command that gives it a token. */
function rolesOf(values: Values): readonly string[] {
  const given = blocks(values['assume_role']).map((role) => String(role['role_arn']));
  const execs = [...blocks(values['exec']), ...blocks(block(values['kubernetes'])['exec'])];
  const asked = execs.flatMap(({ args }) => {
    const list: readonly unknown[] = Array.isArray(args) ? (args as unknown[]) : [];
    const place = list.indexOf('--role-arn');
    return place < 0 ? [] : [String(list[place + 1])];
  });
  return [...given, ...asked];
}

/** Tags by which the platform knows whose something is. */
const OWNERS = ['environment', 'cell', 'tier', 'tenant'] as const;

function tags(before: Values, after: Values): readonly RuleFinding[] {
  const of = (values: Values): Values => {
    const all = block(block(values['default_tags'])['tags']);
    return isValues(all) ? all : {};
  };
  const [was, is] = [of(before), of(after)];
  return OWNERS.filter((name) => was[name] !== is[name]).map((name) =>
    found(
      'low',
      'contract',
      `the tag ${name} of all it has goes from ${shown(was[name])} to ${shown(is[name])}`,
    ),
  );
}
