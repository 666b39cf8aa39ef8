import * as z from 'zod/mini';
import { cacheSchema } from '../schema/cache';
import { architectureOf, cellSchema, clusterSchema, networkSchema } from '../schema/cell';
import { overlap } from '../schema/common';
import { instanceType, isBurstable } from '../schema/instance-types';
import { KUBERNETES_VERSIONS, KUBERNETES_VERSIONS_CHECKED } from '../schema/kubernetes-versions';
import { ENVIRONMENTS, loadSchema, platformSchema, registrySchema, stateSchema } from '../schema/platform';
import { zonesOf } from '../schema/regions';
import { dataSchema } from '../schema/data';
import type { ConfigDocument } from './document';
import type { Problem } from './problem';

/** What the rules know besides platform.yaml itself. */
export interface Surroundings {
  /** Name of the environment's folder. */
  readonly environment: string;
  /** Number of tenant files, read or not. */
  readonly tenantFiles: number;
}

/**
 * What platform.yaml must keep across keys, which no single key's schema can say.
 *
 * Each rule reads only the values it needs and keeps silent when one of them is invalid or missing, so that a
 * mistake elsewhere in the file never hides a broken rule.
 */
export function checkPlatformRules(document: ConfigDocument, surroundings: Surroundings): Problem[] {
  const cells = document.keys(['cells']);
  return [
    ...PLATFORM_RULES.flatMap((rule) => rule(document, surroundings)),
    ...cells.flatMap((cell) => CELL_RULES.flatMap((rule) => rule(document, cell, surroundings))),
    ...checkOverlaps(document, cells),
  ];
}

type PlatformRule = (document: ConfigDocument, surroundings: Surroundings) => Problem[];
type CellRule = (document: ConfigDocument, cell: string, surroundings: Surroundings) => Problem[];

const PLATFORM_RULES: readonly PlatformRule[] = [
  function environmentIsTheFolder(document, { environment }) {
    const found = document.read(['environment'], z.enum(ENVIRONMENTS));
    if (found === undefined || found === environment) return [];
    return [
      document.problem(['environment'], `must equal the folder's name, "${environment}", got "${found}"`),
    ];
  },

  function prodSharesItsState(document, { environment }) {
    const path = ['state', 'backend'];
    if (environment !== 'prod' || document.read(path, stateSchema.shape.backend) !== 'local') return [];
    return [
      document.problem(path, 'must be s3 in prod, got "local"; a local file is neither shared nor locked'),
    ];
  },

  function replicasAreElsewhere(document) {
    const home = document.read(['region'], platformSchema.shape.region);
    const replicas = document.read(['registry', 'replicaRegions'], registrySchema.shape.replicaRegions) ?? [];
    return replicas.flatMap((replica, index) =>
      replica === home
        ? [
            document.problem(
              ['registry', 'replicaRegions', index],
              `must not be the home region, ${home}, which holds the registry itself; remove it`,
            ),
          ]
        : [],
    );
  },

  function expectedTenantsCoverTheFiles(document, { tenantFiles }) {
    const path = ['load', 'tenants', 'enterprise'];
    const expected = document.read(path, loadSchema.shape.tenants.shape.enterprise);
    if (expected === undefined || expected >= tenantFiles) return [];
    return [
      document.problem(
        path,
        `must be at least ${tenantFiles}, the number of tenant files, got ${expected}; capacity is checked against it`,
      ),
    ];
  },

  function peakIsAboveTheAverage(document) {
    const path = ['load', 'peakCallsPerSecond'];
    const perMonth = document.read(['load', 'callsPerMonth'], loadSchema.shape.callsPerMonth);
    const peak = document.read(path, loadSchema.shape.peakCallsPerSecond);
    if (perMonth === undefined || peak === undefined) return [];
    const average = Math.ceil(perMonth / SECONDS_OF_A_MONTH);
    if (peak >= average) return [];
    return [
      document.problem(
        path,
        `must be at least ${average}, the average of load.callsPerMonth (${perMonth} in 30 days), got ${peak}`,
      ),
    ];
  },
];

const SECONDS_OF_A_MONTH = 30 * 24 * 60 * 60;

