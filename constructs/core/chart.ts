import { Release } from '@cdktf/provider-helm/lib/release';
import { Fn, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ChartAsset, type ChartFiles } from './chart-asset';
import { type Piece, separate } from './manifest';
import { type Rule, validateProps } from './validation';

/** A Kubernetes object of any kind, typed where it is made. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface GeneratedChartProps {
  /**
   * Name of the Helm release, and of the chart: at most 53 lowercase letters, digits and hyphens (Helm's limit).
   * Renaming it deletes the objects and makes them anew.
   */
  readonly name: string;

  /** Namespace that holds the release's record, and the objects that name none. */
  readonly namespace: string;

  /**
   * The objects, which may hold tokens. Nothing secret: the release's record in the cluster shows them all. Their CRDs
   * must be in the cluster before this release: pass what installs them in `dependsOn`.
   */
  readonly objects: readonly KubernetesObject[];

  /** @default - waits for nothing but what the objects' own values refer to */
  readonly dependsOn?: readonly ITerraformDependable[];
}

const RULES: readonly Rule<GeneratedChartProps>[] = [
  {
    fails: ({ name }) => !/^[a-z]([a-z0-9-]{0,51}[a-z0-9])?$/.test(name),
    message: ({ name }) =>
      `name must be 1 to 53 lowercase letters, digits and hyphens, starting with a letter and not ending with a hyphen, got '${name}'`,
  },
  { fails: ({ objects }) => objects.length === 0, message: () => 'objects must not be empty' },
  {
    fails: (props) => duplicates(props).length > 0,
    message: (props) =>
      `objects must differ in kind, namespace and name, got twice: ${duplicates(props).join(', ')}`,
  },
];

/**
 * Objects of custom kinds, delivered as a Helm release of a chart that is generated for them.
 *
 * `kubernetes_manifest` cannot do this: it asks the cluster for the kind while planning, and neither may exist yet.
 * The chart's only template prints the objects from a file, so `{{ }}` inside them is never evaluated and no number
 * passes through YAML's values on its way. The chart's folder is named by its content, so that every change shows in the plan.
 * Values that Terraform knows only at apply are left out of the file and filled in by Helm.
 */
export class GeneratedChart extends Construct {
  public readonly release: Release;
  public readonly objects: readonly KubernetesObject[];

  public constructor(scope: Construct, id: string, props: GeneratedChartProps) {
    super(scope, id);
    validateProps(this, 'GeneratedChart props', props, RULES);

    this.objects = [...props.objects];
    const { manifests, values } = separate(this, props.objects);
    const { chart } = new ChartAsset(this, 'Chart', chartFiles(props.name, manifests));
    this.release = new Release(this, 'Release', {
      name: props.name,
      namespace: props.namespace,
      chart,
      ...(Object.keys(values).length > 0 && { values: [Fn.jsonencode({ terraform: values })] }),
      dependsOn: [...(props.dependsOn ?? [])],
      atomic: true,
      cleanupOnFail: true,
      maxHistory: 5,
    });
  }
}

function duplicates({ objects, namespace }: GeneratedChartProps): string[] {
  const keys = objects.map(({ apiVersion, kind, metadata }) => {
    const [group] = apiVersion.split('/');
    return [group, kind, metadata.namespace ?? namespace, metadata.name].join('/');
  });
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
}

/**
 * Prints each object as a document of one line of JSON, which is YAML too. A value of Terraform's that is text inside a
 * string loses the quotes of its own JSON.
 */
const TEMPLATE = `{{- $values := .Values.terraform }}
{{- range .Files.Get "manifests.json" | fromJsonArray }}
---
{{ range . }}
{{- if kindIs "string" . }}{{ . }}
{{- else if hasKey . "value" }}{{ index $values .value | mustToRawJson }}
{{- else }}{{ index $values .text | mustToRawJson | trimPrefix "\\"" | trimSuffix "\\"" }}
{{- end }}
{{- end }}
{{- end }}
`;

function chartFiles(name: string, manifests: readonly (readonly Piece[])[]): ChartFiles {
  return {
    // JSON, lest a name such as "true" read as something else.
    'Chart.yaml': `${JSON.stringify({ apiVersion: 'v2', name, version: '1.0.0' })}\n`,
    'values.yaml': 'terraform: {}\n',
    'manifests.json': `[\n${manifests.map((pieces) => JSON.stringify(pieces)).join(',\n')}\n]\n`,
    'templates/manifests.yaml': TEMPLATE,
  };
}
