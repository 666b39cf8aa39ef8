import { at, type Json, listOf, textOf } from './facts/json';
import type { KubernetesFact } from './facts/kubernetes';
import { claimOf } from './gateway';
import type { Owner } from './owners';

/** A rule of an HTTPRoute: which calls it takes, and where to. */
export interface RouteRule {
  /** A rule without matches takes every call: it has one that asks for nothing. */
  readonly matches: readonly Json[];
  /** Whom it sends calls to, copies of calls too. */
  readonly backends: readonly Json[];
  /** What it does with calls, those of its backends too. */
  readonly filters: readonly Json[];
}

/** The rules of an HTTPRoute. */
export const rulesOf = ({ body }: KubernetesFact): readonly RouteRule[] =>
  listOf(at(body, 'spec', 'rules')).map((rule) => {
    const backends = listOf(at(rule, 'backendRefs'));
    const filters = [rule, ...backends].flatMap((part) => listOf(at(part, 'filters')));
    const copies = filters.flatMap((filter) => listOf(at(filter, 'requestMirror', 'backendRef')));
    const matches = listOf(at(rule, 'matches'));
    return { matches: matches.length > 0 ? matches : [{}], backends: [...backends, ...copies], filters };
  });

/** The value that a match asks a header for, exactly; undefined if any will do. Of two of one name the first counts. */
export function demandedHeader(match: Json, header: string): string | undefined {
  const found = listOf(at(match, 'headers')).find(
    (each) => textOf(at(each, 'name')).toLowerCase() === header,
  );
  const type = textOf(at(found, 'type')) || 'Exact';
  return found !== undefined && type === 'Exact' ? textOf(at(found, 'value')) : undefined;
}

/** Whether a match takes calls of an owner's people and machines, and of nobody else. */
export function isOwnersOnly(owner: Owner, match: Json): boolean {
  const [header, value] = claimOf(owner);
  return demandedHeader(match, header) === value;
}

/** Hosts that a route takes calls for: `*`, where it names none. */
export function hostsOf({ body }: KubernetesFact): readonly string[] {
  const named = listOf(at(body, 'spec', 'hostnames')).map((host) => textOf(host));
  return named.length > 0 ? named : ['*'];
}

/** A reference to a Gateway, for people: `envoy-gateway-system/shared`. */
export const parentText = (parent: Json): string =>
  [textOf(at(parent, 'namespace')), textOf(at(parent, 'name'))].filter((part) => part !== '').join('/');

/** Whether a reference is to the Gateway of this name in a namespace. */
export const isParent = (parent: Json, namespace: string, name: string): boolean =>
  ['', 'gateway.networking.k8s.io'].includes(textOf(at(parent, 'group'))) &&
  ['', 'Gateway'].includes(textOf(at(parent, 'kind'))) &&
  textOf(at(parent, 'namespace')) === namespace &&
  textOf(at(parent, 'name')) === name;
