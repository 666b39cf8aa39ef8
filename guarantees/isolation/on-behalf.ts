import type { PolicyStatementFact, StackPlace } from './facts';
import { pathOfCell, prefixOfCell } from './owners';
import type { Role } from './roles';
import type { Stack } from './stack';
import { actionMatches } from './statements';
import { isLiteral } from './patterns';
import type { World } from './world';

/** What one function of the platform does for every tenant, by design: a few actions on things of one name. */
interface Errand {
  /** Last part of the names of the function and its role. */
  readonly role: string;
  readonly actions: readonly string[];
  /** The very pattern that its role may name, or that a condition must bind it to. */
  readonly isMeant: (pattern: string, place: StackPlace) => boolean;
}

/** Name of the registry's table, which all cells of a platform share: without the cell's id. */
const registryOf = (place: StackPlace): string =>
  `${prefixOfCell(place).slice(0, -place.cell.length - 1)}-tenants`;

const ERRANDS: readonly Errand[] = [
  {
    // Says in each token what the registry knows of its tenant: reads one entry at a time, and changes none.
    role: 'token-claims',
    actions: ['dynamodb:GetItem', 'kms:Decrypt'],
    isMeant: (pattern, place) =>
      new RegExp(`^arn:aws:dynamodb:(\\*|[a-z0-9-]+):(\\*|\\d{12}):table/${registryOf(place)}$`).test(
        pattern,
      ),
  },
  {
    // Puts the secret of a machine's client where the tenant reads it, and reads none.
    role: 'machine-client',
    actions: [
      ...['secretsmanager:PutSecretValue', 'secretsmanager:DescribeSecret'],
      ...['kms:Decrypt', 'kms:GenerateDataKey'],
    ],
    isMeant: (pattern, place) =>
      pattern ===
      `arn:aws:secretsmanager:${place.region}:${place.account}:secret:${pathOfCell(place)}/tenant-*/machine-credentials-??????`,
  },
];

/** Whether Lambda alone may take a role, in the role's own account. */
const isForFunctions = ({ trust = [], account }: Role): boolean =>
  trust
    .filter(({ allow }) => allow)
    .every(
      ({ principals, notPrincipals, conditions }) =>
        notPrincipals.length === 0 &&
        principals.every(({ identifiers }) => identifiers.every((each) => each === 'lambda.amazonaws.com')) &&
        conditions.some(
          ({ test, variable, values }) =>
            /^StringEquals$/i.test(test) &&
            /^aws:SourceAccount$/i.test(variable) &&
            values.join() === account,
        ),
    );

/** Whether a statement's pattern is one of those few that a function of the identity stack is there for. */
export function isErrand(
  { world, stack }: { readonly world: World; readonly stack: Stack },
  { actions, notActions }: PolicyStatementFact,
  role: Role | undefined,
  pattern: string,
): boolean {
  if (world.publisher(stack.place, 'identity') !== stack.name || role === undefined) return false;
  const errand = ERRANDS.find((each) => role.name === `${prefixOfCell(stack.place)}-${each.role}`);
  return (
    errand !== undefined &&
    role.stack === stack.name &&
    isForFunctions(role) &&
    notActions.length === 0 &&
    actions.every(
      (action) => isLiteral(action) && errand.actions.some((allowed) => actionMatches(allowed, action)),
    ) &&
    errand.isMeant(pattern, stack.place)
  );
}
