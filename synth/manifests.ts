import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, type JsonObject, listOf, objectOf, textOf } from '../guarantees/isolation/facts/json';
import type { KubernetesFact } from '../guarantees/isolation/facts/kubernetes';
import type { Stack } from '../guarantees/isolation/stack';
import { World } from '../guarantees/isolation/world';
import { requireRight } from './build';
import { planSynth, type SynthOptions } from './plan';
import { synthesizeStack } from './stack';

/** A Kubernetes object, to be printed. */
export type Manifest = JsonObject;

export interface ManifestsOptions extends Omit<SynthOptions, 'outdir'> {
  /**
   * What only a deployment knows, by the word that stands for it: `unknown-use1a-identity-issuer`.
   *
   * @default - the words stay
   */
  readonly known?: Readonly<Record<string, string>>;
}

/**
 * The Kubernetes objects of stacks, as plain manifests: those of custom kinds, and of the core kinds that they refer to
 * (namespaces, services, config maps).
 *
 * What other stacks publish is filled in where those stacks are among the chosen. What only a deployment knows is a word of
 * its own, `unknown-` and what it is, the same for the same thing.
 *
 * @throws ConfigError, SelectionError or ValidationError when there is nothing to print: config or a stack is wrong
 */
export function manifests({ known = {}, ...options }: ManifestsOptions): readonly Manifest[] {
  const { selected, complete } = planSynth(options);
  const staging = mkdtempSync(join(tmpdir(), 'bulkhead-manifests-'));
  try {
    const folders = { staging, outdir: join('cdktf.out', options.environment) };
    const records = selected.map((planned) => synthesizeStack(planned, folders));
    requireRight(records, complete);
    const world = new World(
      records.flatMap(({ written }) => written?.facts ?? []),
      complete,
    );
    return world.stacks.flatMap((stack) => {
      const contents = configMaps(staging, stack);
      return stack.objects
        .flatMap((object) => manifest(object, contents))
        .map((found) => withWords(found, known));
    });
  } finally {
    rmSync(staging, { recursive: true });
  }
}

/** Content of a stack's config maps, by address. Facts leave it out. */
function configMaps(staging: string, { name }: Stack): ReadonlyMap<string, JsonObject> {
  const file = join(staging, 'stacks', name, 'cdk.tf.json');
  const json = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
  const found = Object.entries(objectOf(at(json, 'resource', 'kubernetes_config_map_v1')));
  return new Map(
    found.map(([id, attributes]) => {
      const data = Object.entries(objectOf(at(attributes, 'data'))).map(([key, text]) => [
        key,
        // What Terraform reads from a file or makes.
        textOf(text).includes('${') ? '‹content›' : text,
      ]);
      return [`${name}:kubernetes_config_map_v1.${id}`, Object.fromEntries(data) as JsonObject];
    }),
  );
}

function manifest(object: KubernetesFact, contents: ReadonlyMap<string, JsonObject>): readonly Manifest[] {
  const { kind, name, namespace, labels, annotations, body, address } = object;
  const metadata = {
    name,
    ...(namespace !== '' && { namespace }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const { apiVersion, ...rest } = body;
  if (typeof apiVersion === 'string') return [{ apiVersion, kind, metadata, ...rest }];
  const core = { apiVersion: 'v1', kind, metadata };
  const data = contents.get(address);
  if (data !== undefined) return [{ ...core, data }];
  if (kind === 'Namespace') return [core];
  return kind === 'Service' ? [{ ...core, spec: serviceSpec(body) }] : [];
}

/** A Service's spec, from the words of Terraform's provider. */
function serviceSpec(body: JsonObject): JsonObject {
  const { selector, type, clusterIp } = objectOf(body['spec']);
  const ports = listOf(at(body, 'spec', 'port')).map((port) => {
    const { targetPort, ...others } = objectOf(port);
    return {
      protocol: 'TCP',
      ...others,
      ...(targetPort !== undefined && { targetPort: numbered(textOf(targetPort)) }),
    };
  });
  return {
    ports,
    ...(selector !== undefined && { selector }),
    ...(type !== undefined && { type }),
    ...(clusterIp !== undefined && { clusterIP: clusterIp }),
  };
}

const numbered = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);

/** A manifest in which nothing is left that no tool would take for a name or part of a URL. */
const withWords = (value: Manifest, known: Readonly<Record<string, string>>): Manifest =>
  JSON.parse(
    JSON.stringify(value).replace(/‹([^›]*)›/g, (_, reference: string) => {
      const word = wordFor(reference);
      return JSON.stringify(known[word] ?? word).slice(1, -1);
    }),
  ) as Manifest;

/** Names, and parts of hosts, may be as long as this. */
const LONGEST_WORD = 63;

/**
 * The word for what only a deployment knows: `unknown-use1a-identity-issuer` for a field of a contract,
 * `unknown-use1a-identity-pool-endpoint` for an attribute. What no word can be made of, such as an expression, is a hash.
 */
function wordFor(reference: string): string {
  const contract = /^contract \/[^/]+\/[^/]+\/([\w/-]+)#(\w+)$/.exec(reference);
  // The id of a resource is its path in the stack and, where that is longer than a name, a hash of it.
  const attribute = /^([\w-]+):(?:data\.)?[a-z0-9_]+\.([\w-]+?)(?:_[0-9A-F]{8})?\.([\w.]+)$/.exec(reference);
  const [, ...parts] = contract ?? attribute ?? /^([a-z]+)$/.exec(reference) ?? [];
  const name = parts
    .join('-')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();
  const word = `unknown-${name}`;
  return name !== '' && word.length <= LONGEST_WORD
    ? word
    : `unknown-${createHash('sha256').update(reference).digest('hex').slice(0, 12)}`;
}
