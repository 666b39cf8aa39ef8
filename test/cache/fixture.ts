import { Cache } from '../../constructs/cache/cache';
import type { CacheProps } from '../../constructs/cache/cache-props';
import { synth, type SynthesizedStack } from '../support/synth';

/** Props of a small valid cache. */
export const PROPS: CacheProps = {
  network: { vpcId: 'vpc-1', isolatedSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] },
  engineVersion: '9.1',
  nodeType: 'cache.m7g.large',
  shards: 3,
  replicasPerShard: 1,
  owners: [
    { kind: 'service', tier: 'starter', service: 'api' },
    { kind: 'service', tier: 'starter', service: 'gateway' },
  ],
  dedicatedTenants: 0,
  snapshotRetentionDays: 7,
  quietHour: { day: 'sun', hourUtc: 8 },
  logRetentionDays: 365,
};

/** Synthesizes a cache with some props changed, and what `use` does to it. */
export const build = (
  changes: Partial<CacheProps> = {},
  use: (cache: Cache) => void = () => undefined,
): SynthesizedStack =>
  synth((stack) => {
    use(new Cache(stack, 'Cache', { ...PROPS, ...changes }));
  });
