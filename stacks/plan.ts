import type { Construct } from 'constructs';
import picomatch from 'picomatch';
import { didYouMean } from '../config/loader/suggest';
import type { Platform } from '../config/platform';
import { ONBOARDING } from '../constructs/onboarding/names';
import { AddonsStack } from './addons';
import { BootstrapStack } from './bootstrap';
import { CacheStack } from './cache';
import { CellDeliveryStack } from './cell-delivery';
import { ClusterStack } from './cluster';
import { DataStack } from './data';
import { DataShardStack } from './data-shard';
import { DELIVERY, DeliveryStack } from './delivery';
import { GatewayStack } from './gateway';
import { IdentityStack } from './identity';
import { CELL_DELIVERY } from './names';
import { NetworkStack } from './network';
import { OnboardingStack } from './onboarding';
import { stackName, type PlatformStack } from './platform-stack';
import { RegistryStack } from './registry';
import { shardsOf, shardStackKind } from './shards';
import { TenantStack, tenantStackKind } from './tenant';
import { TIERS, TierStack, tierStackKind } from './tier';

/** One stack of a platform, not yet built. */
export interface PlannedStack {
  /** The stack's name: a public contract, for renaming a stack abandons its state. */
  readonly name: string;
  readonly build: (app: Construct) => PlatformStack;
}

/** Every stack of the platform, publishers of contracts before their readers. */
export function planStacks(platform: Platform): readonly PlannedStack[] {
  return [
    { name: stackName('bootstrap'), build: (app) => new BootstrapStack(app, { platform }) },
    { name: stackName('registry'), build: (app) => new RegistryStack(app, { platform }) },
    { name: stackName(DELIVERY), build: (app) => new DeliveryStack(app, { platform }) },
    { name: stackName(ONBOARDING), build: (app) => new OnboardingStack(app, { platform }) },
    ...platform.cells.flatMap((cell): PlannedStack[] => [
      { name: stackName('network', cell), build: (app) => new NetworkStack(app, { platform, cell }) },
      { name: stackName('cluster', cell), build: (app) => new ClusterStack(app, { platform, cell }) },
      {
        name: stackName(CELL_DELIVERY, cell),
        build: (app) => new CellDeliveryStack(app, { platform, cell }),
      },
      { name: stackName('addons', cell), build: (app) => new AddonsStack(app, { platform, cell }) },
      { name: stackName('data', cell), build: (app) => new DataStack(app, { platform, cell }) },
      ...shardsOf(platform, cell).map((shard) => ({
        name: stackName(shardStackKind(shard), cell),
        build: (app: Construct) => new DataShardStack(app, { platform, cell, shard }),
      })),
      { name: stackName('cache', cell), build: (app) => new CacheStack(app, { platform, cell }) },
      { name: stackName('identity', cell), build: (app) => new IdentityStack(app, { platform, cell }) },
      { name: stackName('gateway', cell), build: (app) => new GatewayStack(app, { platform, cell }) },
      ...TIERS.map((tier) => ({
        name: stackName(tierStackKind(tier), cell),
        build: (app: Construct) => new TierStack(app, { platform, cell, tier }),
      })),
      ...platform.tenants
        .filter((tenant) => tenant.cell === cell.id)
        .map((tenant) => ({
          name: stackName(tenantStackKind(tenant), cell),
          build: (app: Construct) => new TenantStack(app, { platform, cell, tenant }),
        })),
    ]),
  ];
}

/** A selection of stacks that matches none. Its text is for people: print it without a stack trace. */
export class SelectionError extends Error {
  public override readonly name = 'SelectionError';
}

/**
 * The planned stacks that at least one pattern matches, in the plan's order.
 *
 * @param patterns names or globs: `use1a-network`, `use1a-*`
 * @throws SelectionError naming every pattern that matches no stack
 */
export function selectStacks(
  planned: readonly PlannedStack[],
  patterns: readonly string[],
): readonly PlannedStack[] {
  const names = planned.map(({ name }) => name);
  const problems = patterns
    .filter((pattern) => {
      const matches = picomatch(pattern);
      return !names.some((name) => matches(name));
    })
    .map((pattern) => `  - "${pattern}" matches no stack${didYouMean(pattern, names)}`);
  if (problems.length > 0) {
    throw new SelectionError(['no such stacks:', ...problems, `the stacks are: ${listed(names)}`].join('\n'));
  }
  const isAsked = picomatch([...patterns]);
  return planned.filter(({ name }) => isAsked(name));
}

/** As many names as anybody would read. */
const LISTED = 60;

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return more > 0
    ? `${names.slice(0, LISTED).join(', ')}, and ${more} more, each named <cell>-<kind>`
    : names.join(', ');
}
