import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Fn, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { Program } from './program';
import { type Rule, validateProps } from './validation';

export interface ProgramConfigMapProps {
  /** Beginning of its name; a hash of the program follows. */
  readonly name: string;
  /** Namespace of the pods that run it. */
  readonly namespace: string;
  /** The program's first file, from the project's root. */
  readonly entry: string;
  /** What must be there before: the namespace. @default - nothing */
  readonly dependsOn?: readonly ITerraformDependable[];
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

/** Where pods mount the map, and the file in it that Node runs. */
export const PROGRAM_FOLDER = '/program';
const FILE = 'index.js';
export const PROGRAM_FILE = `${PROGRAM_FOLDER}/${FILE}`;

/** User `node` of the image. */
export const PROGRAM_USER = 1000;

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
      metadata: { name: this.name, namespace: props.namespace },
      immutable: true,
      data: { [FILE]: Fn.file(program.path) },
      // Pods of the old program need the old map until they are gone.
      lifecycle: { createBeforeDestroy: true },
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
    });
  }
}
