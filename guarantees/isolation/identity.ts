import type { ResourceFact } from './facts';
import { at, isTrue, type Json, type JsonObject, listOf, objectOf, textOf, textsOf } from './facts/json';
import { prefixOfCell } from './owners';
import { addressIn, attribute, resourcesOf, type Stack } from './stack';

/**
 * How tokens know a tenant: by an attribute of the user, by the name of the provider that a federated user came from, or by
 * the scope of a machine's client. Not what constructs take them to be.
 */
export const TENANT_ATTRIBUTE = 'custom:tenant_id';
export const API_SCOPES = ['api/read', 'api/write'];
export const MACHINE_SCOPE = 'machine';

/** Clients of a user pool, by whichever resource. */
export const clientsOf = (stack: Stack): readonly ResourceFact[] =>
  resourcesOf(stack, 'aws_cognito_user_pool_client', 'aws_cognito_managed_user_pool_client');

/** Whether a client may write the attribute that names a user's tenant. One that says nothing may write what there is. */
export function writesTenant(client: ResourceFact): boolean {
  const writes = textsOf(client.values['write_attributes']);
  return (
    writes.length === 0 ||
    writes.some((name) => name.toLowerCase() === TENANT_ATTRIBUTE || name.includes('‹'))
  );
}

/** What makes a pool one in which people could choose their tenant. */
export function poolProblems(stack: Stack, pool: ResourceFact): readonly string[] {
  const { values } = pool;
  const schema = listOf(values['schema']).find(
    (each) => `custom:${textOf(at(each, 'name'))}` === TENANT_ATTRIBUTE,
  );
  const triggers = objectOf(values['lambda_config']);
  const token = objectOf(triggers['pre_token_generation_config']);
  const writer = clientsOf(stack).find(
    (client) => isOf(client, addressIn(stack, pool)) && writesTenant(client),
  );
  const table: readonly (readonly [wrong: boolean, problem: string])[] = [
    [at(schema, 'mutable') !== false, `lets ${TENANT_ATTRIBUTE} be changed, or does not know it (schema)`],
    [
      !isTrue(at(values['admin_create_user_config'], 'allow_admin_create_user_only')),
      'lets people sign up (admin_create_user_config)',
    ],
    [textOf(triggers['user_migration']) !== '', 'lets a function make users (user_migration)'],
    [
      !isTokenFunction(stack, textOf(token['lambda_arn'])),
      'issues tokens that the function token-claims has not seen (pre_token_generation_config)',
    ],
    [
      textOf(token['lambda_version']) !== 'V3_0',
      'issues tokens to machines that no function has seen (lambda_version must be V3_0)',
    ],
    [writer !== undefined, `has a client that may write ${TENANT_ATTRIBUTE} (${writer?.address ?? ''})`],
  ];
  return table.filter(([wrong]) => wrong).map(([, problem]) => problem);
}

const isTokenFunction = (stack: Stack, arn: string): boolean =>
  resourcesOf(stack, 'aws_lambda_function').some(
    (each) =>
      attribute(each, 'function_name') === `${prefixOfCell(stack.place)}-token-claims` &&
      arn === `‹${addressIn(stack, each)}.arn›`,
  );

/** Whether something is of the pool at an address. */
const isOf = (resource: ResourceFact, pool: string): boolean =>
  attribute(resource, 'user_pool_id').startsWith(`‹${pool}.`);

/** What a call of a function says, as far as it can be read. */
export function inputOf(call: ResourceFact): JsonObject {
  try {
    return objectOf(JSON.parse(attribute(call, 'input')) as Json);
  } catch {
    return {};
  }
}

/** Name of one of the cell's functions that owners' stacks call. */
export const functionName = (stack: Stack, name: 'machine-client' | 'oidc-provider'): string =>
  `${prefixOfCell(stack.place)}-${name}`;
