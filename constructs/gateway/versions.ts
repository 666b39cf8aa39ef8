import type { PinnedChart } from '../core/pinned-release';

/**
 * Envoy Gateway's control plane. The add-ons bring the CRDs of the same version: change both.
 *
 * Envoy of the proxies is the one that this version of the control plane names; nothing here does.
 */
export const ENVOY_GATEWAY = {
  repository: 'oci://docker.io/envoyproxy',
  chart: 'gateway-helm',
  version: '1.9.2',
  appVersion: '1.9.2',
  checked: '2026-11-23',
} as const satisfies PinnedChart;

/**
 * Images that the gateways' stack names itself, by version and not by digest: whoever mirrors them should pin the digests
 * found there.
 */
export const GATEWAY_IMAGES = {
  // The Envoy of Envoy Gateway 1.9.2 (`shared_types.go` and `_helpers.tpl` of its release), checked 2026-11-25.
  envoy: 'docker.io/envoyproxy/envoy:distroless-v1.39.1',
  // Node 24, long-term support until April 2028; the public mirror of the official image. Checked 2026-11-25.
  node: 'public.ecr.aws/docker/library/node:24.18.0-trixie-slim',
} as const;
