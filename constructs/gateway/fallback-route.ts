import type { KubernetesObject } from '../core/chart';
import { type Fleet, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { httpRoute, refusedFilter, refusedRule } from './routes';

/** Host name of a fleet, below the cell's zone. */
export const fleetHostname = (fleet: Fleet, zoneName: string): string => `${fleet}.${zoneName}`;

/**
 * Routes of a fleet's own, which refuse: for its shared host, which several tiers' routes share, and for hosts that no route
 * names, so that no call at all passes by the policies.
 */
export function fallbackRoutes(fleet: Fleet, zoneName: string): readonly KubernetesObject[] {
  const named = (name: string) => ({ name: `${fleet}-${name}`, namespace: GATEWAY_NAMESPACE });
  const refused = named('refused').name;
  const hosts = fleet === 'shared' ? [fleetHostname(fleet, zoneName)] : [];
  return [
    ...hosts.map((host) => httpRoute(fleet, named('fallback'), [host], [refusedRule(refused)])),
    httpRoute(fleet, named('unknown-hosts'), [], [refusedRule(refused)]),
    refusedFilter(GATEWAY_NAMESPACE, refused),
  ];
}