const CELL_RULES: readonly CellRule[] = [
  function zonesBelongToTheRegion(document, cell) {
    const region = document.read(['cells', cell, 'region'], cellSchema.shape.region);
    const path = ['cells', cell, 'zones'];
    const zones = document.read(path, z.array(z.unknown())) ?? [];
    return zones.flatMap((_, index) => {
      const zone = document.read([...path, index], cellSchema.shape.zones.def.element);
      if (region === undefined || zone === undefined || zonesOf(region).includes(zone)) return [];
      return [
        document.problem(
          [...path, index],
          zone.slice(0, -1) === region
            ? `must be one of ${zonesOf(region).join(', ')}, the zones of ${region} where a new account can have an EKS cluster, got "${zone}"`
            : `must be a zone of the cell's region, ${region}, such as ${region}a, got "${zone}"`,
        ),
      ];
    });
  },

  function networkHoldsTheNodes(document, cell) {
    const path = ['cells', cell, 'network', 'cidr'];
    const prefix = document.read(path, networkSchema.shape.cidr)?.split('/')[1];
    const max = document.read(
      ['cells', cell, 'cluster', 'systemNodes', 'max'],
      clusterSchema.shape.systemNodes.shape.max,
    );
    const room = NODES_IN_NETWORK.find((size) => String(size.prefix) === prefix)?.nodes;
    if (room === undefined || max === undefined) return [];
    const needed = SYSTEM_NODES_IN_UPGRADE * max + TENANT_NODES;
    if (needed <= room) return [];
    const wider = NODES_IN_NETWORK.filter(({ nodes }) => nodes >= needed).map(
      (size) => `/${size.prefix}: ${size.nodes} nodes`,
    );
    const most = Math.floor((room - TENANT_NODES) / SYSTEM_NODES_IN_UPGRADE);
    return [
      document.problem(
        path,
        `must have room for ${needed} nodes (twice the ${max} of systemNodes.max, which an upgrade runs side by side, ` +
          `and ${TENANT_NODES} for tenants), got a /${prefix} with room for ${room}; choose a wider one (${wider.join(', ')}) ` +
          `or set systemNodes.max to at most ${most}`,
      ),
    ];
  },

  function prodHasNatInEachZone(document, cell, { environment }) {
    const path = ['cells', cell, 'network', 'natGateways'];
    if (environment !== 'prod' || document.read(path, networkSchema.shape.natGateways) !== 'single')
      return [];
    return [
      document.problem(
        path,
        'must be per-zone in prod, got "single"; with one NAT gateway the loss of its zone cuts off all three',
      ),
    ];
  },

  function supportPolicyKeepsTheVersion(document, cell) {
    const path = ['cells', cell, 'cluster', 'kubernetesVersion'];
    const version = document.read(path, clusterSchema.shape.kubernetesVersion);
    const policy = document.read(
      ['cells', cell, 'cluster', 'supportPolicy'],
      clusterSchema.shape.supportPolicy,
    );
    const calendar = KUBERNETES_VERSIONS.find((entry) => entry.version === version);
    if (calendar === undefined || policy !== 'standard' || inStandardSupport(calendar)) return [];
    const allowed = KUBERNETES_VERSIONS.filter(inStandardSupport).map((entry) => entry.version);
    return [
      document.problem(
        path,
        `must be in standard support (${allowed.join(', ')}), got "${calendar.version}", whose standard support ended ` +
          `on ${calendar.standardSupportEnds}: EKS would upgrade it by itself; choose a newer version or set ` +
          'supportPolicy: extended (billed extra)',
      ),
    ];
  },

  function nodeCountsAreInOrder(document, cell, { environment }) {
    const path = ['cells', cell, 'cluster', 'systemNodes'];
    const shape = clusterSchema.shape.systemNodes.shape;
    const min = document.read([...path, 'min'], shape.min);
    const max = document.read([...path, 'max'], shape.max);
    const problems: Problem[] = [];
    if (min !== undefined && max !== undefined && min > max) {
      problems.push(document.problem([...path, 'max'], `must be at least min, ${min}, got ${max}`));
    }
    if (min !== undefined && min < 2 && environment === 'prod') {
      problems.push(
        document.problem(
          [...path, 'min'],
          `must be at least 2 in prod, got ${min}; a single node takes CoreDNS and Karpenter with it`,
        ),
      );
    }
    return problems;
  },

  function prodNodesKeepTheirSpeed(document, cell, { environment }) {
    const path = ['cells', cell, 'cluster', 'systemNodes', 'instanceTypes'];
    const types = environment === 'prod' ? (document.read(path, z.array(z.unknown())) ?? []) : [];
    return types.flatMap((_, index) => {
      const type = document.read([...path, index], instanceType);
      if (type === undefined || (!isBurstable(type) && !type.endsWith('.medium'))) return [];
      return [
        document.problem(
          [...path, index],
          `must be at least large and not of the burstable family t in prod, got "${type}"; system pods must not ` +
            'slow down when credits are spent, nor crowd one processor',
        ),
      ];
    });
  },

  function prodCacheIsNotBurstable(document, cell, { environment }) {
    const path = ['cells', cell, 'cache', 'nodeType'];
    const type = document.read(path, cacheSchema.shape.nodeType);
    if (environment !== 'prod' || !type?.startsWith('cache.t')) return [];
    return [
      document.problem(
        path,
        `must not be burstable in prod, got "${type}"; without CPU credits a node slows down just when load is highest`,
      ),
    ];
  },

  function nodesHaveOneArchitecture(document, cell) {
    const path = ['cells', cell, 'cluster', 'systemNodes', 'instanceTypes'];
    const types = document.read(path, clusterSchema.shape.systemNodes.shape.instanceTypes) ?? [];
    const arm = types.filter((type) => architectureOf(type) === 'arm64');
    if (arm.length === 0 || arm.length === types.length) return [];
    const x86 = types.filter((type) => !arm.includes(type));
    return [
      document.problem(
        path,
        `must be all Graviton or all x86: a node group has one machine image; got Graviton ${arm.join(', ')} and x86 ${x86.join(', ')}`,
      ),
    ];
  },

  function prodSurvivesTheLossOfAWriter(document, cell, { environment }) {
    const path = ['cells', cell, 'data', 'readers'];
    if (environment !== 'prod' || document.read(path, dataSchema.shape.readers) !== 0) return [];
    return [
      document.problem(
        path,
        'must be at least 1 in prod, got 0; without a reader to take over, a lost writer is gone for ten minutes',
      ),
    ];
  },

  function peakIsAboveIdle(document, cell) {
    const path = ['cells', cell, 'data', 'shards'];
    const shape = dataSchema.shape.shards.def.innerType.shape;
    const idle = document.read([...path, 'idleAcuPerThousandTenants'], shape.idleAcuPerThousandTenants);
    const peak = document.read([...path, 'peakAcuPerThousandTenants'], shape.peakAcuPerThousandTenants);
    if (idle === undefined || peak === undefined || idle <= peak) return [];
    return [
      document.problem(
        [...path, 'peakAcuPerThousandTenants'],
        `must be at least idleAcuPerThousandTenants, ${idle}, got ${peak}`,
      ),
    ];
  },

  function copiesAreElsewhere(document, cell) {
    const path = ['cells', cell, 'data', 'recovery', 'copyRegion'];
    const home = document.read(['cells', cell, 'region'], cellSchema.shape.region);
    const copies = document.read(path, platformSchema.shape.region);
    if (home === undefined || copies !== home) return [];
    return [
      document.problem(
        path,
        `must not be the cell's own region, ${home}, which holds the snapshots themselves`,
      ),
    ];
  },
];

