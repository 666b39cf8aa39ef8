import type { ResourceFact } from '../facts';
import { at, isTrue, objectOf, textOf, textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { tenantOfHost } from '../gateway';
import { API_SCOPES, clientsOf, poolProblems, TENANT_ATTRIBUTE, writesTenant } from '../identity';
import { attribute, resourcesOf } from '../stack';
import { isSyntheticOf } from '../synthetic';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** What tells tenants apart in a user pool: names of resource servers and of identity providers. */
const NAMED = {
  aws_cognito_resource_server: 'identifier',
  aws_cognito_identity_provider: 'provider_name',
} as const;

/** Scopes that are about the person, and say nothing of a tenant. */
const OF_PEOPLE = ['openid', 'email', 'profile', 'phone'];

/**
 * Whose tokens a user pool issues. A token's tenant comes from the user's attribute, the name of a provider or the scope of
 * a resource server: nobody but the owner has its names, and no client writes the attribute or asks for another's scope.
 */
export const identity: Rule = (scene) => [
  ...Object.entries(NAMED).flatMap(([type, key]) =>
    resourcesOf(scene.stack, type).flatMap((resource) => [
      ...named(scene, resource, key),
      ...inPool(scene, resource),
    ]),
  ),
  ...resourcesOf(scene.stack, 'aws_cognito_identity_provider').flatMap((each) => provider(scene, each)),
  ...clientsOf(scene.stack).flatMap((each) => [...inPool(scene, each), ...client(scene, each)]),
  ...pools(scene),
];

/** Whose name something is called, in words for a finding. */
function whose({ world, stack }: Scene, name: string): string {
  if (!name.startsWith('tenant-')) return EVERYBODY;
  return world.ownerOfNamespace(stack.place, name)?.stack ?? `whoever is to be ${name}`;
}

function named(scene: Scene, resource: ResourceFact, key: string): readonly Finding[] {
  const { owner } = scene.stack;
  const name = attribute(resource, key);
  const own = owner
    ? owner.kind === 'tenant' && name === owner.namespace
    : (!name.startsWith('tenant-') || isSyntheticHere(scene, name)) && !name.includes('‹');
  if (own) return [];
  return [
    finder('identity', scene.stack)(
      resource,
      whose(scene, name),
      `it is called ${name || 'nothing'}, and tokens know a tenant by that name (${key})`,
      owner ? `Call it ${owner.namespace}` : 'Call it as no tenant could be called',
    ),
  ];
}

/** The identity stack has what synthetic tenants of its cell have: they have no stack of their own. */
const isSyntheticHere = ({ world, stack }: Scene, name: string): boolean =>
  isSyntheticOf(stack.place, name) && world.publisher(stack.place, 'identity') === stack.name;

/** What an owner has in a pool, it has in its cell's. */
function inPool({ world, stack }: Scene, resource: ResourceFact): readonly Finding[] {
  const pool = attribute(resource, 'user_pool_id');
  if (!stack.owner || pool === world.field(stack.place, 'identity', 'userPoolId')) return [];
  return [
    finder('identity', stack)(
      resource,
      EVERYBODY,
      `it is in the user pool ${pool} and not in its cell’s`,
      'Use userPoolId of the identity contract',
    ),
  ];
}

/** A provider says who somebody is, and nothing of the tenant. */
function provider({ stack }: Scene, resource: ResourceFact): readonly Finding[] {
  const found = finder('identity', stack);
  const mapping = objectOf(resource.values['attribute_mapping']);
  const sets = Object.keys(mapping).find(
    (key) => key.toLowerCase() === TENANT_ATTRIBUTE || key.includes('‹'),
  );
  const claims = textsOf(resource.values['idp_identifiers']);
  const secret = textOf(at(resource.values['provider_details'], 'client_secret'));
  return [
    ...(sets === undefined
      ? []
      : [
          found(
            resource,
            EVERYBODY,
            `its people’s tenant is what it says (attribute_mapping ${sets})`,
            'Map an e-mail address and a name only',
          ),
        ]),
    ...(claims.length === 0
      ? []
      : [
          found(
            resource,
            EVERYBODY,
            `it takes sign-ins of ${claims.join(', ')}, whosever they are (idp_identifiers)`,
            'Let applications name the provider',
          ),
        ]),
    ...(secret === ''
      ? []
      : [
          found(
            resource,
            'whoever reads the state',
            'its client secret stands in Terraform’s state (provider_details)',
            'Have the function make it that keeps the secret from Terraform',
          ),
        ]),
  ];
}

function client(scene: Scene, resource: ResourceFact): readonly Finding[] {
  const { stack } = scene;
  const own = stack.owner?.namespace;
  const scopes = textsOf(resource.values['allowed_oauth_scopes']).filter(
    (scope) =>
      ![...API_SCOPES, ...OF_PEOPLE].includes(scope) && !(own !== undefined && scope.startsWith(`${own}/`)),
  );
  const providers = textsOf(resource.values['supported_identity_providers']);
  const strange = providers.filter((name) => name !== (own ?? 'COGNITO'));
  const flows = textsOf(resource.values['explicit_auth_flows']).filter((flow) =>
    /PASSWORD_AUTH|ADMIN|CUSTOM/.test(flow),
  );
  const hosts = [
    ...textsOf(resource.values['callback_urls']),
    ...textsOf(resource.values['logout_urls']),
  ].flatMap((url) => {
    const tenant = tenantOfHost(stack.place, /^[a-z]+:\/\/([^/:?#]+)/.exec(url)?.[1] ?? '');
    return tenant === undefined || tenant === own ? [] : [tenant];
  });
  const table: readonly (readonly [wrong: boolean, to: string, problem: string, fix: string])[] = [
    [
      scopes.length > 0,
      whose(scene, scopes[0]?.split('/')[0] ?? ''),
      `it may ask for ${scopes.join(', ')} (allowed_oauth_scopes)`,
      'Leave tenants’ scopes to their own clients',
    ],
    [
      providers.length === 0 || strange.length > 0,
      whose(scene, strange[0] ?? ''),
      `it admits people of ${strange.join(', ') || 'every provider'} (supported_identity_providers)`,
      own === undefined ? 'Name COGNITO, the pool itself' : `Name ${own}, the owner’s own provider`,
    ],
    [
      writesTenant(resource),
      EVERYBODY,
      `it may write ${TENANT_ATTRIBUTE}, and so may whoever signs in by it (write_attributes)`,
      'Name the attributes that it may write, and not this one',
    ],
    [
      hosts.length > 0,
      whose(scene, hosts[0] ?? ''),
      `it hands codes to the host of ${hosts.join(', ')} (callback_urls, logout_urls)`,
      'Name hosts of the owner only',
    ],
    [
      isTrue(resource.values['generate_secret']),
      'whoever reads the state',
      'its secret stands in Terraform’s state (generate_secret)',
      'Have the function make it that puts secrets into Secrets Manager',
    ],
    [
      flows.length > 0,
      EVERYBODY,
      `it lets people in past the pool’s own pages (explicit_auth_flows ${flows.join(', ')})`,
      'Leave these flows out',
    ],
  ];
  return table
    .filter(([wrong]) => wrong)
    .map(([, to, problem, fix]) => finder('identity', stack)(resource, to, problem, fix));
}

/** In the pool itself: nobody signs up, a user's tenant is set once, and the function sees every token. */
const pools = ({ stack }: Scene): readonly Finding[] =>
  resourcesOf(stack, 'aws_cognito_user_pool').flatMap((pool) =>
    poolProblems(stack, pool).map((problem) =>
      finder('identity', stack)(
        pool,
        EVERYBODY,
        `it ${problem}, so who a token’s tenant is could be chosen`,
        'Let administrators make users, with an immutable tenant_id that no client writes, and token-claims see every token',
      ),
    ),
  );
