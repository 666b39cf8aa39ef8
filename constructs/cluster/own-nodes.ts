import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GeneratedChart } from '../core/chart';
import type { ICluster } from '../core/interfaces';
import { outside, type Rule, validateProps } from '../core/validation';
import { nodeClass, ownNodePool, type OwnNodePoolProps } from './node-pool';

export interface OwnNodesProps extends OwnNodePoolProps {
  readonly cluster: Pick<ICluster, 'name' | 'nodeInstanceProfileName'>;

  /** Namespace that keeps the release's record; the pool itself is the cluster's. */
  readonly namespace: string;

  /** Tags of every instance, volume and network interface: whoever pays. Terraform's default tags do not reach them. */
  readonly tags: Readonly<Record<string, string>>;

  readonly dependsOn: readonly ITerraformDependable[];
}

const RULES: readonly Rule<OwnNodesProps>[] = [
  {
    fails: ({ capacityTypes }) => capacityTypes.length === 0,
    message: () => "capacityTypes must name at least one of 'on-demand' and 'spot', got none",
  },
  {
    fails: ({ limits }) => !(limits.cpu >= 4),
    message: ({ limits }) => `limits.cpu must be at least 4, the smallest node, got ${limits.cpu}`,
  },
  {
    fails: ({ limits }) => !(limits.memoryGiB >= 8),
    message: ({ limits }) =>
      `limits.memoryGiB must be at least 8, the smallest node, got ${limits.memoryGiB}`,
  },
  {
    fails: ({ businessHours: { startHourUtc } }) =>
      !Number.isInteger(startHourUtc) || outside(startHourUtc, 0, 23),
    message: ({ businessHours: { startHourUtc } }) =>
      `businessHours.startHourUtc must be a whole number from 0 to 23, got ${startHourUtc}`,
  },
  {
    fails: ({ businessHours: { hours } }) => !Number.isInteger(hours) || outside(hours, 1, 20),
    message: ({ businessHours: { hours } }) =>
      `businessHours.hours must be a whole number from 1 to 20, got ${hours}`,
  },
];

/** Nodes of a tier, or of one dedicated tenant: a pool with its class, kept free of everybody else's pods by a taint. */
export class OwnNodes extends Construct {
  /** Name of the pool. */
  public readonly pool: string;

  public constructor(scope: Construct, id: string, props: OwnNodesProps) {
    super(scope, id);
    validateProps(this, 'OwnNodes props', props, RULES);
    new GeneratedChart(this, 'Pool', {
      name: 'node-pool',
      namespace: props.namespace,
      objects: [nodeClass(props.cluster, props.name, props.tags), ownNodePool(props)],
      dependsOn: props.dependsOn,
    });
    this.pool = props.name;
  }
}
