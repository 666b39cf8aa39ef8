import { resolve } from 'node:path';
import { loadPlatform } from '../../config/load';
import type { Platform } from '../../config/platform';
import type { LifecycleEvent } from '../../lifecycle/events';
import type { Registry } from '../../lifecycle/registry';
import type { Surroundings } from '../../lifecycle/surroundings';

export const devPlatform = (): Platform => loadPlatform(resolve('.'), 'dev');

type RegistryOnly = Pick<
  Surroundings,
  'registry' | 'platform' | 'stacks' | 'caller' | 'now' | 'kind' | 'environment'
> & {
  /** What was told. */
  readonly events: LifecycleEvent[];
  readonly emit: (event: LifecycleEvent) => void;
};

/** Surroundings for operations that deploy nothing: a registry, config, and what deployed stacks say, by `<cell>/<stack>`. */
export function registryOnly(
  registry: Registry,
  {
    platform = devPlatform(),
    contracts,
    now = Date.now,
  }: {
    readonly platform?: Platform;
    readonly contracts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly now?: () => number;
  } = {},
): RegistryOnly {
  const events: LifecycleEvent[] = [];
  return {
    registry,
    environment: 'dev',
    kind: contracts === undefined ? 'rehearsal' : 'aws',
    platform: () => platform,
    stacks: {
      has: () => true,
      synthesize: () => Promise.reject(new Error('nothing is synthesized')),
      contract: ({ cell = '', stack }) => Promise.resolve(contracts?.[`${cell}/${stack}`]),
    },
    caller: () => Promise.resolve('ann'),
    now,
    events,
    emit: (event) => events.push(event),
  };
}
