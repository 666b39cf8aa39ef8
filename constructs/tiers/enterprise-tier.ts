import { Construct } from 'constructs';
import { OwnNodes } from '../cluster/own-nodes';
import { IsolatedNamespace } from '../compute/isolated-namespace';
import type { ContainerSizes, Quota } from '../compute/resource-limits';
import { Operators } from './operators';
import { type ITier, makePriorityClass, tierNames, type TierProps } from './tier';

export interface EnterpriseTierProps extends TierProps {
  /** Sizes of single containers, as the tenants' namespaces have them. */
  readonly containers: ContainerSizes;
}

/** Nothing runs in the tier's own namespace. */
const NOTHING: Quota = {
  pods: 0,
  cpu: 0,
  memoryGiB: 0,
  ephemeralGiB: 0,
  services: 0,
  volumes: 0,
  storageGiB: 0,
};

/**
 * The enterprise plan: what the dedicated tenants of a cell have in common, which is little. Their rank, the nodes that
 * those share who have none of their own, and the people who look after them. Each tenant is a `DedicatedTenant` of a stack
 * of its own.
 *
 * The tier's own namespace keeps the records of its releases. It is as closed as a tenant's, and no pod may run in it.
 */
export class EnterpriseTier extends Construct implements ITier {
  public readonly tier = 'enterprise';
  public readonly namespace: string;
  public readonly nodePool: string;
  public readonly priorityClass: string;

  public constructor(scope: Construct, id: string, props: EnterpriseTierProps) {
    super(scope, id);
    const names = tierNames(this.tier);
    makePriorityClass(this, names, props.priority);
    const home = new IsolatedNamespace(this, 'Namespace', {
      ...props,
      ...names,
      owner: { kind: 'tier', tier: this.tier },
      fleet: 'enterprise',
      quota: NOTHING,
      services: [],
    });
    this.namespace = home.name;
    this.nodePool = names.nodePool;
    this.priorityClass = names.priorityClass;
    new OwnNodes(this, 'Nodes', {
      ...props,
      ...props.nodes,
      name: this.nodePool,
      namespace: this.namespace,
      dependsOn: home.ready,
    });
    new Operators(this, 'Operators', {
      tier: this.tier,
      cluster: props.cluster,
      roleArns: props.operators,
    });
  }
}
