/** TCP port that services of tenants listen on: gateways forward to it, and kubelets probe it. */
export const WORKLOAD_PORT = 8080;
