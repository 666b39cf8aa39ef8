import type { IBackendTrafficPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/BackendTrafficPolicy';
import type { IBackendTrafficPolicySpec } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/BackendTrafficPolicySpec';
import type { ICircuitBreaker } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/CircuitBreaker';
import type { IClientIPDetectionSettings } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ClientIPDetectionSettings';
import type { IClientTrafficPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ClientTrafficPolicy';
import type { IClientTrafficPolicySpec } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ClientTrafficPolicySpec';
import type { IExtAuth } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ExtAuth';
import type { IHeaderSettings } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/HeaderSettings';
import type { IHTTPClientTimeout } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/HTTPClientTimeout';
import type { IJWTProvider } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/JWTProvider';
import type { IRateLimitRule } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/RateLimitRule';
import type { IRateLimitValue } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/RateLimitValue';
import type { IRemoteJWKS } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/RemoteJWKS';
import type { IResponseOverride } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/ResponseOverride';
import type { ISecurityPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/SecurityPolicy';
import type { ISecurityPolicySpec } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/SecurityPolicySpec';
import type { ITCPClientTimeout } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1/TCPClientTimeout';
import type { KubernetesObject } from '../core/chart';

/**
 * What Envoy Gateway 1.9 knows and the models do not yet, as far as it is used here. `test/support/envoy-gateway-crds.ts`
 * says what the definitions of these fields allow.
 *
 * Sources: `api/v1alpha1` of envoyproxy/gateway and its release notes of 1.8 and 1.9.
 */

/** A type with some of its fields replaced, and others added. */
type With<T, Fields> = Omit<T, keyof Fields> & Fields;

export type JwtProvider = With<
  IJWTProvider,
  {
    /** `failedRefetchDuration`: pause after a failed fetch, 1.9. */
    readonly remoteJWKS?: IRemoteJWKS & { readonly failedRefetchDuration?: string };
  }
>;

/** `statusOnError`: what callers see when the authorizer cannot be asked, 1.8. */
export type ExternalAuthorization = IExtAuth & { readonly statusOnError?: number };

export type SecurityPolicy = KubernetesObject &
  With<
    ISecurityPolicy,
    {
      readonly spec: With<
        ISecurityPolicySpec,
        { readonly jwt?: { readonly providers: JwtProvider[] }; readonly extAuth?: ExternalAuthorization }
      >;
    }
  >;

/** `fromMetadata`: where a request's own limit is found, a struct of `requests_per_unit` and `unit`, 1.9. */
export type GlobalLimitRule = With<
  IRateLimitRule,
  {
    readonly limit: IRateLimitValue & {
      readonly fromMetadata?: { readonly namespace: string; readonly key: string };
    };
  }
>;

/** `xRateLimitHeaders`: whether callers are told of the limit; `Off` works from 1.9 on. */
export type LocalLimitRule = IRateLimitRule & { readonly xRateLimitHeaders?: 'Off' };

/** `source`: whose responses are replaced, 1.8. */
export type ResponseOverride = IResponseOverride & { readonly source?: 'Local' | 'Backend' | 'All' };

/** `retryBudget`: retries under way as a share of the requests under way, 1.8. */
export type CircuitBreaker = ICircuitBreaker & {
  readonly retryBudget?: {
    readonly percent: { readonly numerator: number; readonly denominator?: number };
    readonly minRetryConcurrency?: number;
  };
};

export type BackendTrafficPolicy = KubernetesObject &
  With<
    IBackendTrafficPolicy,
    {
      readonly spec: With<
        IBackendTrafficPolicySpec,
        {
          readonly rateLimit: {
            readonly global: { readonly rules: GlobalLimitRule[] };
            readonly local: { readonly rules: LocalLimitRule[] };
          };
          readonly responseOverride: ResponseOverride[];
          readonly circuitBreaker: CircuitBreaker;
        }
      >;
    }
  >;

export type ClientTrafficPolicy = KubernetesObject &
  With<
    IClientTrafficPolicy,
    {
      readonly spec: With<
        IClientTrafficPolicySpec,
        {
          /** `directSourceIP`: the peer of the connection is the caller, 1.9. Exactly one way must be named. */
          readonly clientIPDetection?: IClientIPDetectionSettings & {
            readonly directSourceIP?: Record<string, never>;
          };
          /** `host.stripTrailingHostDot`, 1.9. */
          readonly headers?: IHeaderSettings & {
            readonly host?: { readonly stripTrailingHostDot?: boolean };
          };
          readonly timeout?: {
            /** `requestHeadersReceivedTimeout`: for all headers of a request together, 1.9. */
            readonly http?: IHTTPClientTimeout & { readonly requestHeadersReceivedTimeout?: string };
            /** `tlsHandshakeTimeout`, 1.9. */
            readonly tcp?: ITCPClientTimeout & { readonly tlsHandshakeTimeout?: string };
          };
        }
      >;
    }
  >;
