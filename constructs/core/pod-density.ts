/**
 * Most pods on a node: what EKS advises with prefix delegation for fewer than 30 vCPUs ("Amazon EKS best practices",
 * prefix mode). The network's room is computed with it, and node classes ask for it.
 */
export const PODS_PER_NODE = 110;
