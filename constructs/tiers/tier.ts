import { PriorityClassV1 } from '@cdktf/provider-kubernetes/lib/priority-class-v1';
import type { Construct } from 'constructs';
import type { ContainerSizes, Quota } from '../compute/resource-limits';
import type { NamespaceSurroundings } from '../compute/isolated-namespace';
import type { BusinessHours, NodePoolProps } from '../cluster/node-pool';
import type { ICache, ICluster, IDatabase } from '../core/interfaces';
import { ownerName } from '../core/owner';
import type { EarlyTenants } from '../gateway/owner-route';
import type { ReachedCache, ReleaseSettings } from './releases';

/** What a tier is to others: names that namespaces, admission policies and tenants refer to. */
export interface ITier {
  /** Product plan: `starter`. */
  readonly tier: string;
  /** Namespace of the tier. Pods of dedicated tenants run in their own. */
  readonly namespace: string;
  /** Pool whose nodes run the tier's pods. */
  readonly nodePool: string;
  /** Rank of the tier's pods. */
  readonly priorityClass: string;
}

/** The names of a tier, the same in every cell: what refers to a tier is readable before anything is deployed. */
export const tierNames = (tier: string): ITier => {
  const name = ownerName({ kind: 'tier', tier });
  return { tier, namespace: name, nodePool: name, priorityClass: name };
};

/** What the tiers and tenants of a cell stand on. */
export interface CellParts extends Omit<NamespaceSurroundings, 'cluster'> {
  readonly cluster: Pick<ICluster, 'name' | 'workloadSecurityGroupId' | 'nodeInstanceProfileName'>;
  readonly architecture: NodePoolProps['architecture'];
  readonly businessHours: BusinessHours;
  /** Tags of instances and volumes, which the provider's default tags do not reach: who pays for them. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What each tier is told. */
export interface TierProps extends CellParts {
  /** Rank of the tier's pods, 1 to 1,000,000; those of a higher one may push others off a full node. */
  readonly priority: number;
  readonly nodes: Pick<NodePoolProps, 'capacityTypes' | 'limits'>;
  /** ARNs of the IAM roles that look after the pods. */
  readonly operators: readonly string[];
}

/** What a tier is told whose tenants share everything. */
export interface PooledTierProps extends TierProps {
  /** The cell's public zone, without a final dot. */
  readonly zoneName: string;
  readonly services: readonly string[];
  readonly quota: Quota;
  readonly containers: ContainerSizes;
  /** The cell's shards: every pod may use each of them. */
  readonly shards: readonly IDatabase[];
  /** Names of the shards in tokens and in the registry, in the order of `shards`: `data-shard-1`. */
  readonly shardNames: readonly string[];
  /** Database user of the tier's services, which every shard has. */
  readonly dbUser: string;
  readonly cache: ReachedCache & Pick<ICache, 'replicationGroupArn'>;
  /** Those of the services that have a user in the cache. */
  readonly cacheServices: readonly string[];
  readonly releases: ReleaseSettings;
  /** Tenants who get a release before the others: where there are slices besides `main`. @default - none */
  readonly early?: EarlyTenants;
}

/** Makes the rank of a tier's pods. Never the default of the cluster: pods without a class come last. */
export function makePriorityClass(scope: Construct, { tier, priorityClass }: ITier, value: number): void {
  new PriorityClassV1(scope, 'PriorityClass', {
    metadata: { name: priorityClass },
    value,
    globalDefault: false,
    description: `Pods of tier ${tier}`,
    preemptionPolicy: 'PreemptLowerPriority',
  });
}
