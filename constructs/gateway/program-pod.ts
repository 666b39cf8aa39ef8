import type { DeploymentV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import {
  PROGRAM_FILE,
  PROGRAM_FOLDER,
  PROGRAM_USER,
  type ProgramConfigMap,
} from '../core/program-config-map';
import { GATEWAY_IMAGES } from './versions';

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
    runAsUser: String(PROGRAM_USER),
    runAsGroup: String(PROGRAM_USER),
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
    PROGRAM_FILE,
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
  volumeMount: [{ name: 'program', mountPath: PROGRAM_FOLDER, readOnly: true }],
});
