import type { PolicyStatementFact, ResourceFact } from '../facts';
import type { Finding } from '../finding';
import { prefixOfCell } from '../owners';
import { addressIn, attribute, policiesOf, resourcesOf, type Stack } from '../stack';
import { isSyntheticSecret, SYNTHETIC_TENANTS } from '../synthetic';
import { finder, type Rule } from './rule';

/**
 * Secrets of the tenants that try out releases. Only the identity stack has any, and they are for what releases services, and
 * for no pod: whoever read one could call services of a tier as one of its customers.
 */
export const syntheticTenants: Rule = ({ world, stack }) => {
  if (stack.owner) return [];
  const found = finder('synthetic-tenants', stack);
  return resourcesOf(stack, 'aws_secretsmanager_secret')
    .filter((secret) => attribute(secret, 'name').includes('/tenant-smoke-'))
    .flatMap((secret): readonly Finding[] => {
      const name = attribute(secret, 'name');
      const home = world.publisher(stack.place, 'identity') === stack.name;
      const statements = policiesOfSecret(stack, secret);
      const table: readonly (readonly [wrong: boolean, problem: string, fix: string])[] = [
        [
          !home || !isSyntheticSecret(stack.place, name),
          `it is called ${name}`,
          'Let the identity stack make one secret for each tier, machine-credentials',
        ],
        [
          !statements.some((each) => onlyReleasesRead(stack, each)),
          'its value is not refused to everybody but the roles of release projects',
          `Deny GetSecretValue to all whose aws:PrincipalArn is not like role/${prefixOfCell(stack.place)}-release-*`,
        ],
        [
          !statements.some((each) => onlyFunctionPuts(stack, each)),
          'others than the function that makes machines’ clients may put a value into it',
          'Deny PutSecretValue to all but the role of the function machine-client',
        ],
      ];
      return table
        .filter(([wrong]) => wrong)
        .map(([, problem, fix]) => found(secret, SYNTHETIC_TENANTS, problem, fix));
    });
};

const policiesOfSecret = (stack: Stack, secret: ResourceFact): readonly PolicyStatementFact[] =>
  [
    ...policiesOf(stack, secret.address),
    ...resourcesOf(stack, 'aws_secretsmanager_secret_policy')
      .filter((policy) => attribute(policy, 'secret_arn').startsWith(`‹${addressIn(stack, secret)}.`))
      .flatMap((policy) => policiesOf(stack, policy.address)),
  ].flatMap(({ statements }) => statements ?? []);

/** Whether a statement refuses an action to everybody whose role's ARN is not like one. */
const refusesBut = (
  { allow, actions, resources, principals, conditions }: PolicyStatementFact,
  action: string,
  test: RegExp,
  role: string,
): boolean =>
  !allow &&
  actions.includes(`secretsmanager:${action}`) &&
  resources.includes('*') &&
  principals.some(({ identifiers }) => identifiers.includes('*')) &&
  conditions.length === 1 &&
  conditions.every(
    (condition) =>
      test.test(condition.test) &&
      /^aws:PrincipalArn$/i.test(condition.variable) &&
      condition.values.length === 1 &&
      condition.values[0] === role,
  );

const roleOf = ({ place }: Stack, name: string): string =>
  `arn:aws:iam::${place.account}:role/${prefixOfCell(place)}-${name}`;

const onlyReleasesRead = (stack: Stack, statement: PolicyStatementFact): boolean =>
  refusesBut(statement, 'GetSecretValue', /^ArnNotLike$/i, roleOf(stack, 'release-*'));

const onlyFunctionPuts = (stack: Stack, statement: PolicyStatementFact): boolean =>
  refusesBut(statement, 'PutSecretValue', /^ArnNot(Equals|Like)$/i, roleOf(stack, 'machine-client'));
