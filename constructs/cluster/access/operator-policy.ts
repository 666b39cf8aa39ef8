import { operatorsGroup } from '../../core/workload-labels';
import { admissionPolicy, inGroup } from './admission-policy';

/** What `kubectl rollout restart` sets on a pod template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** Fields of a deployment's or rollout's spec that start, stop, scale and restart. */
const FIELDS = "['paused', 'replicas', 'restartAt', 'template']";

const labels = (of: string): string => `${of}.spec.?template.?metadata.?labels.orValue({})`;
const annotations = (of: string): string => `dyn(${of}.spec.?template.?metadata.?annotations.orValue({}))`;
const pod = (of: string): string => `${of}.spec.?template.?spec.orValue({})`;

/** CEL: whether two maps are the same but for some keys. */
const sameBut = (keys: string, now: string, before: string): string =>
  `${now}.all(k, k in ${keys} || k in ${before} && ${now}[k] == ${before}[k]) && ${before}.all(k, k in ${keys} || k in ${now})`;

/**
 * Lets operators restart and scale, and change nothing else of what runs: who may write a pod's template may run any
 * image with the pod's identity and read its secrets.
 */
export const operatorPolicy = admissionPolicy({
  name: 'bulkhead-operators',
  match: {
    resourceRules: [
      { apiGroups: ['apps'], apiVersions: ['*'], operations: ['UPDATE'], resources: ['deployments'] },
      { apiGroups: ['argoproj.io'], apiVersions: ['*'], operations: ['UPDATE'], resources: ['rollouts'] },
    ],
  },
  whom: inGroup(operatorsGroup('')),
  validations: [
    {
      expression: sameBut(FIELDS, 'dyn(object.spec)', 'dyn(oldObject.spec)'),
      message: 'Operators may change replicas, pause and restart, and nothing else of a spec.',
    },
    {
      expression: [
        `${pod('object')} == ${pod('oldObject')}`,
        `${labels('object')} == ${labels('oldObject')}`,
        sameBut(`['${RESTARTED_AT}']`, annotations('object'), annotations('oldObject')),
      ].join(' && '),
      message: `Operators may change nothing of a pod template but the annotation ${RESTARTED_AT}, by which pods restart.`,
    },
  ],
});
