import { type Owner, tenantOf } from './owner';
import { SHARED } from './tags';

/** Labels of an owner's namespace. Admission policies, gateways and reviews find by them whose pods these are. */
export const WORKLOAD_LABELS = {
  tier: 'bulkhead/tier',
  tenant: 'bulkhead/tenant',
  nodePool: 'bulkhead/node-pool',
  priorityClass: 'bulkhead/priority-class',
  fleet: 'bulkhead/gateway-fleet',
} as const;

/** Fleets of gateway proxies. Pooled tenants share one, dedicated tenants the other. */
export const FLEETS = ['shared', 'enterprise'] as const;
export type Fleet = (typeof FLEETS)[number];

/** Value of the fleet's label of a namespace whose routes any fleet may take: the gateways' own. */
export const EVERY_FLEET = 'all';

/** Name of the listener of each Gateway. */
export const GATEWAY_LISTENER = 'https';

/** Where proxies run, and the label by which Envoy Gateway tells the pods of one Gateway from those of another. */
export const GATEWAY_NAMESPACE = 'envoy-gateway-system';
export const GATEWAY_LABEL = 'gateway.envoyproxy.io/owning-gateway-name';

/** Kubernetes group of the people who look after a tier's pods. */
export const operatorsGroup = (tier: string): string => `bulkhead:operators:${tier}`;

/** Kubernetes group of what deploys owners of a kind. */
export const deployersGroup = (kind: Owner['kind']): string => `bulkhead:deployers:${kind}`;

/** Roles of the cluster that are bound in each owner's namespace; the cell's add-ons bring them. */
export const OPERATOR_ROLE = 'bulkhead-operator';
export const NAMESPACE_DEPLOYER_ROLE = 'bulkhead-namespace-deployer';

/** Key of the label that nodes of a pool carry, and of the taint that keeps all other pods away. */
export const NODE_POOL_KEY = 'node-pool';

export interface WorkloadPlacement {
  /** Pool whose nodes run the pods. */
  readonly nodePool: string;
  readonly priorityClass: string;
  readonly fleet: Fleet;
}

/** The labels of an owner's namespace, Pod Security Standards included: nothing but the strictest is admitted. */
export function workloadLabels(
  owner: Owner,
  { nodePool, priorityClass, fleet }: WorkloadPlacement,
): Record<string, string> {
  return {
    ...Object.fromEntries(
      ['enforce', 'audit', 'warn'].flatMap((mode) => [
        [`pod-security.kubernetes.io/${mode}`, 'restricted'],
        // Newer versions of the standard only become stricter, and a cluster's upgrade should bring them.
        [`pod-security.kubernetes.io/${mode}-version`, 'latest'],
      ]),
    ),
    [WORKLOAD_LABELS.tier]: owner.tier,
    [WORKLOAD_LABELS.tenant]: tenantOf(owner) ?? SHARED,
    [WORKLOAD_LABELS.nodePool]: nodePool,
    [WORKLOAD_LABELS.priorityClass]: priorityClass,
    [WORKLOAD_LABELS.fleet]: fleet,
  };
}
