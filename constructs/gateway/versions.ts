import { ENVOY_IMAGE } from '../core/envoy-image';
import { NODE_IMAGE } from '../core/node-image';
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
  envoy: ENVOY_IMAGE,
  node: NODE_IMAGE,
} as const;
