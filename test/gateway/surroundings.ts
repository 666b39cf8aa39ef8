import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import type { TerraformStack } from 'cdktf';
import type { CacheLogin } from '../../constructs/core/interfaces';
import { synth, type SynthesizedStack, TEST_PLACEMENT } from '../support/synth';

/** What the stack would read from contracts. */
export const NETWORK = {
  vpcId: 'vpc-1',
  publicSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'],
} as const;

export const CLUSTER = { name: 'bulkhead-prod-use1a', securityGroupId: 'sg-cluster' } as const;

export const ZONE = { id: 'Z1', name: 'use1a.bulkhead.example' } as const;

export const login = (service: string): CacheLogin => ({
  cache: {
    endpoint: 'clustercfg.bulkhead-prod-use1a-cache.abc123.use1.cache.amazonaws.com',
    port: '6379',
    replicationGroupId: 'bulkhead-prod-use1a-cache',
    replicationGroupArn:
      'arn:aws:elasticache:us-east-1:222222222222:replicationgroup:bulkhead-prod-use1a-cache',
  },
  userId: `bulkhead-prod-use1a-plt-${service}`,
  userArn: `arn:aws:elasticache:us-east-1:222222222222:user:bulkhead-prod-use1a-plt-${service}`,
});

/** Synthesizes constructs with the providers of a cluster. */
export const synthInCluster = (
  build: (stack: TerraformStack) => void,
  placement = TEST_PLACEMENT,
): SynthesizedStack =>
  synth((stack) => {
    new KubernetesProvider(stack, 'kubernetes');
    new HelmProvider(stack, 'helm');
    build(stack);
  }, placement);
