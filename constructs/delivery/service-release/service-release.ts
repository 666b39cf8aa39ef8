import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart, type KubernetesObject } from '../../core/chart';
import { PREVIEW_SUFFIX, SLICES, templateName } from '../../core/releases';
import { type Rule, validateProps } from '../../core/validation';
import type { MetricsSource, Objectives } from '../analysis-queries';
import { objectivesAnalysis, smokeAnalysis, type SmokeCheck } from './analyses';
import { OWN_VARIABLES, type PodPlacement, type PodSizes, servicePod } from './pod-template';
import { type ReleaseSlice, sliceObjects } from './slice';
import { RELEASE_TIMES, type ReleaseTimes, TIME_RULES } from './times';

export interface ServiceReleaseProps {
  /** Namespace of the owner. */
  readonly namespace: string;
  /** Name of the service, which its account has too. */
  readonly service: string;
  /** Parts of the owner that get releases one after the other. One of them is `main`. */
  readonly slices: readonly ReleaseSlice[];
  readonly placement: PodPlacement;
  readonly containers: PodSizes;
  /** What the service is told by variables. Values may be tokens. No secret: a config map shows them all. */
  readonly environment: Readonly<Record<string, string>>;
  readonly smoke: {
    /** Name of the config map with the program of `services/smoke`, in the namespace. */
    readonly program: string;
    readonly checks: readonly SmokeCheck[];
  };
  /** What the owner's tier promises. */
  readonly objectives: Objectives;
  /** The cell's metrics, by which a version is judged. */
  readonly metrics: MetricsSource;
  /** Longest that a call may take, in seconds: the gateways' own limit. */
  readonly requestTimeoutSeconds: number;
  /** @default - {@link RELEASE_TIMES}; pods of a version that was taken back stay at least as long as the longest call */
  readonly times?: Partial<ReleaseTimes>;
  /** What must be there before: the namespace, the program's config map. */
  readonly dependsOn: readonly ITerraformDependable[];
}

type Settings = ServiceReleaseProps & { readonly times: ReleaseTimes };

/** Ends of names that slices and previews of another service have. */
const ENDS = [...SLICES.filter((slice) => slice !== 'main').map((slice) => `-${slice}`), PREVIEW_SUFFIX];

const RULES: readonly Rule<Settings>[] = [
  ...TIME_RULES,
  {
    fails: ({ service }) => ENDS.some((end) => service.endsWith(end)),
    message: ({ service }) =>
      `service must not end in ${ENDS.join(', ')}, as slices and previews of another service do, got '${service}'`,
  },
  {
    // Smoke tests run as that account, because it may do nothing.
    fails: ({ service }) => service === 'default',
    message: () => "service must not be called 'default', as the account of pods without rights is",
  },
  {
    fails: ({ slices }) => !slices.some(({ slice }) => slice === 'main'),
    message: ({ slices }) => `slices must have main among them, got ${sliceNames(slices)}`,
  },
  {
    fails: ({ slices }) => new Set(slices.map(({ slice }) => slice)).size < slices.length,
    message: ({ slices }) => `slices must differ, got ${sliceNames(slices)}`,
  },
  {
    fails: ({ slices }) => slices.some(({ replicas }) => !Number.isSafeInteger(replicas) || replicas < 1),
    message: ({ slices }) =>
      `slices must each have at least one pod, got ${slices.map(({ slice, replicas }) => `${slice} ${replicas}`).join(', ')}`,
  },
  {
    fails: ({ smoke }) => smoke.checks.length === 0,
    message: () => 'smoke.checks must name at least one call: nothing takes traffic that nobody has tried',
  },
  {
    fails: (props) => badVariables(props).length > 0,
    message: (props) =>
      `environment must have names of capital letters, digits and underscores, and none of ${OWN_VARIABLES.join(', ')}, got ${badVariables(props).join(', ')}`,
  },
];

const sliceNames = (slices: readonly ReleaseSlice[]): string =>
  slices.map(({ slice }) => slice).join(', ') || 'none';

const badVariables = ({ environment }: Settings): readonly string[] =>
  Object.keys(environment).filter(
    (name) => !/^[A-Z][A-Z0-9_]*$/.test(name) || (OWN_VARIABLES as readonly string[]).includes(name),
  );

/**
 * How releases of one service reach one owner: a rollout for each slice, what its pods are, and what judges them. No image is
 * named here: the pipeline brings it.
 *
 * A Helm release of its own for each service, so that one more service changes nothing of the others.
 */
export class ServiceRelease extends Construct {
  public readonly objects: readonly KubernetesObject[];

  public constructor(scope: Construct, id: string, props: ServiceReleaseProps) {
    super(scope, id);
    const times: ReleaseTimes = {
      ...RELEASE_TIMES,
      // A call that began before a version was taken back ends with its pods.
      abortScaleDownDelaySeconds: Math.max(
        RELEASE_TIMES.abortScaleDownDelaySeconds,
        props.requestTimeoutSeconds,
      ),
      ...props.times,
    };
    const settings: Settings = { ...props, times };
    validateProps(this, 'ServiceRelease props', settings, RULES);
    this.objects = releaseObjects(settings);
    new GeneratedChart(this, 'Resources', {
      name: templateName(props.service),
      namespace: props.namespace,
      objects: this.objects,
      dependsOn: props.dependsOn,
    });
  }
}

const releaseObjects = (settings: Settings): readonly KubernetesObject[] => [
  template(settings),
  smokeAnalysis({ ...settings, ...settings.smoke }),
  objectivesAnalysis(settings),
  ...settings.slices.flatMap((slice) => sliceObjects({ ...settings, ...slice })),
];

/** What pods of the service are, for releases to fill in. */
const template = (
  settings: Settings,
): KubernetesObject & { readonly data: Readonly<Record<string, string>> } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: templateName(settings.service), namespace: settings.namespace },
  data: { template: JSON.stringify(servicePod(settings)) },
});
