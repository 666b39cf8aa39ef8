import { publisherStack } from '../cluster-settings';
import type { ResourceFact } from '../facts';
import { at, listOf, textOf, textsOf } from '../facts/json';
import { clientsOf, functionName, inputOf, MACHINE_SCOPE, poolProblems, TENANT_ATTRIBUTE } from '../identity';
import { contractOf } from '../owners';
import { addressIn, attribute, resourcesOf, type Stack } from '../stack';
import {
  type Candidate,
  type Cell,
  type Control,
  judge,
  judgeAll,
  kept,
  problems,
  type Subject,
} from './control';

/**
 * Tokens say whose they are, and nobody can choose: a dedicated tenant's machines by a scope that only its own client has, all
 * people by what an administrator or the owner's own provider says.
 */
export const identity: Control = {
  name: 'identity',
  check: (subject) => (subject.owner.kind === 'tenant' ? ofTenant(subject) : ofTier(subject)),
};

function ofTenant(subject: Subject): Cell {
  const { world, owner, stack } = subject;
  const pool = poolOf(subject);
  const candidates = resourcesOf(stack, 'aws_cognito_resource_server').map((server): Candidate => {
    const scopes = listOf(server.values['scope']).map((scope) => textOf(at(scope, 'scope_name')));
    return {
      address: addressIn(stack, server),
      problems: [
        ...problems([
          [
            attribute(server, 'identifier') !== owner.namespace,
            `is called ${attribute(server, 'identifier')} and not ${owner.namespace}`,
          ],
          [!scopes.includes(MACHINE_SCOPE), `has no scope ${MACHINE_SCOPE}`],
          [
            attribute(server, 'user_pool_id') !== world.field(owner.place, 'identity', 'userPoolId'),
            'is not in the cell’s user pool (user_pool_id)',
          ],
          [!hasMachineClient(stack, owner.namespace), `while no client of ${stack.name} has its scope`],
        ]),
        ...pool.problems,
      ],
    };
  });
  return judge('resource server of its own', candidates, {
    gives: `a scope that only machines of ${owner.id} can have, in a pool where nobody can choose ${TENANT_ATTRIBUTE}`,
    remedy: `Give ${stack.name} a resource server ${owner.namespace} with the scope ${MACHINE_SCOPE} in the cell’s user pool, and a client that may ask for it; ${REMEDY}`,
  });
}

/** Whether a client of the stack's own may ask for the owner's scope: one of Terraform's, or one that the function makes. */
function hasMachineClient(stack: Stack, namespace: string): boolean {
  const scope = `${namespace}/${MACHINE_SCOPE}`;
  const made = resourcesOf(stack, 'aws_lambda_invocation').filter(
    (call) => attribute(call, 'function_name') === functionName(stack, 'machine-client'),
  );
  const asks = (value: ResourceFact['values'][string] | undefined): boolean => textsOf(value).includes(scope);
  return (
    made.some((call) => asks(inputOf(call)['scopes'])) ||
    clientsOf(stack).some(({ values }) => asks(values['allowed_oauth_scopes']))
  );
}

const REMEDY =
  'let administrators make the pool’s users, tenant_id be immutable and written by no client, and token-claims see every token';

function ofTier(subject: Subject): Cell {
  const pool = poolOf(subject);
  const gives = `users whose ${TENANT_ATTRIBUTE} an administrator sets once, and tokens that say what the registry knows`;
  if (!pool.stack && !subject.world.complete)
    return kept(`contract ${contractOf(subject.owner.place, 'identity')}`, gives);
  return judgeAll('user pool of its cell', pool.candidates, {
    gives,
    remedy: `In the stack identity, ${REMEDY}`,
  });
}

interface Pool {
  readonly stack: Stack | undefined;
  readonly candidates: readonly Candidate[];
  /** What is wrong with the pool, as sentences about something that is in it; nothing if its stack is not here. */
  readonly problems: readonly string[];
}

function poolOf({ world, owner }: Subject): Pool {
  const stack = publisherStack(world, owner.place, 'identity');
  if (!stack) {
    const problem = `while no stack of ${owner.place.cell} publishes its identity`;
    return { stack, candidates: [], problems: world.complete ? [problem] : [] };
  }
  const candidates = resourcesOf(stack, 'aws_cognito_user_pool').map((pool) => ({
    address: addressIn(stack, pool),
    problems: poolProblems(stack, pool),
  }));
  return {
    stack,
    candidates,
    problems: candidates.flatMap((pool) =>
      pool.problems.map((problem) => `while ${pool.address} ${problem}`),
    ),
  };
}
