import { missingSetting } from '../cluster-settings';
import { at, listOf, objectOf, textsOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
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
      .map(({ address, body }) => {
        const directions = textsOf(at(body, 'spec', 'policyTypes'));
        const selector = at(body, 'spec', 'podSelector');
        return {
          address,
          problems: problems([
            [
              selector === undefined || Object.keys(objectOf(selector)).length > 0,
              'selects only some of the pods',
            ],
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
