import type { Construct } from 'constructs';
import type { Cell, Platform } from '../config/platform';
import { SERVICE_CIDR } from '../config/schema/cell';
import { CacheGrant } from '../constructs/cache/cache-grant';
import { cacheUserArn, cacheUserId } from '../constructs/cache/cache-user';
import { CACHE_PORT } from '../constructs/cache/engine';
import { type CacheOwner, keyPrefix } from '../constructs/cache/keyspace';
import { PLATFORM_OWNERS } from '../constructs/cache/platform-users';
import type { CacheLogin, ICache } from '../constructs/core/interfaces';
import { type Fleet, FLEETS } from '../constructs/core/workload-labels';
import { AccessLog } from '../constructs/gateway/access-log';
import { type AuthorizedTier, Authorizer } from '../constructs/gateway/authorizer';
import { BurnRate } from '../constructs/gateway/burn-rate';
import { CacheClients } from '../constructs/gateway/cache-clients';
import { ControlPlane } from '../constructs/gateway/control-plane';
import { GatewayFleet } from '../constructs/gateway/fleet';
import { FleetEntry } from '../constructs/gateway/fleet-entry';
import { GatewayCertificate } from '../constructs/gateway/gateway-certificate';
import { JwksMirror } from '../constructs/gateway/jwks-mirror';
import { LoadShedding } from '../constructs/gateway/load-shedding';
import { GatewayNetworkPolicies } from '../constructs/gateway/network-policies';
import { planSubnets } from '../constructs/network/subnet-plan';
import { clusterName } from './cluster-name';
import {
  cacheContract,
  clusterContract,
  gatewayContract,
  identityContract,
  networkContract,
} from './contracts';
import { deployerRoleArn } from './deployment-access';
import { addKubernetesProviders } from './kubernetes-access';
import { zoneNameOf } from './names';
import { PlatformStack } from './platform-stack';
import { shardsOf } from './shards';
import { TIERS } from './tier';

export interface GatewayStackProps {
  readonly platform: Platform;
  readonly cell: Cell;
}

/** Fleets, and the tiers whose tenants call them. */
export const FLEET_OF_TIER = {
  starter: 'shared',
  professional: 'shared',
  enterprise: 'enterprise',
} as const satisfies Readonly<Record<(typeof TIERS)[number], Fleet>>;

/** Pooled tiers by the level at which they are shed: `1` the first of them, `2` both. */
const SHED_LEVELS = { starter: 1, professional: 2 } as const;

/** What every call of a cell passes: load balancers, proxies, who decides of calls, who counts them, and their records. */
export class GatewayStack extends PlatformStack {
  public constructor(scope: Construct, { platform, cell }: GatewayStackProps) {
    super(scope, { platform, cell, kind: 'gateway' });
    const contracts = this.contracts(cell);
    const { cache, network } = contracts;
    // By the name that the cluster was given: trust policies and associations are then readable before any deployment.
    const cluster = { ...contracts.cluster, name: clusterName(this.placement) };
    addKubernetesProviders(this, cluster, cell.region, deployerRoleArn(this.placement, 'gateway'));
    const zone = { id: network.zoneId, name: zoneNameOf(platform, cell) };

    const policies = new GatewayNetworkPolicies(this, 'NetworkPolicies', {
      ranges: rangesOf(cell),
      cachePort: CACHE_PORT,
    });
    const clients = new CacheClients(this, 'CacheClients', {
      network,
      cluster,
      cache,
      cachePort: CACHE_PORT,
    });
    const ready = [...policies.ready, ...clients.ready];
    const controlPlane = new ControlPlane(this, 'ControlPlane', {
      cluster,
      replicas: platform.environment === 'dev' ? 1 : 2,
      rateLimitReplicas: cell.gateway.authorizers,
      counters: {
        login: this.login(cache, PLATFORM_OWNERS.rateLimit),
        keyPrefix: keyPrefix(PLATFORM_OWNERS.rateLimit),
      },
      dependsOn: ready,
    });
    const authorizer = new Authorizer(this, 'Authorizer', {
      cluster,
      login: this.login(cache, PLATFORM_OWNERS.authorizer),
      replicas: cell.gateway.authorizers,
      zoneName: zone.name,
      tiers: authorizedTiers(platform),
      denyListStalenessSeconds: cell.gateway.denyListStalenessSeconds,
      shedToPercent: cell.gateway.shedToPercent,
      dependsOn: ready,
    });
    const mirror = new JwksMirror(this, 'JwksMirror', {
      jwksUri: contracts.identity.jwksUri,
      dependsOn: policies.ready,
    });

    const certificate = new GatewayCertificate(this, 'Certificate', { zone });
    const [shared, enterprise] = FLEETS.map((fleet) => {
      new GatewayFleet(this, `Fleet-${fleet}`, {
        ...fleetSettings({ platform, cell }, fleet),
        zoneName: zone.name,
        tokens: contracts.identity,
        dependsOn: [controlPlane.ready, ...authorizer.ready, mirror.ready],
      });
      return new FleetEntry(this, `Entry-${fleet}`, {
        fleet,
        network,
        cluster,
        certificateArn: certificate.arn,
        zone,
      });
    });
    const accessLog = new AccessLog(this, 'AccessLog', {
      retentionDays: cell.gateway.logRetentionDays,
      historyDays: cell.gateway.historyDays,
    });
    new BurnRate(this, 'BurnRate', {
      accessLogGroup: accessLog.logGroup.name,
      availabilityPercent: Object.fromEntries(
        TIERS.map((tier) => [tier, platform.tiers[tier].promises.availabilityPercent]),
      ),
    });
    const shedding = this.loadShedding({ platform, cell }, contracts, accessLog.logGroup.name);
    gatewayContract.publish(
      this,
      { stack: 'gateway', cell: cell.id },
      {
        sharedHostname: shared?.hostname ?? '',
        enterpriseHostname: enterprise?.hostname ?? '',
        accessLogGroup: accessLog.logGroup.name,
        historyBucket: accessLog.historyBucket,
        historyWorkgroup: accessLog.historyWorkgroup,
        loadLevelFunctionArn: shedding.functionArn,
      },
    );
  }

