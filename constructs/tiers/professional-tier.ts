import type { Construct } from 'constructs';
import { invalid } from '../core/validation';
import { PooledTier } from './pooled-tier';
import type { PooledTierProps } from './tier';

/** The professional plan: pooled as starter is, with a bigger share, on nodes that AWS does not take back at will. */
export class ProfessionalTier extends PooledTier {
  /** @throws ValidationError for spot nodes: they go with two minutes' notice, and the plan promises 99.9 % */
  public constructor(scope: Construct, id: string, props: PooledTierProps) {
    super(scope, id, 'professional', props);
    if (props.nodes.capacityTypes.includes('spot')) {
      throw invalid(this, 'ProfessionalTier props', [
        `nodes.capacityTypes must be on-demand: spot nodes end with two minutes' notice, got ${props.nodes.capacityTypes.join(', ')}`,
      ]);
    }
  }
}
