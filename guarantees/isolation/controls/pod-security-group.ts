import { missingSetting } from '../cluster-settings';
import { at, objectOf, textsOf } from '../facts/json';
import { addressIn, objectsOf, resourcesOf } from '../stack';
import { type Control, judge, problems } from './control';

/** Security groups of the owner's own on every one of its pods, so that its database can admit them and no others. */
export const podSecurityGroup: Control = {
  name: 'pod security group',
  check: ({ world, owner, stack }) => {
    const unheeded = missingSetting(world, owner.place, 'security groups of pods');
    const own = resourcesOf(stack, 'aws_security_group').map((group) => `‹${addressIn(stack, group)}.id›`);
    const candidates = objectsOf(stack, owner, 'SecurityGroupPolicy').map(({ address, body }) => {
      const selector = at(body, 'spec', 'podSelector');
      const groups = textsOf(at(body, 'spec', 'securityGroups', 'groupIds'));
      return {
        address,
        problems: problems([
          [
            selector === undefined || Object.keys(objectOf(selector)).length > 0,
            'selects only some of the pods (podSelector)',
          ],
          [at(body, 'spec', 'serviceAccountSelector') !== undefined, 'selects by service account'],
          [unheeded !== undefined, unheeded ?? ''],
          [!groups.some((group) => own.includes(group)), `gives pods no security group of ${stack.name}`],
        ]),
      };
    });
    return judge('SecurityGroupPolicy for all pods of its namespace', candidates, {
      gives: 'a security group of its own on every pod',
      remedy: `Give ${owner.namespace} a SecurityGroupPolicy with an empty podSelector and a security group of ${stack.name}`,
    });
  },
};
