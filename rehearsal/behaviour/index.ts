import { AWS_COMPUTE } from './aws-compute';
import { AWS_DATA } from './aws-data';
import { AWS_DELIVERY } from './aws-delivery';
import { AWS_IDENTITY } from './aws-identity';
import { AWS_NETWORK } from './aws-network';
import { AWS_OBSERVABILITY } from './aws-observability';
import type { TypeBehaviour } from './behaviour';
import { KUBERNETES } from './kubernetes';

const BEHAVIOURS: Readonly<Record<string, TypeBehaviour>> = {
  ...AWS_NETWORK,
  ...AWS_DATA,
  ...AWS_COMPUTE,
  ...AWS_DELIVERY,
  ...AWS_IDENTITY,
  ...AWS_OBSERVABILITY,
  ...KUBERNETES,
};

/** What is known of a type beyond its schema; for most types nothing is needed. */
export function behaviourOf(type: string): TypeBehaviour | undefined {
  return BEHAVIOURS[type];
}

/** Types whose behaviour is written down. */
export const KNOWN_TYPES: readonly string[] = Object.keys(BEHAVIOURS);
