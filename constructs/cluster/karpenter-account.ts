/**
 * The service account of Karpenter's pods. In `kube-system`, because flow control of the API server gives the accounts there
 * a share of their own: a flood of other requests cannot hold up new nodes.
 */
export const KARPENTER_ACCOUNT = { namespace: 'kube-system', serviceAccount: 'karpenter' } as const;
