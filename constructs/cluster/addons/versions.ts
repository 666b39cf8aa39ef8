import type { PinnedChart } from '../../core/pinned-release';

/**
 * Every chart of a cell's add-ons, and the one place to change a version. A chart of CRDs carries the version of its
 * controller, for the two are released together; the controller of gateways is in `constructs/gateway/versions.ts`.
 *
 * What a version pins: Helm verifies the digests that a registry or index states for a chart, not who made it; images
 * are pinned by tag inside the charts (Karpenter's by digest).
 */
export const CHARTS = {
  karpenter: {
    repository: 'oci://public.ecr.aws/karpenter',
    chart: 'karpenter',
    version: '1.15.0',
    appVersion: '1.15.0',
    checked: '2026-11-23',
  },
  karpenterCrds: {
    repository: 'oci://public.ecr.aws/karpenter',
    chart: 'karpenter-crd',
    version: '1.15.0',
    appVersion: '1.15.0',
    checked: '2026-11-23',
  },
  keda: {
    repository: 'https://kedacore.github.io/charts',
    chart: 'keda',
    version: '2.21.1',
    appVersion: '2.21.1',
    checked: '2026-11-23',
  },
  envoyGatewayCrds: {
    repository: 'oci://docker.io/envoyproxy',
    chart: 'gateway-crds-helm',
    version: '1.9.2',
    appVersion: '1.9.2',
    checked: '2026-11-23',
  },
  argoRollouts: {
    repository: 'https://argoproj.github.io/argo-helm',
    chart: 'argo-rollouts',
    version: '2.42.0',
    appVersion: '1.9.1',
    checked: '2026-11-23',
  },
  externalSecrets: {
    repository: 'https://charts.external-secrets.io',
    chart: 'external-secrets',
    version: '2.13.0',
    appVersion: '2.13.0',
    checked: '2026-11-23',
  },
  loadBalancerController: {
    repository: 'https://aws.github.io/eks-charts',
    chart: 'aws-load-balancer-controller',
    version: '3.6.0',
    appVersion: '3.6.0',
    checked: '2026-11-23',
  },
  // Charts for Fluent Bit 5.1 exist; none is named in what this table was compared with.
  fluentBit: {
    repository: 'https://fluent.github.io/helm-charts',
    chart: 'fluent-bit',
    version: '0.57.5',
    appVersion: '5.0.5',
    checked: '2026-11-23',
  },
  metricsServer: {
    repository: 'https://kubernetes-sigs.github.io/metrics-server',
    chart: 'metrics-server',
    version: '3.14.0',
    appVersion: '0.9.0',
    checked: '2026-11-25',
  },
  prometheus: {
    repository: 'https://prometheus-community.github.io/helm-charts',
    chart: 'prometheus',
    version: '29.48.0',
    appVersion: '3.x',
    checked: '2026-11-23',
  },
} as const satisfies Readonly<Record<string, PinnedChart>>;

/**
 * Image of the nodes that Karpenter launches: Bottlerocket, as on the system nodes. Pinned, so that nodes change when
 * somebody changes this line and not on the day an image is published.
 *
 * Source: releases of https://github.com/bottlerocket-os/bottlerocket, compared on 2026-11-23.
 */
export const NODE_IMAGE_ALIAS = 'bottlerocket@v1.66.0';
