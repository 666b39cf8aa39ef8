import { at, isTrue, type Json, type JsonObject, listOf, objectOf, textOf } from '../facts/json';
import type { KubernetesFact } from '../facts/kubernetes';
import type { Finding } from '../finding';
import type { Owner } from '../owners';
import { objectsOf } from '../stack';
import { EVERYBODY, finder, type Rule, type Scene } from './rule';

// What constructs take these names to be must not change what is proved, so they are written out.
const NAME_LABEL = 'bulkhead/release-name';
const SMOKE_LABEL = 'bulkhead/smoke';
const PREVIEW = '-preview';
const TEMPLATE = 'release-';
const SMOKE_TOKEN = 'smoke-token-';
const IMAGE = '__IMAGE__';

/** Images of programs whose source is in a config map of this platform. */
const PROGRAM_IMAGE = /^public\.ecr\.aws\/docker\/library\/node:\d+\.\d+\.\d+-[a-z-]+$/;

/** Where analyses ask the cell's metrics: behind a proxy that knows one workspace. */
const METRICS = 'http://127.0.0.1:9091/workspaces/';

/**
 * What rollouts, services, analyses and templates of pods in an owner's namespace could do beyond it, or beyond their own service:
 * run something with a service's identity, take its calls, lead them away.
 */
export const releases: Rule = (scene) => {
  const { owner } = scene.stack;
  if (!owner) return [];
  const all = (kind: string, check: Check): readonly Finding[] =>
    objectsOf(scene.stack, owner, kind).flatMap((object) =>
      check(object).map(([problem, fix]) =>
        finder('release', scene.stack)(object, EVERYBODY, `${kind} ${object.name} ${problem}`, fix),
      ),
    );
  return [
    ...all('Rollout', rollout),
    ...all('Service', service),
    ...all('AnalysisTemplate', analysis),
    ...all('ConfigMap', template),
    ...previews(scene, owner),
  ];
};

type Problem = readonly [problem: string, fix: string];
type Check = (object: KubernetesFact) => readonly Problem[];
const unless = (holds: boolean, problem: string, fix: string): readonly Problem[] =>
  holds ? [] : [[problem, fix]];

/** Whether a map of labels is the one by which the pods of a release are found, and nothing else. */
const selectsOnly = (labels: Json | undefined, name: string): boolean => {
  const entries = Object.entries(objectOf(labels));
  return entries.length === 1 && entries.every(([key, value]) => key === NAME_LABEL && value === name);
};

/** It follows the pod template of its name, finds no pods but its own, and is judged by templates of its namespace. */
function rollout({ name, body }: KubernetesFact): readonly Problem[] {
  const spec = objectOf(body['spec']);
  const { apiVersion, kind, name: followed } = objectOf(spec['workloadRef']);
  const { matchLabels, ...others } = objectOf(spec['selector']);
  const wide =
    listOf(at(spec['strategy'], 'canary')).length > 0 || at(spec['strategy'], 'blueGreen') === undefined;
  return [
    ...unless(
      spec['template'] === undefined,
      'says itself what runs (template), past what releases may write',
      'Let it follow a PodTemplate (workloadRef)',
    ),
    ...unless(
      apiVersion === 'v1' && kind === 'PodTemplate' && followed === name,
      `follows ${textOf(kind) || 'nothing'} ${textOf(followed)} (workloadRef)`.trim(),
      `Let it follow the PodTemplate ${name}`,
    ),
    ...unless(
      selectsOnly(matchLabels, name) && Object.keys(others).length === 0,
      `takes pods of others for its own: its selector is ${JSON.stringify(spec['selector'] ?? {})}`,
      `Select ${NAME_LABEL}: ${name} and nothing else`,
    ),
    ...unless(!wide, 'has another strategy than blue-green', 'Give it strategy.blueGreen'),
    ...unless(
      !partsOf(spec, 'clusterScope').some(isTrue),
      'is judged by a template of the whole cluster (clusterScope)',
      'Name an AnalysisTemplate of the namespace',
    ),
  ];
}

/** It leads to pods of one release, and only inside the cluster. */
function service({ name, body }: KubernetesFact): readonly Problem[] {
  const { selector, type, externalName, externalIPs } = objectOf(body['spec']);
  const own = name.endsWith(PREVIEW) ? name.slice(0, -PREVIEW.length) : name;
  return [
    ...unless(
      ['', 'ClusterIP'].includes(textOf(type)) &&
        externalName === undefined &&
        listOf(externalIPs).length === 0,
      `leads out of the cluster or is led to from outside (${textOf(type) || 'externalIPs'})`,
      'Make it a ClusterIP',
    ),
    ...unless(
      selectsOnly(selector, own),
      `leads to pods of others: its selector is ${JSON.stringify(selector ?? {})}`,
      `Select ${NAME_LABEL}: ${own} and nothing else`,
    ),
  ];
}

/** It asks the cell's metrics, or runs a program of the platform as nobody. */
function analysis({ body }: KubernetesFact): readonly Problem[] {
  const spec = objectOf(body['spec']);
  return [
    ...unless(
      partsOf(spec['args'] ?? [], 'secretKeyRef').length === 0,
      'reads a secret (args)',
      'Mount what a job needs, and give arguments values',
    ),
    ...unless(
      !partsOf(spec, 'clusterScope').some(isTrue),
      'takes in a template of the whole cluster (clusterScope)',
      'Write its metrics here',
    ),
    ...listOf(spec['metrics']).flatMap((metric) =>
      Object.entries(objectOf(at(metric, 'provider'))).flatMap(([provider, settings]) =>
        measured(provider, settings),
      ),
    ),
  ];
}

