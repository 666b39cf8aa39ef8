import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Values } from '../plan';
import { block, isValues } from '../values';

/** Objects that a release of a chart in the stack's assets makes. */
export interface ChartObjects {
  /** By what names an object for good: its kind without version, namespace and name. */
  readonly objects: ReadonlyMap<string, ChartObject>;
  /** Whether there are no others: a template with expressions makes what only Helm can tell. */
  readonly isComplete: boolean;
}

export interface ChartObject {
  /** `NetworkPolicy tenant-acme/deny-all` */
  readonly name: string;
  /** `k8s/networking.k8s.io/v1/NetworkPolicy` */
  readonly type: string;
  readonly values: Values;
}

const NOTHING: ChartObjects = { objects: new Map(), isComplete: true };

/**
 * Reads the objects of a release.
 *
 * @param folder of the stack
 * @param release arguments of a `helm_release`
 * @returns undefined if its chart is none of the stack's own
 */
export function chartObjects(folder: string, release: Values | undefined): ChartObjects | undefined {
  if (!release) return NOTHING;
  const chart = release['chart'];
  if (typeof chart !== 'string' || !chart.startsWith('./') || !existsSync(join(folder, chart)))
    return undefined;
  const generated = join(folder, chart, 'manifests.json');
  const found = existsSync(generated)
    ? { objects: piecedObjects(readFileSync(generated, 'utf8'), release), isComplete: true }
    : plainObjects(join(folder, chart));
  return { objects: new Map(found.objects.flatMap(named)), isComplete: found.isComplete };
}

function named(values: Values): readonly (readonly [string, ChartObject])[] {
  const { apiVersion, kind } = values;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  const { name, namespace } = block(values['metadata']);
  const place = `${typeof namespace === 'string' ? `${namespace}/` : ''}${String(name)}`;
  const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
  return [
    [`${group}/${kind} ${place}`, { name: `${kind} ${place}`, type: `k8s/${apiVersion}/${kind}`, values }],
  ];
}

type Piece = string | { readonly value: string } | { readonly text: string };

/**
 * Objects that are kept as JSON in pieces, between which Helm puts what Terraform knows only at an apply: the values
 * `terraform.<name>` of the release.
 */
function piecedObjects(text: string, release: Values): readonly Values[] {
  const known = Object.assign({}, ...valuesOf(release).map(({ terraform }) => block(terraform))) as Values;
  const valueOf = (name: string): unknown => known[name] ?? `\${values.terraform.${name}}`;
  return (JSON.parse(text) as Piece[][]).map((pieces) => {
    const parts = pieces.map((piece) => {
      if (typeof piece === 'string') return piece;
      if ('value' in piece) return JSON.stringify(valueOf(piece.value));
      const inside = valueOf(piece.text);
      return JSON.stringify(typeof inside === 'string' ? inside : JSON.stringify(inside)).slice(1, -1);
    });
    return JSON.parse(parts.join('')) as Values;
  });
}

/** Values of a release, later ones over earlier ones. */
function valuesOf(release: Values): readonly Values[] {
  const { values } = release;
  return (Array.isArray(values) ? (values as unknown[]) : []).flatMap((text) => {
    try {
      const value: unknown = JSON.parse(String(text));
      return isValues(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** Objects of a chart as people write them: those in files without expressions. */
function plainObjects(chart: string): { readonly objects: readonly Values[]; readonly isComplete: boolean } {
  const texts = ['crds', 'templates']
    .flatMap((folder) => yamlFiles(join(chart, folder)))
    .map((file) => readFileSync(file, 'utf8'));
  const plain = texts.filter((text) => !text.includes('{{'));
  const objects = plain.flatMap((text) =>
    parseAllDocuments(text).flatMap((document) => {
      const value: unknown = document.toJS();
      return isValues(value) ? [value] : [];
    }),
  );
  return { objects, isComplete: plain.length === texts.length };
}

function yamlFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return yamlFiles(path);
      return /\.ya?ml$/.test(entry.name) ? [path] : [];
    });
}
