import type { Fleet } from '../../constructs/core/workload-labels';
import { type Json, objectOf, textOf } from './facts/json';
import type { Owner } from './owners';

/** Label that Kubernetes itself puts on every namespace: its name. */
export const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * Where proxies run, and the label by which Envoy Gateway tells the pods of one Gateway from those of another. Not what
 * constructs take them to be: a change there must not change what is proved.
 */
export const GATEWAY_NAMESPACE = 'envoy-gateway-system';
export const GATEWAY_LABEL = 'gateway.envoyproxy.io/owning-gateway-name';

/** Fleet of gateway proxies that serves an owner. */
export const fleetOf = ({ kind, tier }: Owner): Fleet =>
  kind === 'tenant' || tier === 'enterprise' ? 'enterprise' : 'shared';

/** The labels that a selector demands, if it demands nothing but labels with one value each. */
export function exactLabels(selector: Json | undefined): Readonly<Record<string, string>> | undefined {
  const { matchLabels, ...others } = objectOf(selector);
  const entries = Object.entries(objectOf(matchLabels)).map(([key, value]) => [key, textOf(value)] as const);
  const more = Object.values(others).some((value) => !Array.isArray(value) || value.length > 0);
  return selector === undefined || more ? undefined : Object.fromEntries(entries);
}

/** Whether a peer is one namespace, and in it, pods of one label's value, and nothing else. */
export function isPeer(peer: Json, namespace: string, label: string, value: string): boolean {
  const { namespaceSelector, podSelector, ...others } = objectOf(peer);
  const spaces = exactLabels(namespaceSelector);
  const pods = exactLabels(podSelector);
  return (
    Object.keys(others).length === 0 && spaces?.[NAMESPACE_NAME] === namespace && pods?.[label] === value
  );
}

/** Whether a peer is the proxies of one fleet. */
export const isGatewayPeer = (peer: Json, fleet: Fleet): boolean =>
  isPeer(peer, GATEWAY_NAMESPACE, GATEWAY_LABEL, fleet);
