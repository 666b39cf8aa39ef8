import { type ForceNew, of } from './entry';

const kubernetes = of('hashicorp/terraform-provider-kubernetes, kubernetes');
const helm = of('hashicorp/terraform-provider-helm, helm');

/** What Kubernetes refuses to change of what was made immutable. */
const IMMUTABLE = { name: 'immutable', attributes: ['binary_data', 'data', 'immutable'] } as const;

/** Types of the Kubernetes and Helm providers. Names and namespaces of all Kubernetes objects are added to each. */
export const FORCE_NEW_KUBERNETES: Readonly<Record<string, ForceNew>> = {
  helm_release: helm('resource_helm_release', 'name', 'namespace'),
  kubernetes_cluster_role_binding_v1: kubernetes('resource_kubernetes_cluster_role_binding_v1', 'role_ref'),
  kubernetes_cluster_role_v1: kubernetes('resource_kubernetes_cluster_role_v1'),
  kubernetes_config_map_v1: { ...kubernetes('resource_kubernetes_config_map_v1'), once: IMMUTABLE },
  kubernetes_cron_job_v1: kubernetes('resource_kubernetes_cron_job_v1'),
  kubernetes_default_service_account_v1: kubernetes('resource_kubernetes_default_service_account_v1'),
  kubernetes_deployment_v1: kubernetes('resource_kubernetes_deployment_v1', 'spec.selector'),
  kubernetes_job_v1: kubernetes('resource_kubernetes_job_v1', 'spec.completions', 'spec.template'),
  kubernetes_limit_range_v1: kubernetes('resource_kubernetes_limit_range_v1'),
  kubernetes_namespace_v1: kubernetes('resource_kubernetes_namespace_v1'),
  kubernetes_network_policy_v1: kubernetes('resource_kubernetes_network_policy_v1'),
  kubernetes_persistent_volume_claim_v1: kubernetes(
    'resource_kubernetes_persistent_volume_claim_v1',
    'spec.access_modes',
    'spec.storage_class_name',
    'spec.volume_name',
    'spec.selector',
  ),
  kubernetes_pod_disruption_budget_v1: kubernetes('resource_kubernetes_pod_disruption_budget_v1', 'spec'),
  kubernetes_priority_class_v1: kubernetes('resource_kubernetes_priority_class_v1', 'value'),
  kubernetes_resource_quota_v1: kubernetes('resource_kubernetes_resource_quota_v1', 'spec.scopes'),
  kubernetes_role_binding_v1: kubernetes('resource_kubernetes_role_binding_v1', 'role_ref'),
  kubernetes_role_v1: kubernetes('resource_kubernetes_role_v1'),
  kubernetes_secret_v1: { ...kubernetes('resource_kubernetes_secret_v1', 'type'), once: IMMUTABLE },
  kubernetes_service_account_v1: kubernetes('resource_kubernetes_service_account_v1'),
  kubernetes_service_v1: kubernetes(
    'resource_kubernetes_service_v1',
    'spec.cluster_ip',
    'spec.cluster_ips',
    'spec.load_balancer_class',
  ),
  kubernetes_stateful_set_v1: kubernetes(
    'resource_kubernetes_stateful_set_v1',
    'spec.pod_management_policy',
    'spec.selector',
    'spec.service_name',
    'spec.volume_claim_template',
  ),
  kubernetes_storage_class_v1: kubernetes(
    'resource_kubernetes_storage_class_v1',
    'parameters',
    'reclaim_policy',
    'storage_provisioner',
    'volume_binding_mode',
  ),
};
