import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import type { DeploymentV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { Program } from '../core/program';
import { type Rule, validateProps } from '../core/validation';
import { GATEWAY_NAMESPACE } from '../core/workload-labels';
import { GATEWAY_IMAGES } from './versions';

export interface ProgramConfigMapProps {
  /** Beginning of its name; a hash of the program follows. */
  readonly name: string;
  /** The program's first file, from the project's root. */
  readonly entry: string;
}

/** Largest content of a config map, in bytes: 1 MiB, "ConfigMaps", Kubernetes documentation. The rest is metadata. */
const MAX_BYTES = 1_048_576 - 8192;

const RULES: readonly Rule<ProgramConfigMapProps & { readonly bytes: number }>[] = [
  {
    fails: ({ bytes }) => bytes > MAX_BYTES,
    message: ({ entry, bytes }) =>
      `entry must be a program of at most ${String(MAX_BYTES)} bytes, which a config map holds, got ${entry} of ${String(bytes)}`,
  },
];

const FOLDER = '/program';
const FILE = 'index.js';

/** User `node` of the image. */
const USER = '1000';

/**
 * A bundled program in a config map, for pods of the public Node image: no image is built, none is scanned, and every change
 * of the program is a change of a name in a plan. The map never changes; another program is another map.
 */
export class ProgramConfigMap extends Construct {
  public readonly resource: ConfigMapV1;
  public readonly name: string;

  public constructor(scope: Construct, id: string, props: ProgramConfigMapProps) {
    super(scope, id);
    const program = new Program(this, 'Program', { entry: props.entry, format: 'file' });
    validateProps(this, 'ProgramConfigMap props', { ...props, bytes: program.bytes }, RULES);
    this.name = `${props.name}-${program.hash.slice(0, 12)}`;
    this.resource = new ConfigMapV1(this, 'ConfigMap', {
      metadata: { name: this.name, namespace: GATEWAY_NAMESPACE },
      immutable: true,
      data: { [FILE]: Fn.file(program.path) },
      // Pods of the old program need the old map until they are gone.
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

export interface ProgramPodProps {
  readonly name: string;
  readonly serviceAccount: string;
  readonly program: ProgramConfigMap;
  readonly environment: Readonly<Record<string, string>>;
  /** Most memory, in MiB; Node's own heap takes three quarters of it. */
  readonly memoryMiB: number;
  /** Processor time asked for, such as `100m`. */
  readonly cpu: string;
  /** Flags of Node besides the size of its heap. @default - none */
  readonly nodeFlags?: readonly string[];
  /** Whether the program talks to Kubernetes. @default false */
  readonly callsKubernetes?: boolean;
}

/** A pod's specification in the provider's words, which are the same for deployments and jobs. */
type PodSpec = Pick<
  DeploymentV1SpecTemplateSpec,
  'automountServiceAccountToken' | 'enableServiceLinks' | 'serviceAccountName'
> & {
  readonly securityContext: {
    readonly runAsNonRoot: boolean;
    readonly runAsUser: string;
    readonly runAsGroup: string;
    readonly seccompProfile: { readonly type: string };
  };
  readonly volume: { readonly name: string; readonly configMap: { readonly name: string } }[];
};

/** What every pod with a program has. */
export const programPod = (props: ProgramPodProps): PodSpec => ({
  serviceAccountName: props.serviceAccount,
  automountServiceAccountToken: props.callsKubernetes ?? false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  volume: [{ name: 'program', configMap: { name: props.program.name } }],
});

/** The container that runs the program. */
export const programContainer = (props: ProgramPodProps) => ({
  name: props.name,
  image: GATEWAY_IMAGES.node,
  imagePullPolicy: 'IfNotPresent',
  command: ['node'],
  args: [
    ...(props.nodeFlags ?? []),
    `--max-old-space-size=${String(Math.floor(props.memoryMiB * 0.75))}`,
    `${FOLDER}/${FILE}`,
  ],
  env: Object.entries(props.environment).map(([name, value]) => ({ name, value })),
  resources: {
    requests: { cpu: props.cpu, memory: `${String(props.memoryMiB / 2)}Mi` },
    limits: { memory: `${String(props.memoryMiB)}Mi` },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    privileged: false,
    capabilities: { drop: ['ALL'] },
  },
  volumeMount: [{ name: 'program', mountPath: FOLDER, readOnly: true }],
});
