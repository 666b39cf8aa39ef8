import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asText, type Canon } from './canonical';
import { at, type Json, type JsonObject, listOf, objectOf, textOf } from './json';

/** A Kubernetes object, however the stack delivers it, in Kubernetes' own spelling. */
export interface KubernetesFact {
  /** `stack:kubernetes_namespace_v1.X`, or `stack:helm_release.X#NodePool/tenant-acme` for an object in a chart. */
  readonly address: string;
  readonly kind: string;
  readonly name: string;
  /** Empty for objects of the whole cluster, and for those that name none. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The object without its metadata. */
  readonly body: JsonObject;
}

/** Kinds whose content says nothing about isolation and may be large. */
const CONTENT_DROPPED = new Set(['ConfigMap', 'Secret']);

/** Kinds that run pods: of those only what says as whom and where they run, and what they are given. */
const RUNNING = new Set(['Job', 'CronJob', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod']);

/** What of a pod's spec says so. */
const OF_PODS = [
  ...[
    'serviceAccountName',
    'hostNetwork',
    'hostPid',
    'hostPID',
    'hostIpc',
    'hostIPC',
    'nodeName',
    'nodeSelector',
  ],
  ...['volume', 'volumes', 'container', 'containers', 'initContainer', 'initContainers'],
];

/** Resources that change objects which something else has made. */
const PATCHES = /^kubernetes_(labels|annotations|env|node_taint|config_map_v1_data|secret_v1_data)$/;

/** Keys under which maps of anybody's own keys stand. */
const FREE_KEYS = new Set([
  ...['labels', 'match_labels', 'annotations', 'hard', 'default', 'default_request', 'min', 'max'],
  ...['max_limit_request_ratio', 'node_selector', 'data', 'binary_data', 'string_data', 'selector'],
]);

/** Blocks whose name Terraform's provider writes in the singular. */
const PLURALS: Readonly<Record<string, string>> = { subject: 'subjects', limit: 'limits', rule: 'rules' };

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Blocks that Kubernetes has once and Terraform may write as a list. */
const SINGLE = new Set([
  'metadata',
  'spec',
  'podSelector',
  'namespaceSelector',
  'ipBlock',
  'roleRef',
  'template',
]);

/** `pod_selector` of Terraform's provider as Kubernetes' `podSelector`. */
function kubernetesSpelling(value: Json, key = ''): Json {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => kubernetesSpelling(item));
    return SINGLE.has(key) && items.length === 1 ? (items[0] ?? null) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, inner]) => {
      const spelled = camel(PLURALS[name] ?? name);
      return [spelled, FREE_KEYS.has(name) ? single(inner) : kubernetesSpelling(inner, spelled)];
    }),
  );
}

const single = (value: Json): Json =>
  Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value;

