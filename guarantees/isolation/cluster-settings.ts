import type { StackPlace } from './facts';
import { at, isTrue, type Json, textOf } from './facts/json';
import { attribute, resourcesOf, type Stack } from './stack';
import type { World } from './world';

/** The stack of a cell that publishes a contract, if it is here. */
export function publisherStack(world: World, place: StackPlace, contract: string): Stack | undefined {
  const name = world.publisher(place, contract);
  return name === undefined ? undefined : world.stack(name);
}

/**
 * What a cell's cluster must be told, or objects of Kubernetes do nothing: without it the VPC CNI plugin ignores network
 * policies, and gives no pod a security group of its own.
 *
 * @returns the sentence of what is missing; undefined if all is set, or the cluster's stack is not here
 */
export function missingSetting(
  world: World,
  place: StackPlace,
  setting: 'network policies' | 'security groups of pods',
): string | undefined {
  const cluster = publisherStack(world, place, 'cluster');
  if (!cluster) return undefined;
  const [addon] = resourcesOf(cluster, 'aws_eks_addon').filter(
    (each) => attribute(each, 'addon_name') === 'vpc-cni',
  );
  const configuration = parsed(addon === undefined ? '' : attribute(addon, 'configuration_values'));
  const path = setting === 'network policies' ? ['enableNetworkPolicy'] : ['env', 'ENABLE_POD_ENI'];
  if (isTrue(at(configuration, ...path))) return undefined;
  return `while the VPC CNI plugin in ${cluster.name} does not heed ${setting} (${path.join('.')})`;
}

/** What keeps the cell's cache from asking who connects; nothing if its stack is not here. */
export function openCache(world: World, place: StackPlace): readonly string[] {
  const cache = publisherStack(world, place, 'cache');
  if (!cache) return [];
  return resourcesOf(cache, 'aws_elasticache_replication_group').flatMap(({ address, values }) => [
    ...(textOf(values['user_group_ids']) === ''
      ? [`while ${cache.name}:${address} has no user group and so lets in everybody`]
      : []),
    ...(isTrue(values['transit_encryption_enabled'])
      ? []
      : [`while ${cache.name}:${address} takes connections without TLS`]),
  ]);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
