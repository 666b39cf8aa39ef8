import type { IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway';
import type { IGatewayClass } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/GatewayClass';
import type { KubernetesObject } from '../core/chart';
import { HTTPS } from '../core/gateway-ports';
import {
  type Fleet,
  FLEETS,
  GATEWAY_LISTENER,
  GATEWAY_NAMESPACE,
  WORKLOAD_LABELS,
} from '../core/workload-labels';

export type Gateway = IGateway & KubernetesObject;
export type GatewayClass = IGatewayClass & KubernetesObject;

/** Name of the class of a fleet's Gateway. */
export const gatewayClassName = (fleet: Fleet): string => `bulkhead-${fleet}`;

/** Group, kind and name by which policies mean the whole Gateway, and so every route of it, in whatever namespace. */
export const gatewayTarget = (
  fleet: Fleet,
): { group: 'gateway.networking.k8s.io'; kind: 'Gateway'; name: Fleet } => ({
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  name: fleet,
});

/** Class of the fleet's Gateway: Envoy Gateway's, with the fleet's own kind of proxies. */
export const gatewayClass = (fleet: Fleet): GatewayClass => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: gatewayClassName(fleet) },
  spec: {
    controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    parametersRef: {
      group: 'gateway.envoyproxy.io',
      kind: 'EnvoyProxy',
      name: fleet,
      namespace: GATEWAY_NAMESPACE,
    },
  },
});

/**
 * The fleet's one listener: HTTPS, for the load balancer, which has ended the callers' TLS and begins its own.
 *
 * The listener names no host, for a load balancer need not say in its handshake which host is meant, and proxies would then
 * hang up. Which hosts are served, routes say; admission keeps owners to their own. Its certificate is the one that the
 * control plane makes for its proxies: the load balancer does not verify it.
 *
 * Routes of the other fleet's owners are not taken. A namespace without the label would be, which is none that could have a
 * route here: the control plane watches labelled namespaces only, and admission policy `bulkhead-routes` holds owners to their
 * own fleet's Gateway, whatever the label says. In return `egctl`, which forgets the labels of namespaces, can translate what
 * a cluster is given as it is.
 */
export const gateway = (fleet: Fleet): Gateway => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: fleet, namespace: GATEWAY_NAMESPACE },
  spec: {
    gatewayClassName: gatewayClassName(fleet),
    listeners: [
      {
        name: GATEWAY_LISTENER,
        port: HTTPS,
        protocol: 'HTTPS',
        tls: {
          mode: 'Terminate',
          certificateRefs: [{ group: '', kind: 'Secret', name: 'envoy' }],
        },
        allowedRoutes: {
          kinds: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
          namespaces: {
            from: 'Selector',
            selector: {
              matchExpressions: [
                {
                  key: WORKLOAD_LABELS.fleet,
                  operator: 'NotIn',
                  values: FLEETS.filter((other) => other !== fleet),
                },
              ],
            },
          },
        },
      },
    ],
  },
});
