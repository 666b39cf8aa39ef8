import { NAME_RULES, nameWithin } from '../constructs/core/naming';
import { nameParts, type Placement } from '../constructs/core/placement';

/**
 * Name of a cell's cluster. The network stack needs it before the cluster exists, for the tag that Karpenter finds
 * subnets by.
 */
export const clusterName = (placement: Placement): string =>
  nameWithin(NAME_RULES.eksCluster.max, nameParts(placement));
