import { SYSTEM_POOL } from './system-pool';

/** How a controller is placed: on the system nodes, in the words of a pod's spec. Most charts take these values as they are. */
export const SYSTEM_POD = {
  nodeSelector: { [SYSTEM_POOL.label.key]: SYSTEM_POOL.label.value },
  tolerations: [{ key: SYSTEM_POOL.taint.key, operator: 'Exists' }],
  // Evicted last, and makes room for itself: without these controllers nothing else gets nodes, routes or secrets.
  priorityClassName: 'system-cluster-critical',
} as const;

/** Spreads the pods that have these labels over zones, where there are nodes in several. */
export const zoneSpread = (matchLabels: Readonly<Record<string, string>>): readonly object[] => [
  {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels },
  },
];

/**
 * Resources of a container. It asks for what it takes at rest and stops at the limit, so that a leak kills its own pod and
 * no neighbour. CPU is not limited, for a throttled controller is a slow one.
 *
 * @param cpu such as `100m`
 * @param memory such as `128Mi`
 * @param limit most memory, such as `512Mi`
 */
export const resources = (cpu: string, memory: string, limit: string): object => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

/** Security context of a container under the "restricted" Pod Security Standard. */
export const RESTRICTED_CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;
