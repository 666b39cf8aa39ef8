/**
 * Where Argo Rollouts asks the cell's metrics: an Envoy in its own pod, which signs what it asks. By itself it could not, for
 * its client of Amazon Managed Prometheus knows no Pod Identity (argoproj/argo-rollouts issue 4536).
 */
export const METRICS_PROXY = { host: '127.0.0.1', port: 9091 } as const;

/** Beginning of every address behind {@link METRICS_PROXY}. */
export const METRICS_ORIGIN = `http://${METRICS_PROXY.host}:${METRICS_PROXY.port}`;

/** Base URL of a workspace of Amazon Managed Prometheus for an analysis of Argo Rollouts. @param workspaceId may be a token */
export const metricsAddress = (workspaceId: string): string => `${METRICS_ORIGIN}/workspaces/${workspaceId}`;
