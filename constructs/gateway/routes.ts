import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import type { IHTTPRouteFilter } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/HTTPRouteFilter';
import type { KubernetesObject } from '../core/chart';
import { type Fleet, GATEWAY_LISTENER, GATEWAY_NAMESPACE } from '../core/workload-labels';
import { REFUSAL_HEADERS, refusalBody } from './response-headers';

export type HttpRoute = IHTTPRoute & KubernetesObject;
export type HttpRouteFilter = IHTTPRouteFilter & KubernetesObject;
type Rule = NonNullable<NonNullable<IHTTPRoute['spec']>['rules']>[number];

/** A route of a fleet's Gateway, for some hosts or, without any, for all that no other route names. */
export const httpRoute = (
  fleet: Fleet,
  metadata: { readonly name: string; readonly namespace: string },
  hostnames: readonly string[],
  rules: readonly Rule[],
): HttpRoute => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata,
  spec: {
    parentRefs: [
      {
        group: 'gateway.networking.k8s.io',
        kind: 'Gateway',
        name: fleet,
        namespace: GATEWAY_NAMESPACE,
        sectionName: GATEWAY_LISTENER,
      },
    ],
    ...(hostnames.length > 0 && { hostnames: [...hostnames] }),
    rules: [...rules],
  },
});

/**
 * The rule that is left for calls of nobody known: 403. Every call meets it first, for the headers that other rules ask for are
 * gone until a token has been verified; then the route is found again.
 *
 * @param filter name of a {@link refusedFilter} in the route's namespace
 */
export const refusedRule = (filter: string): Rule => ({
  matches: [{ path: { type: 'PathPrefix', value: '/' } }],
  filters: [
    {
      type: 'ExtensionRef',
      extensionRef: { group: 'gateway.envoyproxy.io', kind: 'HTTPRouteFilter', name: filter },
    },
  ],
});

/** What {@link refusedRule} answers. It knows of no host or path whether it exists. */
export const refusedFilter = (namespace: string, name: string): HttpRouteFilter => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'HTTPRouteFilter',
  metadata: { name, namespace },
  spec: {
    directResponse: {
      statusCode: 403,
      contentType: 'application/json',
      body: {
        type: 'Inline',
        inline: refusalBody('forbidden', 'This token may not call this host and path.'),
      },
      header: { set: [...REFUSAL_HEADERS] },
    },
  },
});
