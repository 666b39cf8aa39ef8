import { accountOf, asked, WHOLE_ACCOUNT } from '../conditions';
import type { PolicyStatementFact } from '../facts';
import type { Finding } from '../finding';
import { demandedTags, isForPods, POD_IDENTITY, type Role, rolesOf } from '../roles';
import { isDeployment } from '../platform-reach';
import { isPlatforms, principal } from '../principals';
import { statementName } from '../statements';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';
import { isOwnJob } from './running';

/** Services of AWS that may take a role of an owner: none acts for another owner, each for the resource it was given to. */
const SERVICES = new Set(['rds.amazonaws.com', 'monitoring.rds.amazonaws.com', 'backup.amazonaws.com']);

/** Who may take a role: an owner's only its own pods, the jobs that prepare its database, and services of AWS. */
export const trust: Rule = (scene) => rolesOf(scene.stack).flatMap((role) => trusted(scene, role));

function trusted(scene: Scene, role: Role): readonly Finding[] {
  const { stack } = scene;
  const found = finder('trust', stack);
  if (role.trust === undefined) {
    return [
      found(
        role.address,
        EVERYBODY,
        'its trust policy cannot be read',
        'Write it as a policy document or as JSON',
      ),
    ];
  }
  return role.trust
    .filter(({ allow }) => allow)
    .flatMap((statement) => statementFindings(scene, role, statement));
}

function statementFindings(scene: Scene, role: Role, statement: PolicyStatementFact): readonly Finding[] {
  const { world, stack } = scene;
  const found = finder('trust', stack);
  const at = `${role.address}, trust ${statementName(statement)}`;
  const mine = stack.owner?.stack ?? 'the platform';
  if (statement.notPrincipals.length > 0) {
    return [
      found(
        at,
        EVERYBODY,
        `it trusts everybody but a few (NotPrincipal) with the role ${role.name}`,
        'Name who may take the role',
      ),
    ];
  }
  return statement.principals.flatMap(({ type, identifiers }) =>
    asked(statement, identifiers).flatMap((identifier): readonly Finding[] => {
      if (type === 'Service' && identifier === POD_IDENTITY) return pods(scene, role, statement, at);
      if (type === 'Service') {
        if (!stack.owner || (SERVICES.has(identifier) && !isForPods(role))) return [];
        return [
          found(
            at,
            EVERYBODY,
            `it lets ${identifier} take the role ${role.name}`,
            'Let pods of the owner take it, or name the service in guarantees/isolation/references/trust.ts with the reason',
          ),
        ];
      }
      const who = principal(world, identifier, stack.place);
      if (who.owner && who.owner.stack !== stack.name) {
        return [
          found(
            at,
            mine,
            `it lets ${who.text} of ${who.owner.stack} take the role ${role.name}`,
            'Let only pods of the owner’s own namespace take it',
            who.owner.stack,
          ),
        ];
      }
      const open = identifier === '*' || type === 'Federated' || /[*?]/.test(identifier);
      if (
        isDeployment(stack)
          ? identifier !== '*'
          : !stack.owner && !open && isOfPlatform(scene, identifier, who.role)
      ) {
        return [];
      }
      return [
        found(
          at,
          stack.owner ? stack.name : EVERYBODY,
          `it lets ${type} ${identifier} take the role ${role.name}`,
          stack.owner
            ? 'Let pods of one namespace take it through EKS Pod Identity'
            : 'Let pods take it through EKS Pod Identity, services of AWS, or roles of the platform that are named',
          stack.owner ? identifier : stack.name,
        ),
      ];
    }),
  );
}

/** Whether a principal is a role of the platform, and not whatever an account has. */
const isOfPlatform = ({ world, stack }: Scene, identifier: string, role: Role | undefined): boolean =>
  role !== undefined ||
  (!WHOLE_ACCOUNT.test(identifier) &&
    (world.accounts.has(accountOf(identifier)) || isPlatforms(world, stack, identifier)));

/** What a statement for pods must demand: one namespace, exactly, and in an owner's role the owner's. */
function pods(scene: Scene, role: Role, statement: PolicyStatementFact, at: string): readonly Finding[] {
  const { world, stack } = scene;
  const found = finder('trust', stack);
  const tags = demandedTags(statement);
  const namespace = tags['kubernetes-namespace'];
  const fix = `Demand aws:RequestTag/kubernetes-namespace with StringEquals and ${stack.owner?.namespace ?? 'one namespace of the platform'}`;
  if (namespace === undefined) {
    return [
      found(
        at,
        stack.owner?.stack ?? EVERYBODY,
        `pods of any namespace may take the role ${role.name}: it demands no single kubernetes-namespace with StringEquals`,
        fix,
        stack.owner ? EVERYBODY : stack.name,
      ),
    ];
  }
  const there = world.ownerOfNamespace(stack.place, namespace);
  if (there && there.stack !== stack.name) {
    return [
      found(
        at,
        stack.owner?.stack ?? 'the platform',
        `pods of ${namespace} may take the role ${role.name}`,
        fix,
        there.stack,
      ),
    ];
  }
  if (!stack.owner) return [];
  const elsewhere = otherCluster(scene, role, tags['eks-cluster-arn'], at);
  if (there) return elsewhere;
  const jobs = namespace === world.field(stack.place, 'addons', 'migrationNamespace');
  const account = tags['kubernetes-service-account'] ?? '';
  if (jobs && isOwnJob(stack, account)) return elsewhere;
  return [
    found(
      at,
      stack.name,
      `pods of ${namespace}, service account ${account || '(any)'}, may take the role ${role.name}`,
      fix,
      `namespace ${namespace}`,
    ),
  ];
}

/** Namespaces of the same name may be in every cluster. */
function otherCluster(
  { world, stack }: Scene,
  role: Role,
  arn: string | undefined,
  at: string,
): readonly Finding[] {
  const { account, region } = stack.place;
  const cluster = `arn:aws:eks:${region}:${account}:cluster/${world.field(stack.place, 'cluster', 'name')}`;
  if (
    world.publisher(stack.place, 'cluster') === undefined
      ? arn !== undefined && !/[*?]/.test(arn)
      : arn === cluster
  )
    return [];
  return [
    finder('trust', stack)(
      at,
      stack.name,
      `pods of clusters other than the cell’s may take the role ${role.name}: it demands ${arn ?? 'no eks-cluster-arn'}`,
      'Demand aws:RequestTag/eks-cluster-arn with StringEquals and the ARN of the cell’s cluster',
      'pods of another cluster',
    ),
  ];
}
