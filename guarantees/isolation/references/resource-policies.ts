import {
  accountOf,
  asked,
  demandedRolePatterns,
  demandedRoles,
  demandsAccount,
  demandsNamespace,
} from '../conditions';
import type { PolicyFact, PolicyStatementFact } from '../facts';
import type { Finding } from '../finding';
import { isIdentityPolicy, isPlatforms, principal } from '../principals';
import { isOwnName } from '../reach';
import { statementName } from '../statements';
import { attribute, resourcesOf, type Stack } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/** Policies that let nobody in: they narrow what passes an endpoint, say what of a log is indexed, or which images go. */
const NO_GRANTS = new Set([
  ...['aws_vpc_endpoint', 'aws_vpc_endpoint_policy', 'aws_cloudwatch_log_index_policy'],
  'aws_ecr_lifecycle_policy',
]);

/** Attributes by which a policy says which resource it is of. */
const SUBJECTS = ['secret_arn', 'queue_url', 'key_id', 'bucket', 'arn', 'resource_arn', 'backup_vault_name'];

/** Policies of keys, secrets and other resources: whom they let in must be understood as the owner itself. */
export const resourcePolicies: Rule = (scene) => [
  ...scene.stack.policies
    .filter(
      (policy) =>
        !isIdentityPolicy(policy) && policy.attribute !== 'assume_role_policy' && !NO_GRANTS.has(policy.type),
    )
    .flatMap((policy) => [...strangers(scene, policy), ...admitted(scene, policy)]),
  ...grants(scene),
  ...shares(scene),
];

/** A policy that an owner's stack puts on a resource which is not its own. */
function strangers({ world, estates, stack }: Scene, policy: PolicyFact): readonly Finding[] {
  const resource = stack.byAddress.get(policy.resource);
  if (!resource) return [];
  const found = finder('resource-policy', stack);
  return SUBJECTS.map((name) => attribute(resource, name))
    .filter((text) => /^arn:|‹/.test(text) && !text.includes(`‹${stack.name}:`))
    .flatMap((text) => {
      const [named] = world.ownersNamed(text, stack.place);
      const literal = !text.includes('‹');
      if (literal && stack.owner && isOwnName(world, stack.owner, text)) return [];
      if (!stack.owner && isOwnTable(stack, text)) return [];
      const reached = literal ? estates.reached(text, stack.owner?.stack ?? '') : EVERYBODY;
      if (!named && !stack.owner && !(literal && estates.mayReach(text, text.split(':')[2] ?? ''))) return [];
      return [
        found(
          policy.resource,
          named?.stack ?? reached,
          `it sets the policy of ${text}, which another stack makes`,
          'Set policies of resources of the same stack only',
        ),
      ];
    });
}

/** Whether a text is the ARN of a table that the stack itself makes, in whichever region it has a replica. */
function isOwnTable(stack: Stack, text: string): boolean {
  const [, account, name] = /^arn:aws:dynamodb:[a-z0-9-]+:(\d{12}):table\/([\w.-]+)$/.exec(text) ?? [];
  const tables = resourcesOf(stack, 'aws_dynamodb_table');
  return account === stack.place.account && tables.some((table) => attribute(table, 'name') === name);
}

function admitted(scene: Scene, policy: PolicyFact): readonly Finding[] {
  const found = finder('resource-policy', scene.stack);
  if (policy.statements === undefined) {
    return [
      found(
        policy.resource,
        EVERYBODY,
        'its policy cannot be read before it is deployed, so it may let anybody in',
        'Write it as a policy document or as JSON',
      ),
    ];
  }
  return policy.statements
    .filter(({ allow }) => allow)
    .flatMap((statement) => statementFindings(scene, policy, statement));
}