  private contracts({ id: cell }: Cell) {
    return {
      network: networkContract.read(this, { stack: 'network', cell }),
      cluster: clusterContract.read(this, { stack: 'cluster', cell }),
      cache: cacheContract.read(this, { stack: 'cache', cell }),
      identity: identityContract.read(this, { stack: 'identity', cell }),
    };
  }

  private login(cache: ICache, owner: CacheOwner): CacheLogin {
    return {
      cache,
      userId: cacheUserId(this.placement, owner),
      userArn: cacheUserArn(this.placement, owner),
    };
  }

  /** Sheds tiers when what stands behind the gateways has too much to do. */
  private loadShedding(
    { platform, cell }: GatewayStackProps,
    { network, cache }: ReturnType<GatewayStack['contracts']>,
    accessLogGroup: string,
  ): LoadShedding {
    const { starter, professional } = platform.tiers;
    const owner = PLATFORM_OWNERS.loadLevel;
    const shedding = new LoadShedding(this, 'LoadShedding', {
      accessLogGroup,
      peakCallsPerSecond: peakOf(platform),
      shedAtLoad: {
        starter: starter.promises.shedAtLoad,
        professional: professional.promises.shedAtLoad,
      },
      holdMinutes: cell.gateway.shedHoldMinutes,
      shards: shardsOf(platform, cell).map(({ id }) => id),
      cache: { ...cache, shards: cell.cache.shards, replicasPerShard: cell.cache.replicasPerShard },
      cacheUserId: cacheUserId(this.placement, owner),
      network,
      interfaceEndpoints: cell.network.interfaceEndpoints,
      logRetentionDays: cell.gateway.logRetentionDays,
    });
    new CacheGrant(this, 'LoadLevelGrant', { cache, role: shedding.role, owner });
    return shedding;
  }
}

/** Calls in a cell's busiest second: cells share the load alike. */
const peakOf = ({ load, cells }: Platform): number => load.peakCallsPerSecond / cells.length;

/** How uneven the load of proxies may be before one of them lets fewer calls through than all together should. */
const UNEVENNESS = 2;

/** What config says of a fleet. */
function fleetSettings({ platform, cell }: GatewayStackProps, fleet: Fleet) {
  const { maxRequestKiB, requestTimeoutSeconds, [fleet]: size } = cell.gateway;
  const net = Math.ceil((UNEVENNESS * peakOf(platform)) / size.minProxies);
  const dedicated = platform.tenants.map((tenant) => tenant.rateLimitPerSecond);
  const tiers = TIERS.filter((tier) => FLEET_OF_TIER[tier] === fleet).map((tier) => {
    const { rateLimitPerSecond } = platform.tiers[tier].promises;
    return {
      tier,
      requestsPerSecond: rateLimitPerSecond,
      netPerSecond: Math.max(net, rateLimitPerSecond, ...(fleet === 'enterprise' ? dedicated : [])),
    };
  });
  return {
    fleet,
    cell: cell.id,
    tiers,
    proxies: { min: size.minProxies, max: size.maxProxies },
    latencyObjectives: tiers.map(({ tier }) => platform.tiers[tier].promises.p95Milliseconds),
    maxRequestKiB,
    requestTimeoutSeconds,
  };
}

/** Tiers as authorizers know them. A tier that is never shed has no level; those of the enterprise fleet never have one. */
function authorizedTiers({ tiers }: Platform): Readonly<Record<string, AuthorizedTier>> {
  return Object.fromEntries(
    TIERS.map((tier): [string, AuthorizedTier] => {
      const { rateLimitPerSecond: limit, shedAtLoad } = tiers[tier].promises;
      const fleet = FLEET_OF_TIER[tier];
      return [
        tier,
        tier === 'enterprise' || shedAtLoad === 'never'
          ? { fleet, limit }
          : { fleet, limit, shedAtLevel: SHED_LEVELS[tier] },
      ];
    }),
  );
}

function rangesOf({ network: { cidr } }: Cell) {
  const { zones } = planSubnets(cidr);
  return {
    cidr,
    publicCidrs: zones.map((zone) => zone.public),
    privateCidrs: zones.map((zone) => zone.private),
    isolatedCidrs: zones.map((zone) => zone.isolated),
    serviceCidr: SERVICE_CIDR,
  };
}
