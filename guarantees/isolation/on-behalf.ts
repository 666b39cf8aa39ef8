import { demandedRoles } from './conditions';
import type { PolicyStatementFact, StackPlace } from './facts';
import { pathOfCell, prefixOfCell } from './owners';
import type { Role } from './roles';
import type { Stack } from './stack';
import { actionMatches } from './statements';
import { isLiteral } from './patterns';
import { isSyntheticSecret } from './synthetic';
import type { World } from './world';

/** What a role of the platform does that is an owner's matter, by design: a few actions on things of one name. */
interface Errand {
  /** The role's name, without the cell's prefix. What it captures is the service that the role is for. */
  readonly role: RegExp;
  /** Whether the stack is the one that makes the role. */
  readonly isHome: (world: World, stack: Stack) => boolean;
  /** Whether nobody but whom the errand is for may take the role. */
  readonly isTrusted: (role: Role, place: StackPlace, service: string) => boolean;
  readonly actions: readonly string[];
  /** The very pattern that its role may name, or that a condition must bind it to. */
  readonly isMeant: (pattern: string, place: StackPlace, service: string) => boolean;
}

/** Beginning of the names of what a platform has once, of which all cells know: without the cell's id. */
const prefixOfPlatform = (place: StackPlace): string => prefixOfCell({ ...place, cell: '' });

const ofIdentity = (world: World, { name, place }: Stack): boolean =>
  world.publisher(place, 'identity') === name;
const ofDelivery = (_: World, { name, place }: Stack): boolean => name === `${place.cell}-delivery`;

const SERVICE = '([a-z][a-z0-9-]*)';
const project = ({ region, account }: StackPlace, name: string): string =>
  `arn:aws:codebuild:${region}:${account}:project/${name}`;

const ERRANDS: readonly Errand[] = [
  {
    // Says in each token what the registry knows of its tenant: reads one entry at a time, and changes none.
    role: /^token-claims$/,
    isHome: ofIdentity,
    isTrusted: (role) => isFor(role, 'lambda.amazonaws.com'),
    actions: ['dynamodb:GetItem', 'kms:Decrypt'],
    isMeant: (pattern, place) =>
      new RegExp(
        `^arn:aws:dynamodb:(\\*|[a-z0-9-]+):(\\*|\\d{12}):table/${prefixOfPlatform(place)}-tenants$`,
      ).test(pattern),
  },
  {
    // Puts the secret of a machine's client where the tenant reads it, and reads none.
    role: /^machine-client$/,
    isHome: ofIdentity,
    isTrusted: (role) => isFor(role, 'lambda.amazonaws.com'),
    actions: [
      ...['secretsmanager:PutSecretValue', 'secretsmanager:DescribeSecret'],
      ...['kms:Decrypt', 'kms:GenerateDataKey'],
    ],
    isMeant: (pattern, place) =>
      pattern ===
      `arn:aws:secretsmanager:${place.region}:${place.account}:secret:${pathOfCell(place)}/tenant-*/machine-credentials-??????`,
  },
  {
    // Releases a service, and is a synthetic tenant of its cell to see whether it does what it should.
    role: new RegExp(`^release-${SERVICE}$`),
    isHome: ofDelivery,
    isTrusted: (role, place) =>
      isFor(role, 'codebuild.amazonaws.com') &&
      everyWay(role, (statement) => demands(statement, 'aws:SourceArn', project(place, role.name))),
    actions: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
    isMeant: (pattern, place) => {
      const start = `arn:aws:secretsmanager:${place.region}:${place.account}:secret:`;
      const name = pattern.replace(/-\?{6}$/, '');
      return name !== pattern && name.startsWith(start) && isSyntheticSecret(place, name.slice(start.length));
    },
  },
  {
    // Starts what releases one service, for that service's pipelines.
    role: new RegExp(`^pipeline-${SERVICE}$`),
    isHome: ofDelivery,
    isTrusted: (role, place, service) =>
      everyWay(role, (statement) => {
        const [pipeline = '', ...more] = demandedRoles(statement);
        return more.length === 0 && pipeline.endsWith(`:role/${prefixOfPlatform(place)}-pipeline-${service}`);
      }),
    actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'],
    isMeant: (pattern, place, service) =>
      pattern === project(place, `${prefixOfCell(place)}-release-${service}`),
  },
  {
    // Logs in to databases past their proxies as who copies, exports and deletes a tenant's rows, for people and a cell's operator.
    role: new RegExp(`^${SERVICE}-tenant-data$`),
    isHome: (_, { name }) => name === 'bootstrap',
    isTrusted: (role, place, cell) =>
      everyWay(role, (statement) =>
        statement.principals.every(({ type, identifiers }) =>
          identifiers.every((each) => type === 'AWS' && isOperator(each, place, cell)),
        ),
      ),
    actions: ['rds-db:connect'],
    isMeant: (pattern) =>
      /^arn:aws:rds-db:[a-z0-9-]+:\d{12}:dbuser:\*\/bulkhead_(migrator|mover)$/.test(pattern),
  },
];

/** Whether a principal is the operator of a cell, or a role that is none of the platform's. */
const isOperator = (principal: string, place: StackPlace, cell: string): boolean => {
  const [, name = ''] = /^arn:aws:iam::\d{12}:role\/([^*?]+)$/.exec(principal) ?? [];
  const prefix = prefixOfPlatform(place);
  return name === `${prefix}-${cell}-operator` || (name !== '' && !name.startsWith(`${prefix}-`));
};

/** Whether all ways into a role that its trust policy has are of a kind. */
const everyWay = ({ trust }: Role, isOfKind: (statement: PolicyStatementFact) => boolean): boolean =>
  trust
    ?.filter(({ allow }) => allow)
    .every((statement) => statement.notPrincipals.length === 0 && isOfKind(statement)) === true;

/** Whether a service of AWS alone may take a role, in the role's own account. */
const isFor = (role: Role, service: string): boolean =>
  everyWay(
    role,
    (statement) =>
      statement.principals.every(({ identifiers }) => identifiers.every((each) => each === service)) &&
      demands(statement, 'aws:SourceAccount', role.account),
  );

/** Whether a statement demands exactly one value of a condition key. */
const demands = ({ conditions }: PolicyStatementFact, key: string, value: string): boolean =>
  conditions.some(
    ({ test, variable, values }) =>
      /^(StringEquals|ArnEquals)$/i.test(test) &&
      variable.toLowerCase() === key.toLowerCase() &&
      values.length === 1 &&
      values[0] === value,
  );

/** Whether a statement's pattern is one of those few that a role of the platform is there for. */
export function isErrand(
  { world, stack }: { readonly world: World; readonly stack: Stack },
  { actions, notActions }: PolicyStatementFact,
  role: Role | undefined,
  pattern: string,
): boolean {
  const start = `${prefixOfCell(stack.place)}-`;
  if (role?.stack !== stack.name || !role.name.startsWith(start) || notActions.length > 0) return false;
  const name = role.name.slice(start.length);
  const errand = ERRANDS.find((each) => each.role.test(name));
  const service = errand?.role.exec(name)?.[1] ?? '';
  return (
    errand !== undefined &&
    errand.isHome(world, stack) &&
    errand.isTrusted(role, stack.place, service) &&
    actions.every(
      (action) => isLiteral(action) && errand.actions.some((allowed) => actionMatches(allowed, action)),
    ) &&
    errand.isMeant(pattern, stack.place, service)
  );
}
