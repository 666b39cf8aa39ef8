/**
 * Image that programs of `services/` run on, by version and not by digest: whoever mirrors it should pin the digest found there.
 *
 * Node 24, long-term support until April 2028; the public mirror of the official image. Checked 2026-11-25.
 */
export const NODE_IMAGE = 'public.ecr.aws/docker/library/node:24.18.0-trixie-slim';
