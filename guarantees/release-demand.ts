import type { Platform, Tenant } from '../config/platform';
import type { Measure } from './guarantee';
import { SCALE_DOWN_DELAY_SECONDS, slicesOf } from '../constructs/core/releases';

/** An owner whose services are released. */
export interface ReleasingOwner {
  readonly tier: keyof Platform['tiers'];
  readonly quota: Tenant['quota'];
}

/** What releases take at most, against what a namespace may have. */
export interface ReleaseDemand {
  readonly kept: boolean;
  /** The arithmetic in one paragraph, with a remedy where something is short. */
  readonly message: string;
  readonly measures: readonly Measure[];
}

/** The smoke test of one service at a time: `constructs/delivery/service-release/analyses.ts`. */
const SMOKE = { pods: 1, millicores: 50, memoryMiB: 128, ephemeralMiB: 64 } as const;

/** Services of Kubernetes for each slice: the active one and the preview. */
const SERVICES_PER_SLICE = 2;

/**
 * What an owner's namespace holds at the worst moment: all slices of all services, and every service in the middle of a release at
 * once, each by a pipeline of its own. A release goes from slice to slice: its largest is there twice, in the old version and
 * the new one, and beside it a smoke test runs.
 *
 * A slice's old version stays for eight minutes when its release has ended. After a shorter soak the next slice, or the next release
 * of the same one, begins beside it: then twice as many.
 *
 * Memory is counted at the containers' limits, as the quota counts it, and CPU as containers ask for it.
 */
export function releaseDemand({ tiers, delivery }: Platform, { tier, quota }: ReleasingOwner): ReleaseDemand {
  const { services, replicas, containers } = tiers[tier];
  const slices = slicesOf(tier, replicas, delivery.canaryPercent);
  const count = services.length;
  const steady = slices.reduce((sum, slice) => sum + slice.replicas, 0);
  const versions = delivery.soakMinutes * 60 > SCALE_DOWN_DELAY_SECONDS ? 1 : 2;
  const doubled = versions * Math.max(...slices.map((slice) => slice.replicas));
  const servicePods = count * (steady + doubled);
  const smokePods = count * SMOKE.pods;
  const ephemeralGiB = (servicePods * containers.ephemeralLimitMiB + smokePods * SMOKE.ephemeralMiB) / 1024;
  const cpu = (servicePods * containers.cpuMillicores + smokePods * SMOKE.millicores) / 1000;
  const memoryGiB = (servicePods * containers.memoryLimitMiB + smokePods * SMOKE.memoryMiB) / 1024;
  const wanted: readonly (readonly [what: string, needed: number, most: number, quotaKey: string])[] = [
    [
      'pods',
      servicePods + smokePods,
      quota.pods,
      tier === 'enterprise' ? 'quota.pods' : 'the pool’s maxPods',
    ],
    ['vCPUs', rounded(cpu), quota.cpu, 'quota.cpu'],
    ['GiB of memory', rounded(memoryGiB), quota.memoryGiB, 'quota.memoryGiB'],
    ['GiB of scratch space', rounded(ephemeralGiB), quota.ephemeralGiB, 'quota.ephemeralGiB'],
    ['Services', count * slices.length * SERVICES_PER_SLICE, quota.services, 'quota.services'],
  ];
  const short = wanted.filter(([, needed, most]) => needed > most);
  const pods = slices.map((slice) => `${slice.slice} ${slice.replicas}`).join(' + ');
  const arithmetic =
    `${count} ${count === 1 ? 'service' : 'services, all released at once'}: ${count} × (${pods} pods, ${doubled} more of ${versions === 1 ? 'a new version' : 'new and old versions, for the soak is short'}, ` +
    `${SMOKE.pods} smoke test); ${wanted.map(([what, needed, most]) => `${needed} of ${most} ${what}`).join(', ')}`;
  const remedy = short.map(([, needed, , key]) => `raise ${key} to ${Math.ceil(needed)}`).join(', ');
  return {
    kept: short.length === 0,
    measures: wanted.map(([unit, used, limit]) => ({ used, limit, unit })),
    message:
      short.length === 0 ? arithmetic : `${arithmetic}. Remedy: ${remedy}, or run fewer replicas or services`,
  };
}

/** Up to a tenth. */
const rounded = (value: number): number => Math.ceil(value * 10) / 10;
