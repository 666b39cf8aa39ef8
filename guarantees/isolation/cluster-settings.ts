import type { StackPlace } from './facts';
import { at, isTrue, type Json, textOf } from './facts/json';
import { attribute, resourcesOf, type Stack } from './stack';
import type { World } from './world';

/** The stack of a cell that publishes a contract, if it is here. */
export function publisherStack(world: World, place: StackPlace, contract: string): Stack | undefined {
  const name = world.publisher(place, contract);
  return name === undefined ? undefined : world.stack(name);
}

/** Settings of the VPC CNI plugin without which objects of Kubernetes do nothing, each with the value that it must have. */
const SETTINGS = {
  'network policies': [
    [['enableNetworkPolicy'], 'true'],
    [['nodeAgent', 'enabled'], 'true', 'unless set'],
    // In the other mode, `strict`, no policy holds for pods that have a security group of their own.
    [['env', 'POD_SECURITY_GROUP_ENFORCING_MODE'], 'standard'],
  ],
  'security groups of pods': [[['env', 'ENABLE_POD_ENI'], 'true']],
} as const;

/**
 * What a cell's cluster must be told, or objects of Kubernetes do nothing: without it the VPC CNI plugin ignores network
 * policies, and gives no pod a security group of its own.
 *
 * @returns the sentence of what is missing; undefined if all is set, or the cluster's stack is not among some stacks only
 */
export function missingSetting(
  world: World,
  place: StackPlace,
  setting: keyof typeof SETTINGS,
): string | undefined {
  const cluster = publisherStack(world, place, 'cluster');
  if (!cluster) return world.complete ? `while no stack of ${place.cell} publishes its cluster` : undefined;
  const [addon] = resourcesOf(cluster, 'aws_eks_addon').filter(
    (each) => attribute(each, 'addon_name') === 'vpc-cni',
  );
  const configuration = parsed(addon === undefined ? '' : attribute(addon, 'configuration_values'));
  const wrong = SETTINGS[setting].find(([path, value, unset]) => {
    const found = at(configuration, ...path);
    return found === undefined ? unset === undefined : textOf(found) !== value;
  });
  return wrong === undefined
    ? undefined
    : `while the VPC CNI plugin in ${cluster.name} does not heed ${setting} (${wrong[0].join('.')})`;
}

/** What keeps the cell's cache from asking who connects; nothing if its stack is not among some stacks only. */
export function openCache(world: World, place: StackPlace): readonly string[] {
  const cache = publisherStack(world, place, 'cache');
  if (!cache) return world.complete ? [`while no stack of ${place.cell} publishes its cache`] : [];
  return resourcesOf(cache, 'aws_elasticache_replication_group').flatMap(({ address, values }) => [
    ...(textOf(values['user_group_ids']) === ''
      ? [`while ${cache.name}:${address} has no user group and so lets in everybody`]
      : []),
    ...(isTrue(values['transit_encryption_enabled']) &&
    textOf(values['transit_encryption_mode']) !== 'preferred'
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
