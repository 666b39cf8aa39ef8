import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import type { TerraformStack } from 'cdktf';
import { ImportedDatabase } from '../../constructs/data/database';
import type { ReleaseSettings } from '../../constructs/tiers/releases';
import type { PooledTierProps } from '../../constructs/tiers/tier';
import { CONTAINERS, NAMESPACE, QUOTA } from '../compute/fixture';
import { generatedObjects } from '../support/kubernetes-schemas';
import { synth, type SynthesizedStack } from '../support/synth';

/** A cell's cache, by its contract. */
export const CACHE = {
  replicationGroupArn: 'arn:aws:elasticache:us-east-1:222222222222:replicationgroup:cache',
  replicationGroupId: 'bulkhead-prod-use1a',
  endpoint: 'cache.example',
  port: '6379',
};

/** How releases reach an owner whose tenants are all one. */
export const RELEASES: ReleaseSettings = {
  slices: [{ slice: 'main', replicas: 2 }],
  checks: { api: [{ path: '/health', status: 200 }], worker: [{ path: '/health', status: 200 }] },
  objectives: { availabilityPercent: 99.5, p95Milliseconds: 800 },
  metrics: { workspaceId: 'ws-1' },
  requestTimeoutSeconds: 30,
};

/** What a pooled tier is told, in a stack whose shards and cache are known by their contracts. */
export const pooledProps = (scope: TerraformStack, shards = 2): PooledTierProps => ({
  ...{ cluster: { ...NAMESPACE.cluster, nodeInstanceProfileName: 'node' }, network: NAMESPACE.network },
  ranges: NAMESPACE.ranges,
  architecture: 'arm64',
  businessHours: { startHourUtc: 13, hours: 11 },
  tags: { tier: 'starter' },
  zoneName: 'use1a.bulkhead.example',
  priority: 1000,
  nodes: { capacityTypes: ['on-demand'], limits: { cpu: 64, memoryGiB: 256 } },
  operators: ['arn:aws:iam::222222222222:role/people/operators'],
  services: ['api', 'worker'],
  quota: QUOTA,
  containers: CONTAINERS,
  shards: Array.from({ length: shards }, (_, index) => {
    const shard = String(index + 1);
    return new ImportedDatabase(scope, `Shard${shard}`, {
      endpoint: `shard-${shard}.example`,
      readerEndpoint: `shard-${shard}.ro.example`,
      securityGroupId: `sg-shard-${shard}`,
      connectResourceId: `prx-${shard}`,
      keyArn: `arn:aws:kms:us-east-1:222222222222:key/shard-${shard}`,
    });
  }),
  dbUser: 'bulkhead_starter',
  shardNames: Array.from({ length: shards }, (_, index) => `data-shard-${String(index + 1)}`),
  cache: CACHE,
  cacheServices: ['api', 'gateway'],
  releases: RELEASES,
});

/** Builds something of a tier in a stack with all providers; gives back its JSON and its custom objects. */
export function build(make: (scope: TerraformStack) => void): {
  readonly stack: SynthesizedStack;
  readonly objects: ReturnType<typeof generatedObjects>;
} {
  let objects: ReturnType<typeof generatedObjects> = [];
  const stack = synth((scope) => {
    new KubernetesProvider(scope, 'kubernetes');
    new HelmProvider(scope, 'helm');
    make(scope);
    objects = generatedObjects(scope);
  });
  return { stack, objects };
}

/** What pods of a service are told, by its template. */
export function variablesOf(
  objects: ReturnType<typeof generatedObjects>,
  service: string,
): Readonly<Record<string, string>> {
  const found = objects.find(({ metadata }) => metadata.name === `release-${service}`) as unknown as {
    readonly data: { readonly template: string };
  };
  const { spec } = JSON.parse(found.data.template) as {
    spec: { containers: { env: { name: string; value: string }[] }[] };
  };
  return Object.fromEntries((spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
}
