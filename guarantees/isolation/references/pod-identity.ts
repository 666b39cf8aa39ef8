import { isTrue } from '../facts/json';
import type { Finding } from '../finding';
import { principal } from '../principals';
import { attribute, resourcesOf } from '../stack';
import { finder, type Rule } from './rule';
import { isOthersJob, isOwnJob, jobOf } from './running';

/** Which service account gets which role: both of one owner, in its namespace, and with the tags that bind what it may use. */
export const podIdentity: Rule = ({ world, stack }) =>
  resourcesOf(stack, 'aws_eks_pod_identity_association').flatMap((association): readonly Finding[] => {
    const found = finder('pod-identity', stack);
    const namespace = attribute(association, 'namespace');
    const account = attribute(association, 'service_account');
    const there = world.ownerOfNamespace(stack.place, namespace);
    const roles = ['role_arn', 'target_role_arn']
      .map((name) => attribute(association, name))
      .filter((text) => text !== '');
    const foreign = roles
      .map((text) => ({ text, who: principal(world, text, stack.place) }))
      .filter(
        ({ text, who }) =>
          (who.role?.stack ?? who.owner?.stack) !== stack.name && !text.includes(`‹${stack.name}:`),
      )
      // What the platform gives its own pods is no owner's, as long as the role is none either.
      .filter(({ who }) => stack.owner !== undefined || there !== undefined || who.owner !== undefined);
    const job =
      stack.owner !== undefined &&
      isOwnJob(stack, account) &&
      namespace === world.field(stack.place, 'addons', 'migrationNamespace');
    const others = isOthersJob(stack, account);
    const misplaced = stack.owner ? there?.stack !== stack.name && !job : there !== undefined || others;
    return [
      ...foreign.map(({ text, who }) =>
        found(
          association,
          who.owner?.stack ?? who.role?.stack ?? text,
          `it gives the role ${who.text} to ${namespace}/${account}`,
          'Give service accounts roles of the same owner’s stack only',
          there?.stack ?? stack.name,
        ),
      ),
      ...(misplaced
        ? [
            found(
              association,
              stack.owner?.stack ?? 'the platform',
              `it gives a role of ${stack.name} to service account ${account} of namespace ${namespace}`,
              'Give roles to service accounts of the owner’s own namespace only',
              there?.stack ?? (others ? jobOf({ world, stack }, account) : `namespace ${namespace}`),
            ),
          ]
        : []),
      ...(isTrue(association.values['disable_session_tags'])
        ? [
            found(
              association,
              'every other owner',
              'its sessions carry no tags, by which policies bind what they may use (disable_session_tags)',
              'Leave session tags on',
            ),
          ]
        : []),
    ];
  });
