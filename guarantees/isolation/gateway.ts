import type { Fleet } from '../../constructs/core/workload-labels';
import type { StackPlace } from './facts';
import { type Json, objectOf, textOf } from './facts/json';
import type { Owner } from './owners';
import type { World } from './world';

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

/** What verified tokens say, and the headers in which gateways pass it on. Written down here once more, for the same reason. */
export const CLAIMS = { tenant: 'tenant_id', tier: 'tier', cell: 'cell' } as const;
export const IDENTITY_PREFIX = 'x-bulkhead-';
export const CLAIM_HEADERS = {
  'x-bulkhead-tenant': CLAIMS.tenant,
  'x-bulkhead-tier': CLAIMS.tier,
  'x-bulkhead-cell': CLAIMS.cell,
} as const;

/** The header, and its value, that calls of an owner's people and machines carry, and nobody else's. */
export const claimOf = ({ kind, id }: Owner): readonly [header: string, value: string] => [
  kind === 'tenant' ? 'x-bulkhead-tenant' : 'x-bulkhead-tier',
  id,
];

/** Names in a cell's zone that are nobody's id. */
const PLATFORM_HOSTS = new Set(['shared', 'enterprise', 'auth', 'app', 'api', 'www']);

/** First label of the host that an owner's routes are for. */
export const hostLabelOf = ({ kind, id }: Owner): string => (kind === 'tenant' ? id : 'shared');

/** The namespace of the tenant that a host of a cell's zone is called after, whether or not there is one. */
export function tenantOfHost({ cell }: StackPlace, host: string): string | undefined {
  const [label = '', zone, ...rest] = host.split('.');
  return zone === cell && rest.length > 0 && !PLATFORM_HOSTS.has(label) ? `tenant-${label}` : undefined;
}

/** Whether a host is the one that an owner's routes are for: as far as the network's stack is here, to its end. */
export function isHostOf(world: World, owner: Owner, host: string): boolean {
  const zone = world.field(owner.place, 'network', 'zoneName');
  const label = hostLabelOf(owner);
  return zone.startsWith('‹')
    ? host.startsWith(`${label}.${owner.place.cell}.`)
    : host === `${label}.${zone}`;
}

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
