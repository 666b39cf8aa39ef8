import { nameIn } from '../core/naming';
import { nameParts, type Placement } from '../core/placement';

/** Something of a cell that can have too much to do, and the metric that tells how much it has. */
export interface LoadSource {
  /** Part of the names of its alarms: `calls`, `shard-1`, `cache-0001-001`. */
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** What is taken of the values of a minute. */
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  /** Value of the metric when all of it is in use. */
  readonly full: number;
}

/** The metric that counts the calls which gateways have passed on to services. */
export const CALLS_METRIC = 'ForwardedCalls';

/** Namespace of the metrics of a cell's gateways. Two cells may share an account and region. */
export const gatewayNamespace = (placement: Placement): string =>
  [...nameParts(placement), 'gateway'].join('/');

/** Calls passed on to services, measured against what the cell is built for. */
export const callsSource = (placement: Placement, peakCallsPerSecond: number): LoadSource => ({
  name: 'calls',
  description: 'Calls that gateways pass on to services',
  namespace: gatewayNamespace(placement),
  metric: CALLS_METRIC,
  dimensions: {},
  statistic: 'Sum',
  full: peakCallsPerSecond * 60,
});

/**
 * A shard's capacity in use, in percent of its largest. `ACUUtilization`: "Important Amazon CloudWatch metrics for Aurora
 * Serverless v2". Of the instances the fullest counts, for readers serve calls too.
 *
 * @param shard ordinal of the shard
 */
export const shardSource = (placement: Placement, shard: string): LoadSource => ({
  name: `shard-${shard}`,
  description: `Capacity of shard ${shard} in use`,
  namespace: 'AWS/RDS',
  metric: 'ACUUtilization',
  dimensions: { DBClusterIdentifier: nameIn(placement, 'rdsCluster', 'shard', shard) },
  statistic: 'Maximum',
  full: 100,
});

export interface CacheNodes {
  readonly shards: number;
  readonly replicasPerShard: number;
}

const padded = (index: number, digits: number): string => String(index + 1).padStart(digits, '0');

/**
 * Each node of the cache: how busy its one thread of commands is, in percent. `EngineCPUUtilization`: "Metrics for Valkey
 * and Redis OSS", Amazon ElastiCache User Guide. Nodes are named by ElastiCache: `<group>-<shard>-<node>`. Replicas too,
 * for any may become the primary.
 */
export const cacheSources = (
  placement: Placement,
  { shards, replicasPerShard }: CacheNodes,
): readonly LoadSource[] =>
  Array.from({ length: shards }, (_, shard) => padded(shard, 4)).flatMap((shard) =>
    Array.from({ length: 1 + replicasPerShard }, (_, node): LoadSource => {
      const id = `${shard}-${padded(node, 3)}`;
      return {
        name: `cache-${id}`,
        description: `Node ${id} of the cache at work`,
        namespace: 'AWS/ElastiCache',
        metric: 'EngineCPUUtilization',
        dimensions: {
          CacheClusterId: `${nameIn(placement, 'elasticacheReplicationGroup', 'cache')}-${id}`,
        },
        statistic: 'Average',
        full: 100,
      };
    }),
  );
