import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../constructs/core/chart';
import { objectFields, References } from './references';
import type { Synthesized } from './synth';
import type { WrittenStack } from './written-stacks';

/** A Kubernetes object as it gets to the API server, and where it comes from. */
// Objects have no common shape, and tests read deep into them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type SentObject = KubernetesObject & Readonly<Record<string, any>>;

export interface PlacedObject {
  readonly stack: string;
  /** Address of the resource or release that brings the object. */
  readonly address: string;
  readonly object: SentObject;
}

/** What each resource of the provider is in Kubernetes. */
const KINDS: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  kubernetes_cluster_role_binding_v1: ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  kubernetes_cluster_role_v1: ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  kubernetes_config_map_v1: ['v1', 'ConfigMap'],
  kubernetes_cron_job_v1: ['batch/v1', 'CronJob'],
  kubernetes_default_service_account_v1: ['v1', 'ServiceAccount'],
  kubernetes_deployment_v1: ['apps/v1', 'Deployment'],
  kubernetes_job_v1: ['batch/v1', 'Job'],
  kubernetes_limit_range_v1: ['v1', 'LimitRange'],
  kubernetes_namespace_v1: ['v1', 'Namespace'],
  kubernetes_network_policy_v1: ['networking.k8s.io/v1', 'NetworkPolicy'],
  kubernetes_pod_disruption_budget_v1: ['policy/v1', 'PodDisruptionBudget'],
  kubernetes_priority_class_v1: ['scheduling.k8s.io/v1', 'PriorityClass'],
  kubernetes_resource_quota_v1: ['v1', 'ResourceQuota'],
  kubernetes_role_binding_v1: ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  kubernetes_role_v1: ['rbac.authorization.k8s.io/v1', 'Role'],
  kubernetes_service_account_v1: ['v1', 'ServiceAccount'],
  kubernetes_service_v1: ['v1', 'Service'],
};

/** What is said to Terraform or to the provider, and not to Kubernetes. */
const FOR_TERRAFORM = new Set([
  ...['//', 'address', 'path', 'count', 'depends_on', 'for_each', 'lifecycle', 'provider', 'timeouts'],
  ...['wait_for_completion', 'wait_for_default_service_account', 'wait_for_load_balancer'],
]);

/** Blocks that the provider names one by one, and Kubernetes together. Only where they are lists of objects. */
const PLURALS: Readonly<Record<string, string>> = {
  container: 'containers',
  image_pull_secret: 'imagePullSecrets',
  init_container: 'initContainers',
  limit: 'limits',
  port: 'ports',
  rule: 'rules',
  secret: 'secrets',
  subject: 'subjects',
  toleration: 'tolerations',
  topology_spread_constraint: 'topologySpreadConstraints',
  volume: 'volumes',
  volume_mount: 'volumeMounts',
};

/** Maps, whose keys are names of somebody's own. */
const MAPS = new Set([
  ...['annotations', 'labels', 'match_labels', 'node_selector', 'data', 'binary_data', 'hard'],
  ...['default', 'default_request', 'max', 'max_limit_request_ratio', 'min', 'limits', 'requests'],
]);

/** Texts that the provider parses: `expandPodSecurityContext`, `expandTolerations`. */
const NUMBERS = new Set(['run_as_user', 'run_as_group', 'fs_group', 'toleration_seconds', 'replicas']);
/** Texts that are numbers if they look like one: `expandNetworkPolicyPorts`, `expandHTTPGet`. */
const NUMBERS_OR_NAMES = new Set(['port', 'target_port', 'max_surge', 'max_unavailable', 'min_available']);
/** Blocks that the provider lets one write as a list, of which there can be one: `MaxItems: 1`. */
const SINGLE = new Set(['grpc', 'label_selector']);
/** Texts in base 8: `expandConfigMapVolumeSource`. */
const OCTALS = new Set(['default_mode', 'mode']);

/**
 * The objects of stacks as they get to the API server: typed resources as `hashicorp/kubernetes` 2.38 converts them, and those
 * of generated charts as Helm prints them. What nobody knows before a deployment is a text of letters and digits, the same
 * for the same thing. Left out are the provider's own defaults (`automountServiceAccountToken: true`, for one), so that
 * what is here was said.
 *
 * @throws Error for a resource whose kind is not known here
 */
