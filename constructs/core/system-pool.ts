/**
 * What marks system nodes: the label that Karpenter's node pools carry too, and a taint whose name CoreDNS, the EBS CSI
 * driver and Karpenter know without being told. Pods that belong there select the label and tolerate the taint.
 */
export const SYSTEM_POOL = {
  label: { key: 'node-pool', value: 'system' },
  taint: { key: 'CriticalAddonsOnly', value: 'true', effect: 'NO_SCHEDULE' },
} as const;
