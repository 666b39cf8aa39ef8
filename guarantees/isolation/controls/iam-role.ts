import { textOf } from '../facts/json';
import { demandedTags, isForPods, type Role, rolesOf, trustsPods } from '../roles';
import { statementName } from '../statements';
import { attribute, objectsOf, resourcesOf } from '../stack';
import { type Control, judge, problems, type Subject } from './control';

/** A role that only pods of the owner's namespace in its cluster may take, given to a service account of that namespace. */
export const iamRole: Control = {
  name: 'IAM role',
  check: (subject) => {
    const { owner, stack } = subject;
    const candidates = rolesOf(stack)
      .filter(isForPods)
      // Jobs that prepare the owner's database run elsewhere, with roles of their own.
      .filter(
        ({ tags, name }) =>
          tags['kubernetes-namespace'] === owner.namespace || name.includes(`-${owner.namespace}.`),
      )
      .map((role) => ({
        address: role.address,
        problems: [...pinned(subject, role), ...associated(subject, role)],
      }));
    return judge('role for pods of its namespace', candidates, {
      gives: `a role that only pods of ${owner.namespace} in their own cluster may take`,
      remedy: `Give ${stack.name} a role whose trust policy demands, with StringEquals, the tags kubernetes-namespace: ${owner.namespace}, eks-cluster-arn and kubernetes-service-account, and a Pod Identity association of it`,
    });
  },
};

/** What keeps a role's trust policy from being the owner's alone. */
function pinned({ world, owner }: Subject, { trust = [] }: Role): string[] {
  const { account, region } = owner.place;
  const cluster = `arn:aws:eks:${region}:${account}:cluster/${world.field(owner.place, 'cluster', 'name')}`;
  return trust
    .filter(({ allow }) => allow)
    .flatMap((statement) => {
      if (!trustsPods(statement))
        return [`may also be taken by others than pods (${statementName(statement)})`];
      const tags = demandedTags(statement);
      const arn = tags['eks-cluster-arn'] ?? '';
      return problems([
        [
          tags['kubernetes-namespace'] !== owner.namespace,
          `does not demand the namespace ${owner.namespace}`,
        ],
        [
          world.complete ? arn !== cluster : !/^arn:aws:eks:[\w-]+:\d+:cluster\/[^*?]+$/.test(arn),
          'does not demand the cell’s cluster',
        ],
        [(tags['kubernetes-service-account'] ?? '') === '', 'does not demand a service account'],
        [/[*?]/.test(tags['kubernetes-service-account'] ?? ''), 'demands a pattern of service accounts'],
      ]);
    });
}

/** What keeps a role from being taken by the service account that its trust policy demands. */
function associated({ owner, stack }: Subject, { address, tags }: Role): string[] {
  const account = tags['kubernetes-service-account'] ?? '';
  const associations = resourcesOf(stack, 'aws_eks_pod_identity_association').filter((association) =>
    attribute(association, 'role_arn').startsWith(`‹${address}.`),
  );
  const accounts = objectsOf(stack, owner, 'ServiceAccount').map(({ name }) => name);
  return problems([
    [
      !associations.some(
        (association) =>
          attribute(association, 'namespace') === owner.namespace &&
          textOf(association.values['service_account']) === account,
      ),
      'has no Pod Identity association with its service account',
    ],
    [
      !accounts.includes(account),
      `is for service account ${account || '(none)'}, which ${owner.namespace} has not`,
    ],
  ]);
}
