import { at, listOf, textOf } from '../facts/json';
import type { Owner } from '../owners';
import { objectsOf } from '../stack';
import type { World } from '../world';
import { cachePrefix } from './cache-prefix';
import type { Cell, Control, Subject } from './control';
import { credentials } from './credentials';
import { database } from './database';
import { gatewayFleet } from './gateway-fleet';
import { iamRole } from './iam-role';
import { identity } from './identity';
import { kmsKey } from './kms-key';
import { limits } from './limits';
import { namespace } from './namespace';
import { networkPolicy } from './network-policy';
import { nodePool } from './node-pool';
import { podSecurity } from './pod-security';
import { podSecurityGroup } from './pod-security-group';
import { quota } from './quota';
import { route } from './route';
import { secretsPath } from './secrets-path';
import { token } from './token';

/** The columns of the matrix. */
export const CONTROLS: readonly Control[] = [
  database,
  credentials,
  kmsKey,
  namespace,
  quota,
  limits,
  networkPolicy,
  podSecurity,
  podSecurityGroup,
  nodePool,
  iamRole,
  cachePrefix,
  secretsPath,
  gatewayFleet,
  route,
  identity,
  token,
];

/** An owner's row of the matrix: each control by its name. */
export interface Row {
  readonly owner: Owner;
  readonly cells: readonly (Cell & { readonly control: string })[];
}

/** The row of an owner whose stack is here. */
export function rowOf(subject: Subject): Row {
  const { owner } = subject;
  const idle = withoutPods(subject);
  const cells = CONTROLS.map(({ name, check }) => ({
    control: name,
    ...(idle ? ({ outcome: 'not-applicable', why: 'its quota allows no pods' } as const) : check(subject)),
  }));
  return { owner, cells };
}

/** Whether a tier's quota lets no pod run, and nothing is there for pods: then nothing needs to be kept apart. */
function withoutPods({ owner, stack }: Subject): boolean {
  const forPods =
    stack.byType.has('aws_iam_role') ||
    stack.byType.has('aws_eks_pod_identity_association') ||
    objectsOf(stack, owner, 'ServiceAccount').some(({ name }) => name !== 'default');
  return (
    owner.kind === 'tier' &&
    !forPods &&
    objectsOf(stack, owner, 'ResourceQuota').some(
      ({ body }) =>
        textOf(at(body, 'spec', 'hard', 'pods')) === '0' &&
        [at(body, 'spec', 'scopes'), at(body, 'spec', 'scopeSelector')].every(
          (scope) => listOf(scope).length === 0,
        ),
    )
  );
}

/** The matrix: a row for every owner whose stack is here. */
export const matrixOf = (world: World): readonly Row[] =>
  world.stacks.flatMap((stack) => (stack.owner ? [rowOf({ world, stack, owner: stack.owner })] : []));