/** An upgrade of the system node group may run the old node and the new one of each at the same time. */
const SYSTEM_NODES_IN_UPGRADE = 2;

/** Nodes for tenants that even the smallest cell has room for: ten in each zone. */
const TENANT_NODES = 30;

/**
 * Nodes of 110 pods that a network holds, by its prefix length, narrowest first. The network stack plans the subnets
 * and computes these numbers; a test holds both equal.
 */
export const NODES_IN_NETWORK = [
  { prefix: 18, nodes: 84 },
  { prefix: 17, nodes: 168 },
  { prefix: 16, nodes: 336 },
] as const;

function inStandardSupport({ standardSupportEnds }: { readonly standardSupportEnds: string }): boolean {
  return standardSupportEnds > KUBERNETES_VERSIONS_CHECKED;
}

/** Cells may be connected one day (peering, transit gateway), and then equal addresses could not be told apart. */
function checkOverlaps(document: ConfigDocument, cells: readonly string[]): Problem[] {
  const networks = cells.flatMap((cell) => {
    const path = ['cells', cell, 'network', 'cidr'];
    const cidr = document.read(path, networkSchema.shape.cidr);
    return cidr === undefined ? [] : [{ cell, path, cidr }];
  });
  return networks.flatMap(({ path, cidr }, index) =>
    networks
      .slice(0, index)
      .filter((other) => overlap(cidr, other.cidr))
      .map((other) =>
        document.problem(
          path,
          `${cidr} overlaps ${other.cidr} of cell "${other.cell}" (${document.where(other.path)}); cells must not share addresses`,
        ),
      ),
  );
}
