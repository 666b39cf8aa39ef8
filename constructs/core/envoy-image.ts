/**
 * Envoy, where the platform itself runs one beside a program, by version and not by digest: whoever mirrors it should pin the
 * digest found there.
 *
 * The Envoy of Envoy Gateway 1.9.2 (`shared_types.go` and `_helpers.tpl` of its release), checked 2026-11-25.
 */
export const ENVOY_IMAGE = 'docker.io/envoyproxy/envoy:distroless-v1.39.1';

/** User of the image, which knows no other than root. */
export const ENVOY_USER = { runAsUser: 65_532, runAsGroup: 65_532 } as const;
