/**
 * Lists in which order means nothing, by the attribute's or block's own name: providers keep them as sets, or whoever reads them
 * does. Sources: the schemas of hashicorp/aws, hashicorp/kubernetes and hashicorp/helm, as their bindings tell them; for what is
 * a list there, the API that reads it ("Network Policies" and "Using RBAC Authorization", Kubernetes).
 */
const SETS: ReadonlySet<string> = new Set([
  ...['actions', 'not_actions', 'not_resources', 'not_principals', 'principals', 'statement', 'identifiers'],
  ...[
    'accelerator_manufacturers',
    'accelerator_names',
    'accelerator_types',
    'access_modes',
    'additional_claim',
  ],
  ...[
    'advanced_backup_setting',
    'alarm_actions',
    'alias_attributes',
    'allocation_ids',
    'allowed_account_ids',
  ],
  ...[
    'allowed_first_auth_factors',
    'allowed_instance_types',
    'allowed_oauth_flows',
    'allowed_oauth_scopes',
    'artifact_store',
  ],
  ...[
    'api_groups',
    'attribute',
    'attributes_require_verification_before_update',
    'auth',
    'auto_verified_attributes',
  ],
  ...[
    'availability_zones',
    'blocked_ip_range_list',
    'callback_urls',
    'capabilities',
    'capacity_provider_strategy',
  ],
  ...['cidr_blocks', 'cidrs', 'condition', 'copy_action', 'custom_response_body', 'depends_on', 'egress'],
  ...[
    'enabled_cloudwatch_logs_exports',
    'enabled_cluster_log_types',
    'event_filter',
    'except',
    'exclude_vaults',
  ],
  ...[
    'explicit_auth_flows',
    'external_ips',
    'file_system_locations',
    'from',
    'global_secondary_index',
    'grant',
  ],
  ...[
    'header_list',
    'iam_roles',
    'image_pull_secret',
    'include_vaults',
    'ingress',
    'inline_policy',
    'insert_header',
  ],
  ...[
    'instance_types',
    'insufficient_data_actions',
    'ipv6_cidr_blocks',
    'kubernetes_groups',
    'local_secondary_index',
  ],
  ...['load_balancer_source_ranges', 'log_delivery_configuration', 'logout_urls', 'managed_policy_arns'],
  ...[
    'match_expressions',
    'match_label_keys',
    'metric_query',
    'namespaces',
    'node_group_configuration',
    'node_pools',
  ],
  ...[
    'noncurrent_version_transition',
    'non_key_attributes',
    'non_resource_urls',
    'notification_arns',
    'ok_actions',
  ],
  ...['override_action', 'parameter', 'parameters', 'passwords', 'permissions', 'placement_constraints'],
  ...['pod_identity_association', 'policy_types', 'ports', 'prefix_list_ids', 'propagating_vgws'],
  ...['protected_resource_arns', 'public_access_cidrs', 'read_attributes', 'records', 'recovery_mechanism'],
  ...[
    'recovery_point_types',
    'replica',
    'resource_names',
    'resource_types',
    'resources',
    'response_header',
    'route',
  ],
  ...[
    'route_table_ids',
    'rule',
    'rule_label',
    'schema',
    'scope',
    'scopes',
    'secondary_artifacts',
    'secondary_sources',
  ],
  ...[
    'security_group_ids',
    'security_group_names',
    'security_groups',
    'selection_tag',
    'session_pinning_filters',
  ],
  ...['skipped_ip_range_list', 'snapshot_arns', 'source_security_group_ids', 'string_equals', 'string_like'],
  ...[
    'string_not_equals',
    'string_not_like',
    'subject',
    'subject_alternative_names',
    'subnet_ids',
    'subnet_mapping',
  ],
  ...['subnets', 'supported_identity_providers', 'taint', 'to', 'token_domains', 'toleration', 'transition'],
  ...[
    'user_group_ids',
    'user_ids',
    'username_attributes',
    'validation_option',
    'validation_record_fqdns',
    'verbs',
  ],
  ...['vpc_security_group_ids', 'vpc_subnet_ids', 'write_attributes'],
]);

/** Names that are a set in most places, and a list in these: a condition's values, but a release's values in their order. */
const IN_MOST: Readonly<Record<string, readonly string[]>> = { values: ['helm_release'] };

/** Fields of Kubernetes objects in which order means nothing. */
const KUBERNETES_SETS: ReadonlySet<string> = new Set([
  ...[
    'accessModes',
    'apiGroups',
    'apiVersions',
    'egress',
    'except',
    'from',
    'groupIds',
    'hostnames',
    'ingress',
  ],
  ...[
    'matchExpressions',
    'nonResourceURLs',
    'operations',
    'parentRefs',
    'policyTypes',
    'ports',
    'resourceNames',
  ],
  ...['resources', 'subjects', 'taints', 'targetRefs', 'to', 'tolerations', 'validationActions', 'verbs'],
]);

/**
 * Whether order means nothing in a list.
 *
 * @param type of the resource: `aws_lb`, `k8s/<apiVersion>/<Kind>`
 * @param name of the attribute or block that the list is
 */
export const isSet = (type: string, name: string): boolean =>
  type.startsWith('k8s/')
    ? KUBERNETES_SETS.has(name) || (name === 'rules' && /\/(Cluster)?Role$/.test(type))
    : name in IN_MOST
      ? !IN_MOST[name]?.includes(type)
      : SETS.has(name);
