import type { TypeBehaviour } from './behaviour';

const kubernetes = (file: string): string => `hashicorp/terraform-provider-kubernetes, kubernetes/${file}.go`;

/** Types of the Kubernetes and Helm providers. Names and namespaces of all Kubernetes objects are handled alike elsewhere. */
export const KUBERNETES: Readonly<Record<string, TypeBehaviour>> = {
  kubernetes_persistent_volume_claim_v1: {
    source: kubernetes('resource_kubernetes_persistent_volume_claim_v1'),
    forceNew: ['spec.access_modes', 'spec.storage_class_name', 'spec.volume_name', 'spec.selector'],
  },
  kubernetes_storage_class_v1: {
    source: kubernetes('resource_kubernetes_storage_class_v1'),
    forceNew: ['parameters', 'reclaim_policy', 'storage_provisioner', 'volume_binding_mode'],
  },
  kubernetes_stateful_set_v1: {
    source: kubernetes('resource_kubernetes_stateful_set_v1'),
    forceNew: [
      'spec.pod_management_policy',
      'spec.selector',
      'spec.service_name',
      'spec.volume_claim_template',
    ],
  },
  kubernetes_deployment_v1: {
    source: kubernetes('resource_kubernetes_deployment_v1'),
    forceNew: ['spec.selector'],
  },
  kubernetes_job_v1: {
    source: kubernetes('resource_kubernetes_job_v1'),
    forceNew: ['spec.completions', 'spec.template'],
  },
  kubernetes_role_binding_v1: {
    source: kubernetes('resource_kubernetes_role_binding_v1'),
    forceNew: ['role_ref'],
  },
  kubernetes_cluster_role_binding_v1: {
    source: kubernetes('resource_kubernetes_cluster_role_binding_v1'),
    forceNew: ['role_ref'],
  },
  kubernetes_priority_class_v1: {
    source: kubernetes('resource_kubernetes_priority_class_v1'),
    forceNew: ['value'],
  },
  kubernetes_secret_v1: { source: kubernetes('resource_kubernetes_secret_v1'), forceNew: ['type'] },
  helm_release: {
    source: 'hashicorp/terraform-provider-helm, helm/resource_helm_release.go',
    id: '{name}',
    values: {
      namespace: 'default',
      status: 'deployed',
      version: '0.1.0',
      timeout: 300,
      wait: true,
      metadata: {
        app_version: '',
        chart: '{name}',
        first_deployed: 1704067200,
        last_deployed: 1704067200,
        name: '{name}',
        namespace: '{namespace}',
        notes: '',
        revision: 1,
        values: '{}',
        version: '{version}',
      },
      manifest: '',
      resources: {},
    },
    forceNew: ['name', 'namespace'],
    unique: { attributes: ['namespace', 'name'], error: 'cannot re-use a name that is still in use' },
  },
};
