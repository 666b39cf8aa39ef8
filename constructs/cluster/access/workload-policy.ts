import { NODE_POOL_KEY, WORKLOAD_LABELS } from '../../core/workload-labels';
import { admissionPolicy } from './admission-policy';

const label = (key: string): string =>
  `has(namespaceObject.metadata.labels) && '${key}' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['${key}'] : ''`;

/**
 * Keeps the pods of a tier or tenant on the nodes and at the priority of their namespace, whoever makes them. No user is
 * exempt: controllers make nearly all pods. Daemons of the cluster run in namespaces of their own, and what the kubelet
 * adds to a pod has keys of its own.
 */
export const workloadPolicy = admissionPolicy({
  name: 'bulkhead-workloads',
  match: {
    namespaceSelector: { matchExpressions: [{ key: WORKLOAD_LABELS.nodePool, operator: 'Exists' }] },
    resourceRules: [
      // Tolerations may be added to a pod that runs, so updates too.
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
    ],
  },
  variables: {
    pool: label(WORKLOAD_LABELS.nodePool),
    priorityClass: label(WORKLOAD_LABELS.priorityClass),
  },
  validations: [
    {
      expression: `variables.pool != '' && object.spec.?nodeSelector[?'${NODE_POOL_KEY}'].orValue('') == variables.pool`,
      message: `Pods must have the nodeSelector ${NODE_POOL_KEY} with the pool of their namespace.`,
      messageExpression: `'Pods of namespace ' + request.namespace + ' must have the nodeSelector ${NODE_POOL_KEY}: ' + variables.pool + '.'`,
    },
    {
      // Without a key a toleration tolerates everything, and with Exists every pool.
      expression: `object.spec.?tolerations.orValue([]).all(t, t.?key.orValue('') != '' && (t.key != '${NODE_POOL_KEY}' || t.?operator.orValue('Equal') in ['', 'Equal'] && t.?value.orValue('') == variables.pool))`,
      message: `Pods must tolerate no taint ${NODE_POOL_KEY} but that of their own pool, and name the key of every toleration.`,
      messageExpression: `'Pods of namespace ' + request.namespace + ' must tolerate no taint ${NODE_POOL_KEY} but ' + variables.pool + ', and name the key of every toleration.'`,
    },
    {
      expression:
        "object.spec.?priorityClassName.orValue('') == '' || object.spec.priorityClassName == variables.priorityClass",
      message: 'Pods must have the priority class of their namespace, or none.',
      messageExpression: `'Pods of namespace ' + request.namespace + ' must have the priority class ' + variables.priorityClass + ', or none.'`,
    },
    {
      // Or a pod would pass by the scheduler, which is what reads taints and selectors. Later it has the node's name.
      expression: "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''",
      message: 'Pods must not name their node.',
    },
  ],
});
