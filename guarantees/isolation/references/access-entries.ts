import { isNumerousDeployer } from '../deployment';
import { at, listOf, textOf, textsOf } from '../facts/json';
import type { Finding } from '../finding';
import { principal } from '../principals';
import { attribute, resourcesOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

/**
 * Who gets into the cluster: by an owner's stack only the operators of its own tier, as a group that is bound in its
 * namespace; and by no stack a role of an owner.
 */
export const accessEntries: Rule = (scene) => [...entries(scene), ...associations(scene), ...waysIn(scene)];

function entries({ world, stack }: Scene): readonly Finding[] {
  const found = finder('access-entry', stack);
  return resourcesOf(stack, 'aws_eks_access_entry').flatMap((entry): readonly Finding[] => {
    const who = principal(world, attribute(entry, 'principal_arn'), stack.place);
    const groups = textsOf(entry.values['kubernetes_groups']);
    const own = stack.owner ? [`bulkhead:operators:${stack.owner.tier}`] : [];
    const foreign = groups.filter((group) =>
      stack.owner
        ? !own.includes(group)
        : group.startsWith('system:') ||
          group.startsWith('bulkhead:operators:') ||
          !isOwnGroup(group, who.text),
    );
    return [
      ...(who.owner
        ? [
            found(
              entry,
              EVERYBODY,
              `it lets the role ${who.text} of ${who.owner.stack} into the cluster`,
              'Give pods no way into the Kubernetes API by IAM',
              who.owner.stack,
            ),
          ]
        : []),
      ...foreign.map((group) => {
        const tier = /^bulkhead:operators:(.+)$/.exec(group)?.[1];
        const to = tier === undefined ? EVERYBODY : `${stack.place.cell}-tier-${tier}`;
        return found(
          entry,
          to,
          `it puts ${who.text} into the group ${group}`,
          stack.owner ? `Use the group ${own.join()} only` : 'Let each tier’s stack name its operators',
        );
      }),
    ];
  });
}

/**
 * Whether a group of those who deploy, release or change schemas is that of the role that gets into it. Groups that nothing
 * binds may be anybody's.
 */
function isOwnGroup(group: string, role: string): boolean {
  const [, kind, of] = /^bulkhead:(deployers|releases|migrations)(?::(.+))?$/.exec(group) ?? [];
  if (kind === undefined) return true;
  if (kind === 'deployers') return role.endsWith(`-deploy-${of ?? ''}`);
  return of === undefined ? /-release-[a-z0-9-]+$/.test(role) : role.endsWith(`-release-${of}`);
}

/** Ways into the cluster past access entries: what they let in stands in no stack. */
function waysIn({ stack }: Scene): readonly Finding[] {
  const found = finder('access-entry', stack);
  return [
    ...resourcesOf(stack, 'aws_eks_cluster')
      .filter((cluster) => textOf(at(cluster.values['access_config'], 'authentication_mode')) !== 'API')
      .map((cluster) =>
        found(
          cluster,
          EVERYBODY,
          'whoever the ConfigMap aws-auth names gets into the cluster (authentication_mode)',
          'Let in by access entries only: authentication_mode API',
          'whoever writes that ConfigMap',
        ),
      ),
    ...resourcesOf(stack, 'aws_eks_identity_provider_config').map((provider) =>
      found(
        provider,
        EVERYBODY,
        'an identity provider says who is in which group of the cluster',
        'Let in by access entries only',
        'whoever that provider names',
      ),
    ),
  ];
}

function associations({ world, stack }: Scene): readonly Finding[] {
  const found = finder('access-entry', stack);
  return resourcesOf(stack, 'aws_eks_access_policy_association').flatMap(
    (association): readonly Finding[] => {
      const who = principal(world, attribute(association, 'principal_arn'), stack.place);
      const [scope] = listOf(association.values['access_scope']);
      const namespaces = textsOf(at(scope, 'namespaces'));
      const policy = attribute(association, 'policy_arn').split('/').at(-1) ?? '';
      const wide = textOf(at(scope, 'type')) !== 'namespace';
      const reached = namespaces
        .map((name) => world.ownerOfNamespace(stack.place, name))
        .filter((owner) => owner !== undefined && owner.stack !== stack.name);
      const where = wide ? 'the whole cluster' : namespaces.join(', ');
      const many = wide && isNumerousDeployer(who.text);
      const patterns = namespaces.some((name) => /[*?]/.test(name));
      if (!who.owner && !stack.owner && reached.length === 0 && !many && !patterns) return [];
      return [
        found(
          association,
          reached[0]?.stack ?? EVERYBODY,
          `it gives ${who.text} the policy ${policy} in ${where}`,
          'Bind a role inside the owner’s namespace instead, by the group of its tier’s operators',
          who.owner?.stack ?? stack.name,
        ),
      ];
    },
  );
}