export function kubernetesObjects(stacks: readonly WrittenStack[]): readonly PlacedObject[] {
  const references = new References(stacks);
  return stacks.flatMap((written) => [
    ...typedResources(written).map(([type, resource]) => ({
      stack: written.name,
      address: resource.address,
      object: typedObject(type, resource, (text) => references.text(written.name, text, placeholder)),
    })),
    ...written.stack.resources('helm_release').flatMap((release) =>
      chartObjects(written, release, references).map((object) => ({
        stack: written.name,
        address: release.address,
        object,
      })),
    ),
  ]);
}

/** Stands for a value of Terraform's, by its name of {@link References}: good as a name of Kubernetes, and in a label. */
export const placeholder = (reference: string): string =>
  `ref-${createHash('sha256').update(reference).digest('hex').slice(0, 12)}`;

const typedResources = ({ stack }: WrittenStack): (readonly [type: string, resource: Synthesized])[] =>
  Object.keys(stack.inventory())
    .filter((type) => type.startsWith('kubernetes_'))
    .flatMap((type) => stack.resources(type).map((resource) => [type, resource] as const));

function typedObject(type: string, resource: Synthesized, resolve: (text: string) => string): SentObject {
  const [apiVersion, kind] = KINDS[type] ?? [];
  if (apiVersion === undefined || kind === undefined) throw new Error(`no kind is known for ${type}`);
  const said = Object.entries(resource).filter(([name]) => !FOR_TERRAFORM.has(name));
  const fields = converted(Object.fromEntries(said), resolve) as { readonly metadata: object };
  // This one's name is given.
  const name = type === 'kubernetes_default_service_account_v1' ? { name: 'default' } : {};
  return { apiVersion, kind, ...fields, metadata: { ...fields.metadata, ...name } as SentObject['metadata'] };
}

/** A block with the fields' names and kinds of value as Kubernetes has them. */
function converted(block: object, resolve: (text: string) => string): object {
  return Object.fromEntries(
    Object.entries(block).map(([name, value]: [string, unknown]) => {
      if (MAPS.has(name)) return [camelCase(name), resolved(value, resolve)];
      if (Array.isArray(value)) {
        const isBlocks = value.some((item) => typeof item === 'object');
        const items = value.map((item: unknown) =>
          typeof item === 'object' && item !== null ? converted(item, resolve) : resolved(item, resolve),
        );
        if (isBlocks && SINGLE.has(name)) return [camelCase(name), items[0]];
        return [isBlocks ? (PLURALS[name] ?? camelCase(name)) : camelCase(name), items];
      }
      if (typeof value === 'object' && value !== null) return [camelCase(name), converted(value, resolve)];
      return [camelCase(name), parsed(name, resolved(value, resolve))];
    }),
  );
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function resolved(value: unknown, resolve: (text: string) => string): unknown {
  if (typeof value === 'string') return resolve(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, resolve)]));
}

function parsed(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (NUMBERS.has(name)) return Number(value);
  if (NUMBERS_OR_NAMES.has(name)) return String(Number.parseInt(value, 10)) === value ? Number(value) : value;
  return OCTALS.has(name) ? Number.parseInt(value, 8) : value;
}

/** The objects of a generated chart, with Terraform's values filled in as its template does. */
function chartObjects(
  { name, charts }: WrittenStack,
  release: Synthesized,
  references: References,
): SentObject[] {
  const manifests = charts.get(String(release['chart'])) ?? [];
  const [values] = (release['values'] ?? []) as string[];
  const [, document = '{}'] = /^\$\{jsonencode\(\{"terraform" = (.*)\}\)\}$/s.exec(values ?? '') ?? [];
  const expressions = objectFields(document);
  const value = (key: string): string =>
    JSON.stringify(references.value(name, expressions.get(key) ?? `no value ${key}`, placeholder));
  return manifests.map((pieces) => {
    const text = pieces.map((piece) => {
      if (typeof piece === 'string') return piece;
      return 'value' in piece ? value(piece.value) : value(piece.text).slice(1, -1);
    });
    const object = JSON.parse(text.join('')) as SentObject;
    // Helm's own default.
    const namespace = object.metadata.namespace ?? String(release['namespace']);
    return isClusterWide(object) ? object : { ...object, metadata: { ...object.metadata, namespace } };
  });
}

/** Kinds of no namespace, among those that charts bring. */
const CLUSTER_WIDE = new Set([
  ...['EC2NodeClass', 'NodePool', 'GatewayClass'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
]);
const isClusterWide = ({ kind }: KubernetesObject): boolean => CLUSTER_WIDE.has(kind);
