import type { Cell, Platform } from '../config/platform';
import { architectureOf } from '../config/schema/cell';
import { ownershipTags } from '../constructs/core/tags';
import { planSubnets } from '../constructs/network/subnet-plan';
import type { CellParts } from '../constructs/tiers/tier';
import { clusterContract, networkContract } from './contracts';
import { clusterName } from './cluster-name';
import { deployerRoleArn } from './deployment-access';
import { addKubernetesProviders } from './kubernetes-access';
import type { PlatformStack } from './platform-stack';

/** Whose stack it is, for tags. */
export interface PartsOwner {
  readonly tier: string;
  readonly tenant?: string;
  readonly costCentre?: string;
  /** Whether an administrator deploys the stack. @default false */
  readonly byAdministrator?: boolean;
}

/**
 * What tiers and tenants of a cell stand on, by the contracts of its network and cluster. Adds the cluster's providers to
 * the stack.
 */
export function cellParts(
  stack: PlatformStack,
  { platform, cell, kind }: { readonly platform: Platform; readonly cell: Cell; readonly kind: string },
  owner: PartsOwner,
): CellParts {
  const network = networkContract.read(stack, { stack: 'network', cell: cell.id });
  const cluster = clusterContract.read(stack, { stack: 'cluster', cell: cell.id });
  const [administrator] = cell.cluster.administrators;
  addKubernetesProviders(
    stack,
    cluster,
    cell.region,
    owner.byAdministrator && administrator !== undefined
      ? administrator
      : deployerRoleArn(stack.placement, kind),
  );
  const { zones } = planSubnets(cell.network.cidr);
  const [instanceType = ''] = cell.cluster.systemNodes.instanceTypes;
  return {
    // By the name that the cluster was given: trust policies and associations are then readable before any deployment.
    cluster: { ...cluster, name: clusterName(stack.placement) },
    network,
    ranges: {
      cidr: cell.network.cidr,
      isolatedCidrs: zones.map((zone) => zone.isolated),
      privateCidrs: zones.map((zone) => zone.private),
      interfaceEndpoints: cell.network.interfaceEndpoints,
    },
    architecture: architectureOf(instanceType) === 'arm64' ? 'arm64' : 'amd64',
    businessHours: cell.businessHours,
    tags: ownershipTags(stack, {
      platform: platform.name,
      environment: platform.environment,
      cell: cell.id,
      tier: owner.tier,
      ...(owner.tenant !== undefined && { tenant: owner.tenant }),
      costCentre: owner.costCentre ?? platform.costCentre,
    }),
  };
}

/** The limits of a pool, as constructs name them. */
export const nodesOf = ({
  capacityTypes,
  maxCpu,
  maxMemoryGiB,
}: {
  readonly capacityTypes: readonly ('on-demand' | 'spot')[];
  readonly maxCpu: number;
  readonly maxMemoryGiB: number;
}) => ({ capacityTypes, limits: { cpu: maxCpu, memoryGiB: maxMemoryGiB } });