function statementFindings(
  scene: Scene,
  policy: PolicyFact,
  statement: PolicyStatementFact,
): readonly Finding[] {
  const { world, stack } = scene;
  const { owner } = stack;
  const found = finder('resource-policy', stack);
  const at = `${policy.resource}, ${statementName(statement)}`;
  const to = owner?.stack ?? 'what the platform keeps for all';
  const fix = owner
    ? `Let in roles of ${owner.stack} only, and services of AWS for its own resources only`
    : 'Let in roles of the same stack only';
  if (statement.notPrincipals.length > 0) {
    return [found(at, to, 'it lets in everybody but a few (NotPrincipal)', fix, EVERYBODY)];
  }
  const { account } = stack.place;
  // What the platform keeps for all may name its own roles by how they are called; an owner names each.
  const roles = [...demandedRoles(statement), ...(owner ? [] : demandedRolePatterns(statement))];
  if (owner && demandsNamespace(statement, owner.namespace) && demandsAccount(statement, account)) return [];
  return statement.principals.flatMap(({ type, identifiers }) =>
    asked(statement, identifiers, roles).flatMap((identifier): readonly Finding[] => {
      const what = `it allows ${statement.actions.join(', ')} to ${identifier}`;
      if (type === 'Service') {
        if (!owner || serviceForOwn(scene, statement)) return [];
        return [found(at, to, `${what} for resources of anybody`, fix, identifier)];
      }
      const key = policy.type.startsWith('aws_kms_');
      if (key && identifier === `arn:aws:iam::${stack.place.account}:root`) return [];
      const who = principal(world, identifier, stack.place);
      if (who.owner) return who.owner.stack === stack.name ? [] : [found(at, to, what, fix, who.owner.stack)];
      if (!owner) {
        if (identifier === '*') return [found(at, to, what, fix, EVERYBODY)];
        const foreign = accountOf(identifier);
        return foreign === '' || world.accounts.has(foreign) || isPlatforms(world, stack, identifier)
          ? []
          : [found(at, to, what, fix, `account ${foreign}`)];
      }
      if (who.role?.stack === stack.name) return [];
      return [found(at, to, what, fix, identifier === '*' ? EVERYBODY : who.text)];
    }),
  );
}

/** Whether a service of AWS may act for the owner's own resources only. */
function serviceForOwn({ world, stack }: Scene, { conditions }: PolicyStatementFact): boolean {
  const { owner } = stack;
  if (!owner) return false;
  return conditions.some(
    ({ test, variable, values }) =>
      /^(ArnEquals|ArnLike|StringEquals|StringLike)$/i.test(test) &&
      /^(kms:EncryptionContext:aws:logs:arn|aws:SourceArn)$/i.test(variable) &&
      values.length > 0 &&
      values.every((value) => value.includes(`‹${stack.name}:`) || isOwnName(world, owner, value)),
  );
}

/** Shares of AWS RAM let other accounts in past every policy. */
const shares = ({ stack }: Scene): readonly Finding[] =>
  resourcesOf(stack, 'aws_ram_resource_share', 'aws_ram_resource_association').map((share) =>
    finder('resource-policy', stack)(
      share,
      EVERYBODY,
      `it shares ${attribute(share, 'resource_arn') || 'resources'} with other accounts (${share.type})`,
      'Let each account have resources of its own',
    ),
  );

/** Grants of keys: the key and who gets it belong to one owner. */
function grants({ world, stack }: Scene): readonly Finding[] {
  const found = finder('kms-grant', stack);
  return resourcesOf(stack, 'aws_kms_grant').flatMap((grant) => {
    const key = attribute(grant, 'key_id');
    const grantee = attribute(grant, 'grantee_principal');
    const who = principal(world, grantee, stack.place);
    const [keyOwner] = key.includes(`‹${stack.name}:`) ? [stack.owner] : world.ownersNamed(key, stack.place);
    const same =
      keyOwner !== undefined && who.owner?.stack === keyOwner.stack && keyOwner.stack === stack.name;
    if (same || (!keyOwner && !who.owner && !stack.owner)) return [];
    return [
      found(
        grant,
        keyOwner?.stack ?? key,
        `it gives ${who.text} the use of ${key}`,
        'Grant keys to roles of the same owner only, in the owner’s own stack',
        who.owner?.stack ?? grantee,
      ),
    ];
  });
}
