import type { Construct } from 'constructs';
import { PooledTier } from './pooled-tier';
import type { PooledTierProps } from './tier';

/** The starter plan: pooled, on nodes that may be spot instances, first to be shed. */
export class StarterTier extends PooledTier {
  public constructor(scope: Construct, id: string, props: PooledTierProps) {
    super(scope, id, 'starter', props);
  }
}
