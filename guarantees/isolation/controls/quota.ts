import { at, objectOf, textOf } from '../facts/json';
import { objectsOf } from '../stack';
import { type Control, judge, problems } from './control';

/** What must have a most, so that one owner cannot take what others need. */
const LIMITED = [
  'pods',
  'requests.cpu',
  'requests.memory',
  'limits.memory',
  'services',
  'persistentvolumeclaims',
];

/** Ways into a namespace past the gateway. */
const FORBIDDEN = ['services.loadbalancers', 'services.nodeports'];

const QUANTITY = /^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/;

/** Most that all pods of the namespace may have, and no way in but the gateway. */
export const quota: Control = {
  name: 'quota',
  check: ({ owner, stack }) => {
    const candidates = objectsOf(stack, owner, 'ResourceQuota').map(({ address, body }) => {
      const hard = objectOf(at(body, 'spec', 'hard'));
      const spec = objectOf(body['spec']);
      const limits = (key: string): boolean => QUANTITY.test(textOf(hard[key]));
      // A quota of `cpu` is one of `requests.cpu` to Kubernetes.
      const limited = (key: string): boolean => limits(key) || limits(key.replace('requests.', ''));
      return {
        address,
        problems: problems([
          [
            (spec['scopes'] ?? spec['scopeSelector'] ?? undefined) !== undefined,
            'counts only some of the pods (scopes)',
          ],
          ...LIMITED.map((key) => [!limited(key), `sets no finite ${key}`] as const),
          ...FORBIDDEN.map(
            (key) => [textOf(hard[key]) !== '0', `does not forbid ${key} (must be 0)`] as const,
          ),
        ]),
      };
    });
    return judge('quota for all pods of its namespace', candidates, {
      gives: 'a most for pods, CPU, memory, services and volumes, and neither load balancers nor node ports',
      remedy: `Give ${owner.namespace} a ResourceQuota without scopes that sets ${LIMITED.join(', ')} and has ${FORBIDDEN.join(' and ')} at 0`,
    });
  },
};