/** Kind of a resource of Terraform's provider: `kubernetes_role_binding_v1` is a `RoleBinding`. */
export function kindOf(type: string): string {
  const words = type.replace(/^kubernetes_/, '').replace(/_v\d+(beta\d+)?$/, '');
  if (words === 'default_service_account') return 'ServiceAccount';
  return words.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** The object that a resource of the Kubernetes provider makes. */
export function kubernetesResource(address: string, type: string, attributes: JsonObject): KubernetesFact {
  const spelled = objectOf(kubernetesSpelling(attributes));
  if (PATCHES.test(type)) {
    const fact = objectFact(address, { kind: kindOf(type), ...spelled }, '');
    const namespace = fact.kind === 'Namespace' ? fact.name : fact.namespace;
    return { ...fact, kind: `change of a ${fact.kind}`, namespace };
  }
  if (type === 'kubernetes_manifest') return objectFact(address, objectOf(attributes['manifest']), '');
  const fact = objectFact(address, { kind: kindOf(type), ...spelled }, '');
  return type.startsWith('kubernetes_default_service_account') ? { ...fact, name: 'default' } : fact;
}

function objectFact(address: string, object: JsonObject, releaseNamespace: string): KubernetesFact {
  const kind = textOf(object['kind']);
  const metadata = objectOf(object['metadata']);
  return {
    address,
    kind,
    name: textOf(metadata['name']),
    namespace: textOf(metadata['namespace']) || (CLUSTER_KINDS.has(kind) ? '' : releaseNamespace),
    labels: textMap(metadata['labels']),
    annotations: textMap(metadata['annotations']),
    body: bodyIn(kind, textOf(metadata['name']), object),
  };
}

/** Config maps are looked into where they hold pods that somebody starts as they stand there. */
function bodyIn(kind: string, name: string, object: JsonObject): JsonObject {
  if (isPodTemplate(kind, name)) return templateOf(object);
  return isSchemaJob(kind, name) ? schemaJobOf(object) : bodyOf(kind, object);
}

/** Config maps whose key `job` is the job that changes a schema. */
const isSchemaJob = (kind: string, name: string): boolean =>
  kind === 'ConfigMap' && name.startsWith('schema-');

/** What is asked of {@link OF_PODS}; nothing where that cannot be read. */
function schemaJobOf(object: JsonObject): JsonObject {
  try {
    const job = JSON.parse(textOf(at(object, 'data', 'job'))) as Json;
    return { pod: podOf(objectOf(at(job, 'spec', 'template', 'spec'))) };
  } catch {
    return {};
  }
}

/** Config maps whose key `template` says what pods of a service are. */
const isPodTemplate = (kind: string, name: string): boolean =>
  kind === 'ConfigMap' && name.startsWith('release-');

/** Pods' labels and what is asked of {@link OF_PODS}; nothing where that cannot be read. */
function templateOf(object: JsonObject): JsonObject {
  let template: JsonObject;
  try {
    template = objectOf(JSON.parse(textOf(at(object, 'data', 'template'))) as Json);
  } catch {
    return {};
  }
  return { labels: objectOf(at(template, 'metadata', 'labels')), pod: podOf(objectOf(template['spec'])) };
}

const podOf = (pod: JsonObject): JsonObject =>
  Object.fromEntries(OF_PODS.flatMap((key) => (pod[key] === undefined ? [] : [[key, pod[key]]])));

const textMap = (value: Json | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(objectOf(value)).map(([key, text]) => [key, textOf(text)]));

function bodyOf(kind: string, object: JsonObject): JsonObject {
  if (CONTENT_DROPPED.has(kind)) return {};
  const body = Object.fromEntries(
    Object.entries(object).filter(([key]) => key !== 'metadata' && key !== 'kind'),
  );
  if (!RUNNING.has(kind)) return body;
  const spec = kind === 'CronJob' ? at(body, 'spec', 'jobTemplate', 'spec') : body['spec'];
  const pod = kind === 'Pod' ? objectOf(spec) : objectOf(at(spec, 'template', 'spec'));
  return { pod: podOf(pod) };
}

/** Kinds of the whole cluster, for objects in charts that name no namespace. */
const CLUSTER_KINDS = new Set([
  ...['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'PriorityClass', 'StorageClass', 'PersistentVolume'],
  ...['NodePool', 'EC2NodeClass', 'CustomResourceDefinition', 'ValidatingAdmissionPolicy', 'GatewayClass'],
  ...['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  ...['ClusterSecretStore', 'ClusterExternalSecret', 'APIService', 'ValidatingWebhookConfiguration'],
  ...[
    'MutatingWebhookConfiguration',
    'AdminNetworkPolicy',
    'BaselineAdminNetworkPolicy',
    'ClusterNetworkPolicy',
  ],
]);

/** A release whose chart is somebody else's, or cannot be read: nobody knows here what is in it. */
export interface OpaqueRelease {
  readonly address: string;
  readonly chart: string;
  readonly namespace: string;
}

type Pieces = readonly (string | { readonly value: string } | { readonly text: string })[];

/** The objects of a release's generated chart, with Terraform's values filled in, or the release where it has none. */
export function chartObjects(
  address: string,
  attributes: Readonly<Record<string, unknown>>,
  folder: string,
  canon: Canon,
): readonly KubernetesFact[] | OpaqueRelease {
  const chart = textOf(canon.value(attributes['chart']));
  const namespace = textOf(canon.value(attributes['namespace']));
  const file = join(folder, chart, 'manifests.json');
  const generated = /^(\.\/)?assets\//.test(chart) && existsSync(file) && isPlain(join(folder, chart));
  if (!generated || CHANGES.some((name) => attributes[name] !== undefined))
    return { address, chart, namespace };
  const values = releaseValues(attributes['values'], canon);
  const manifests = JSON.parse(readFileSync(file, 'utf8')) as readonly Pieces[];
  return manifests.map((pieces) => {
    const object = objectOf(JSON.parse(pieces.map((piece) => filled(piece, values)).join('')) as Json);
    const [kind, name] = [textOf(object['kind']), textOf(objectOf(object['metadata'])['name'])];
    return objectFact(`${address}#${kind}/${name}`, object, namespace);
  });
}

/** Attributes that change what comes of a chart. */
const CHANGES = ['repository', 'set', 'set_list', 'set_sensitive', 'set_wo', 'postrender'];

/** Whether a chart has the one template that prints its manifests, and no objects beside them. */
function isPlain(chart: string): boolean {
  const folder = join(chart, 'templates');
  const templates = existsSync(folder) ? readdirSync(folder) : [];
  return (
    templates.join() === 'manifests.yaml' &&
    !/^\s*(apiVersion|kind)\s*:/m.test(readFileSync(join(folder, 'manifests.yaml'), 'utf8')) &&
    !existsSync(join(chart, 'charts'))
  );
}

/** Values of Terraform's by the numbers that pieces use: each text is a document of JSON, the later wins. */
function releaseValues(texts: unknown, canon: Canon): JsonObject {
  const documents = listOf(canon.value(texts)).map((text) => {
    try {
      return objectOf(objectOf(typeof text === 'string' ? (JSON.parse(text) as Json) : text)['terraform']);
    } catch {
      return {};
    }
  });
  return Object.assign({}, ...documents) as JsonObject;
}

function filled(piece: Pieces[number], values: JsonObject): string {
  if (typeof piece === 'string') return piece;
  if ('value' in piece) return JSON.stringify(values[piece.value] ?? null);
  return JSON.stringify(asText(values[piece.text] ?? '')).slice(1, -1);
}
