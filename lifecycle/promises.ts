import type { Platform } from '../config/platform';
import { POOLED_TIERS } from '../config/pooled-tenants';
import { checkGuarantees } from '../guarantees';
import { LifecycleError } from './mistake';
import type { PooledRequest } from './request';

/** Numbers as people read them, whatever the machine's locale. */
export const told = (value: number): string => value.toLocaleString('en-US');

/**
 * Promises are computed with the tenants that config expects. Where there are more, they must hold with those there are, each of
 * whom has as many sessions as an expected one.
 *
 * @param tenants pooled tenants of all cells, the new one included
 * @throws LifecycleError with the evidence of each promise that would be broken
 */
export function requirePromises(platform: Platform, tier: PooledRequest['tier'], tenants: number): void {
  const { load } = platform;
  const expected = POOLED_TIERS.reduce((sum, pooled) => sum + load.tenants[pooled], 0);
  const more = Math.max(0, tenants - expected);
  const all = expected + load.tenants.enterprise;
  const grown: Platform = {
    ...platform,
    load: {
      ...load,
      tenants: { ...load.tenants, [tier]: load.tenants[tier] + more },
      peakSessions: Math.ceil((load.peakSessions * (all + more)) / Math.max(1, all)),
    },
  };
  const broken = checkGuarantees(grown).filter(({ outcome }) => outcome === 'broken');
  if (broken.length === 0) return;
  throw new LifecycleError(
    [
      `with ${told(tenants)} pooled tenants, where load.tenants expects ${told(expected)}, the platform would not keep what it promises:`,
      ...broken.map(({ guarantee, subject, evidence }) => `  - ${guarantee}, ${subject}: ${evidence}`),
    ].join('\n'),
    [
      `raise load.tenants in config/environments/${platform.environment}/platform.yaml: synth then says what else must grow`,
    ],
  );
}
