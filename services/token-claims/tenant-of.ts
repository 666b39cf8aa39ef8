import { isName } from '../../constructs/core/owner';
import { machineScope, TENANT_ATTRIBUTE, tenantResourceServer } from '../../constructs/core/tenant-token';
import { isObject, own, type TokenEvent } from './event';
import { Refusal } from './refusal';

/** How names of tenants' resource servers, and of their identity providers, begin. */
const TENANT_PREFIX = tenantResourceServer('');

/** A text this long names no identity: one takes some 200 characters. */
const LONGEST_IDENTITIES = 4096;

/**
 * The tenant that a token is for: what an administrator or Cognito itself has said, never what the caller says.
 *
 * @throws Refusal when nothing says it, or two things say different
 */
export function tenantOf(event: TokenEvent): string {
  const tenants = new Set(event.cause === 'person' ? tenantsOfPerson(event) : tenantsOfMachine(event));
  const [tenant] = tenants;
  if (tenant === undefined) throw new Refusal('no-tenant');
  if (tenants.size > 1) throw new Refusal('two-tenants');
  return tenant;
}

/** Of a user whom an administrator made, the attribute says it; of one whom a provider vouches for, the provider. */
function tenantsOfPerson(event: TokenEvent): readonly string[] {
  if (event.scopes.some((scope) => scope.startsWith(TENANT_PREFIX))) {
    throw new Refusal('machine-scope-of-a-person');
  }
  const given = givenTo(event);
  const vouchedFor = providersOf(event);
  if ((isExternal(event) ? vouchedFor : given).length === 0) throw new Refusal('no-tenant');
  return [...given, ...vouchedFor];
}

/** The one machine scope in the token: Cognito has checked that the client may have it. */
function tenantsOfMachine(event: TokenEvent): readonly string[] {
  const named = event.scopes
    .filter((scope) => scope.startsWith(TENANT_PREFIX))
    .map((scope) => {
      const tenant = checkedName(scope.slice(TENANT_PREFIX.length).split('/')[0]);
      if (scope !== machineScope(tenant)) throw new Refusal('no-tenant');
      return tenant;
    });
  if (named.length === 0) throw new Refusal('no-tenant');
  // Machines have no attributes. If one had, they would have to agree.
  return [...named, ...givenTo(event), ...providersOf(event)];
}

/**
 * Whether a machine's scope or a provider says whose the token is: what dedicated tenants have, and no other. Whoever deploys
 * those could make either in the name of any tenant.
 */
export const isOfDedicated = (event: TokenEvent): boolean =>
  event.cause === 'machine' || isExternal(event) || providersOf(event).length > 0;

const isExternal = ({ attributes }: TokenEvent): boolean =>
  own(attributes, 'cognito:user_status') === 'EXTERNAL_PROVIDER';

function givenTo({ attributes }: TokenEvent): readonly string[] {
  const given = own(attributes, TENANT_ATTRIBUTE);
  return given === undefined ? [] : [checkedName(given)];
}

const providersOf = (event: TokenEvent): readonly string[] =>
  providersIn(own(event.attributes, 'identities')).map((name) => tenantOfProvider(event, name));

/**
 * Names of the providers that know a user, from Cognito's attribute: JSON, a list with one object a provider.
 *
 * @throws Refusal when it is anything else
 */
function providersIn(identities: unknown): readonly string[] {
  if (identities === undefined) return [];
  return parsedList(identities).map((identity) => {
    const name = own(identity, 'providerName');
    if (typeof name !== 'string') throw new Refusal('event-malformed');
    return name;
  });
}

function parsedList(text: unknown): readonly unknown[] {
  if (typeof text !== 'string' || text.length > LONGEST_IDENTITIES) throw new Refusal('event-malformed');
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new Refusal('event-malformed', { cause });
  }
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject))
    throw new Refusal('event-malformed');
  return list;
}

/** A provider of the platform is called as its tenant is, and so begin its users' names. */
function tenantOfProvider(event: TokenEvent, provider: string): string {
  const isItsUser = !isExternal(event) || event.userName?.startsWith(`${provider}_`);
  if (!provider.startsWith(TENANT_PREFIX) || !isItsUser) throw new Refusal('foreign-provider');
  return checkedName(provider.slice(TENANT_PREFIX.length));
}

function checkedName(value: unknown): string {
  if (typeof value !== 'string' || !isName(value)) throw new Refusal('no-tenant');
  return value;
}
