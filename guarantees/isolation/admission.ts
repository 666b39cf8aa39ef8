import { at, type Json, listOf, objectOf, textOf, textsOf } from './facts/json';
import type { KubernetesFact } from './facts/kubernetes';
import { selects } from './selectors';
import type { Stack } from './stack';

/**
 * Why the API server would let a pod choose its nodes in a namespace with these labels, for all that a stack's admission
 * policies say; undefined if it would not. What a policy's expressions really compute is for the tests of the policy: here
 * they must be about the pod's node selector and its tolerations.
 */
export function freeChoiceOfNodes(
  stack: Stack,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const policies = (stack.kinds.get('ValidatingAdmissionPolicy') ?? []).filter(placesPods);
  if (policies.length === 0)
    return 'no admission policy is about the node selector and the tolerations of pods';
  const bindings = stack.kinds.get('ValidatingAdmissionPolicyBinding') ?? [];
  const effective = policies.filter(
    (policy) => applies(policy, labels) && bindings.some((binding) => binds(binding, policy)),
  );
  return effective.length > 0
    ? undefined
    : `${policies.map(({ address }) => address).join(', ')} is not in force for every pod there (namespaceSelector, resourceRules, failurePolicy, or a binding without Deny)`;
}

const placesPods = ({ body }: KubernetesFact): boolean => {
  const expressions = listOf(at(body, 'spec', 'validations')).map((validation) =>
    textOf(at(validation, 'expression')),
  );
  return ['nodeSelector', 'tolerations'].every((word) =>
    expressions.some((expression) => expression.includes(word)),
  );
};

/** Policies that hold operators, deployers, releases, rollouts and routes to what roles alone cannot say, and the resources that each is about. */
const PEOPLE: Readonly<Record<string, readonly (readonly [group: string, resource: string])[]>> = {
  'bulkhead-deployers': [['*', '*/*']],
  'bulkhead-migrations': [['*', '*/*']],
  'bulkhead-operators': [
    ['apps', 'deployments'],
    ['argoproj.io', 'rollouts'],
  ],
  'bulkhead-releases': [['*', '*/*']],
  'bulkhead-rollouts': [['argoproj.io', '*']],
  'bulkhead-routes': [
    ['gateway.networking.k8s.io', '*'],
    ['gateway.envoyproxy.io', '*'],
  ],
};

/** Policies for people that are not in force in the stack of the cell's add-ons, each with the reason. */
export const idlePolicies = (stack: Stack): readonly (readonly [policy: string, why: string])[] =>
  Object.entries(PEOPLE).flatMap(([name, resources]): [string, string][] => {
    const policies = stack.kinds.get('ValidatingAdmissionPolicy') ?? [];
    const policy = policies.find((each) => each.name === name);
    if (policy === undefined) return [[name, 'is not there']];
    const bindings = stack.kinds.get('ValidatingAdmissionPolicyBinding') ?? [];
    if (!bindings.some((binding) => binds(binding, policy))) return [[name, 'has no binding with Deny']];
    return isAsked(policy, resources)
      ? []
      : [[name, 'is not asked about everything (matchConstraints, failurePolicy)']];
  });

/** Whether a policy checks something of all these resources, wherever they are. */
function isAsked({ body }: KubernetesFact, resources: readonly (readonly [string, string])[]): boolean {
  const constraints = objectOf(at(body, 'spec', 'matchConstraints'));
  const asked = resources.every(([group, resource]) =>
    listOf(constraints['resourceRules']).some(
      (rule) =>
        has(rule, 'apiGroups', group) &&
        textsOf(at(rule, 'resources')).includes(resource) &&
        has(rule, 'apiVersions', '*') &&
        ['', '*'].includes(textOf(at(rule, 'scope'))),
    ),
  );
  return (
    asked &&
    listOf(at(body, 'spec', 'validations')).length > 0 &&
    (textOf(at(body, 'spec', 'failurePolicy')) || 'Fail') === 'Fail' &&
    constraints['namespaceSelector'] === undefined &&
    constraints['objectSelector'] === undefined
  );
}

/** Whether a policy is asked about every new pod of a namespace, and refuses it when it cannot answer. */
function applies({ body }: KubernetesFact, labels: Readonly<Record<string, string>>): boolean {
  const constraints = objectOf(at(body, 'spec', 'matchConstraints'));
  const pods = listOf(constraints['resourceRules']).some(
    (rule) =>
      has(rule, 'apiGroups', '') &&
      has(rule, 'resources', 'pods') &&
      has(rule, 'operations', 'CREATE') &&
      has(rule, 'apiVersions', 'v1') &&
      ['', '*', 'Namespaced'].includes(textOf(at(rule, 'scope'))) &&
      textsOf(at(rule, 'resourceNames')).length === 0,
  );
  return (
    pods &&
    selects(constraints['namespaceSelector'], labels) &&
    Object.keys(objectOf(constraints['objectSelector'])).length === 0 &&
    listOf(constraints['excludeResourceRules']).length === 0 &&
    listOf(at(body, 'spec', 'matchConditions')).length === 0 &&
    (textOf(at(body, 'spec', 'failurePolicy')) || 'Fail') === 'Fail'
  );
}

const has = (rule: Json, key: string, value: string): boolean =>
  textsOf(at(rule, key)).some((text) => text === value || text === '*');

const binds = ({ body }: KubernetesFact, { name }: KubernetesFact): boolean =>
  textOf(at(body, 'spec', 'policyName')) === name &&
  textsOf(at(body, 'spec', 'validationActions')).includes('Deny') &&
  at(body, 'spec', 'matchResources') === undefined &&
  at(body, 'spec', 'paramRef') === undefined;
