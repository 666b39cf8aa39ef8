import type { TypeBehaviour } from './behaviour';

const kubernetes = (file: string): string => `hashicorp/terraform-provider-kubernetes, kubernetes/${file}.go`;

/** Types of the Kubernetes and Helm providers. Names and namespaces of all Kubernetes objects are handled alike elsewhere. */
export const KUBERNETES: Readonly<Record<string, TypeBehaviour>> = {
  kubernetes_persistent_volume_claim_v1: {
    source: kubernetes('resource_kubernetes_persistent_volume_claim_v1'),
  },
  kubernetes_storage_class_v1: {
    source: kubernetes('resource_kubernetes_storage_class_v1'),
  },
  kubernetes_stateful_set_v1: {
    source: kubernetes('resource_kubernetes_stateful_set_v1'),
  },
  kubernetes_deployment_v1: {
    source: kubernetes('resource_kubernetes_deployment_v1'),
  },
  kubernetes_job_v1: {
    source: kubernetes('resource_kubernetes_job_v1'),
  },
  kubernetes_role_binding_v1: {
    source: kubernetes('resource_kubernetes_role_binding_v1'),
  },
  kubernetes_cluster_role_binding_v1: {
    source: kubernetes('resource_kubernetes_cluster_role_binding_v1'),
  },
  kubernetes_priority_class_v1: {
    source: kubernetes('resource_kubernetes_priority_class_v1'),
  },
  kubernetes_secret_v1: { source: kubernetes('resource_kubernetes_secret_v1') },
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
    unique: { attributes: ['namespace', 'name'], error: 'cannot re-use a name that is still in use' },
  },
};