function measured(provider: string, settings: Json): readonly Problem[] {
  if (provider === 'prometheus') {
    const address = textOf(at(settings, 'address'));
    return unless(
      address.startsWith(METRICS) && at(settings, 'headers') === undefined,
      `asks ${address || 'whom the controller is told'}, who is not the cell's metrics`,
      `Ask ${METRICS}<id> without headers of its own`,
    );
  }
  if (provider !== 'job') {
    return [[`asks a ${provider}, and nobody has checked whom that reaches`, 'Use prometheus or job']];
  }
  const labels = objectOf(at(settings, 'spec', 'template', 'metadata', 'labels'));
  const pod = objectOf(at(settings, 'spec', 'template', 'spec'));
  const account = textOf(pod['serviceAccountName']) || textOf(pod['serviceAccount']) || 'default';
  return [
    ...unless(
      account === 'default',
      `runs a job as ${account}, with all that ${account} may do`,
      'Run it as default',
    ),
    ...unless(
      !isTrue(pod['automountServiceAccountToken']),
      'gives a job a token of the API server',
      'Set automountServiceAccountToken: false',
    ),
    ...unless(
      labels[NAME_LABEL] === undefined,
      `runs a job that services take for pods of their own (${NAME_LABEL})`,
      `Give its pods the label ${SMOKE_LABEL} only`,
    ),
    ...['containers', 'initContainers'].flatMap((key) =>
      listOf(pod[key]).flatMap((container) => {
        const image = textOf(at(container, 'image'));
        return unless(
          PROGRAM_IMAGE.test(image),
          `runs the image ${image}`,
          'Run a program of services/ on the image of Node that the platform pins',
        );
      }),
    ),
    ...unless(
      !takesValues(pod),
      'shows a job values that are not written here (valueFrom, envFrom)',
      'Give variables values',
    ),
    ...listOf(pod['volumes']).flatMap((volume) => mounted(objectOf(volume))),
  ];
}

function mounted({ name, ...source }: JsonObject): readonly Problem[] {
  const [[kind, value] = ['nothing', null]] = Object.entries(source);
  const secret = textOf(at(value, 'secretName'));
  return unless(
    kind === 'configMap' || kind === 'emptyDir' || (kind === 'secret' && secret.startsWith(SMOKE_TOKEN)),
    `shows a job ${kind} ${secret || textOf(name)}`,
    `Mount config maps and the secret ${SMOKE_TOKEN}<service> only`,
  );
}

/** What pods of a service are, until a release fills in the image: they run as that service and name no image themselves. */
function template({ name, body }: KubernetesFact): readonly Problem[] {
  if (!name.startsWith(TEMPLATE)) return [];
  const own = name.slice(TEMPLATE.length);
  if (body['pod'] === undefined)
    return [['holds no template that can be read', 'Write a PodTemplateSpec as JSON']];
  const pod = objectOf(body['pod']);
  const containers = [...listOf(pod['containers']), ...listOf(pod['initContainers'])];
  const account = textOf(pod['serviceAccountName']) || textOf(pod['serviceAccount']) || 'default';
  const volumes = listOf(pod['volumes']).map(objectOf);
  return [
    ...unless(account === own, `lets ${own} run as ${account}`, `Let it run as ${own}`),
    ...unless(
      containers.length > 0 && containers.every((container) => textOf(at(container, 'image')) === IMAGE),
      'names an image, past the pipeline that scans and signs',
      `Leave ${IMAGE} in its place`,
    ),
    ...unless(
      !Object.keys(objectOf(body['labels'])).includes(SMOKE_LABEL),
      `lets ${own} call all pods of the namespace (label ${SMOKE_LABEL})`,
      'Leave the label to smoke tests',
    ),
    ...unless(
      !takesValues(pod),
      `shows ${own} values that are not written here (valueFrom, envFrom)`,
      'Give variables values; secrets are read by the role',
    ),
    ...unless(
      volumes.every((volume) => Object.keys(volume).every((key) => key === 'name' || key === 'emptyDir')),
      `shows ${own} what is not its own (volumes)`,
      'Give it emptyDir only; secrets are read by the role',
    ),
  ];
}

/** Whether containers are told what stands elsewhere, such as in any secret of the namespace. */
const takesValues = (pod: JsonObject): boolean =>
  ['valueFrom', 'envFrom'].some((key) => partsOf(pod, key).length > 0);

/** Routes lead to nothing that is tried out. */
function previews({ stack }: Scene, owner: Owner): readonly Finding[] {
  return objectsOf(stack, owner, 'HTTPRoute').flatMap((route) =>
    partsOf(route.body, 'backendRefs')
      .flatMap(listOf)
      .map((backend) => textOf(at(backend, 'name')))
      .filter((name) => name.endsWith(PREVIEW))
      .map((name) =>
        finder('release', stack)(
          route,
          stack.name,
          `HTTPRoute ${route.name} leads calls to ${name}, which nobody has tried out`,
          'Lead calls to the active service',
          'callers of gateways',
        ),
      ),
  );
}

/** Values under a key, at any depth. */
function partsOf(value: Json, key: string): readonly Json[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as JsonObject).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...partsOf(inner, key),
  ]);
}
