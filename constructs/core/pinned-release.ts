import { Release } from '@cdktf/provider-helm/lib/release';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';

/** A Helm chart at one version. */
export interface PinnedChart {
  /** Chart repository: an `oci://` registry path or an `https://` index. */
  readonly repository: string;
  /** Name of the chart in its repository. */
  readonly chart: string;
  /** Version of the chart, exact. */
  readonly version: string;
  /** Version of the program that this chart installs. For people: the chart decides it. */
  readonly appVersion: string;
  /** Day on which the version was last compared with the project's releases, as YYYY-MM-DD. */
  readonly checked: string;
}

export interface PinnedReleaseProps {
  readonly chart: PinnedChart;

  /** Name of the release. Renaming it installs the chart anew and removes the old release. */
  readonly name: string;

  /** Namespace of the release. It must exist: pass what makes it in `dependsOn`. */
  readonly namespace: string;

  /** Values that differ from the chart's own. Tokens may stand in strings; `${` and `%{` in literals would be Terraform's. */
  readonly values?: object;

  /**
   * Whether another release brings the CRDs. Helm installs the CRDs inside a chart once and never upgrades them.
   *
   * @default false
   */
  readonly crdsElsewhere?: boolean;

  /** @default - waits for nothing but what the values refer to */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** How long Helm waits for the pods of a release, in seconds. The first install also pulls images and starts nodes. */
const TIMEOUT = 600;

/** A Helm release of a pinned chart. A failed upgrade is rolled back; what a failed install made is removed. */
export class PinnedRelease extends Construct {
  public readonly release: Release;

  public constructor(scope: Construct, id: string, props: PinnedReleaseProps) {
    super(scope, id);
    const { repository, chart, version } = props.chart;
    this.release = new Release(this, 'Release', {
      name: props.name,
      namespace: props.namespace,
      repository,
      chart,
      version,
      // As JSON, which is YAML: a plan then shows which value changes.
      ...(props.values && { values: [JSON.stringify(props.values)] }),
      skipCrds: props.crdsElsewhere ?? false,
      dependsOn: [...(props.dependsOn ?? [])],
      atomic: true,
      cleanupOnFail: true,
      wait: true,
      timeout: TIMEOUT,
      maxHistory: 5,
    });
  }
}
