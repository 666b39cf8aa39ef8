import { missingSetting } from '../cluster-settings';
import { at, listOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import { directionsOf, isForAll } from '../selectors';
import { objectsOf } from '../stack';
import { type Control, judge, problems } from './control';

/**
 * A policy that denies everything to all pods, both ways. What other policies then allow, `references/network-policies.ts`
 * checks rule by rule.
 */
export const networkPolicy: Control = {
  name: 'network policy',
  check: ({ world, owner, stack }) => {
    const unheeded = missingSetting(world, owner.place, 'network policies');
    const candidates = objectsOf(stack, owner, 'NetworkPolicy')
      .filter((policy) => !allowsAnything(policy))
      .map((policy) => {
        const directions = directionsOf(policy);
        return {
          address: policy.address,
          problems: problems([
            [!isForAll(policy), 'selects only some of the pods'],
            [!directions.includes('Ingress'), 'lets everything in (policyTypes without Ingress)'],
            [!directions.includes('Egress'), 'lets everything out (policyTypes without Egress)'],
            [unheeded !== undefined, unheeded ?? ''],
          ]),
        };
      });
    return judge('network policy that denies everything at first', candidates, {
      gives: 'nothing in and nothing out of any pod, until another policy allows it',
      remedy: `Give ${owner.namespace} a NetworkPolicy with an empty podSelector, both policyTypes and no rules`,
    });
  },
};

const allowsAnything = ({ body }: KubernetesFact): boolean =>
  [...listOf(at(body, 'spec', 'ingress')), ...listOf(at(body, 'spec', 'egress'))].length > 0;
