import { rolloutKey } from '../../core/contract-gate';
import { twice, unless } from './check-target';
import { type Reached, reachedBy, whyNot } from './parts';
import { type DeployStep, type ReleasePlan, RINGS, stepsOf, wavesOf } from './types';

/** What is wrong with whom a plan reaches, and in which order. */
export function ringProblems(plan: ReleasePlan): readonly string[] {
  return [...orderProblems(plan), ...reachProblems(plan)];
}

/** No ring is skipped, none comes before its turn. */
function orderProblems({ target, rings }: ReleasePlan): readonly string[] {
  const names = rings.map(({ name }) => name);
  const wanted = RINGS.filter((ring) => whyNot(ring, target) === undefined);
  const inOrder = wanted.filter((ring) => names.includes(ring));
  const known = names.filter((name) => wanted.includes(name));
  return [
    ...wanted
      .filter((ring) => !names.includes(ring))
      .map((ring) => `ring ${ring} is skipped; a release goes through ${wanted.join(', ')}`),
    ...names
      .filter((name) => !wanted.includes(name))
      .map((name) => `there must be no ring ${name}: ${whyNot(name, target) ?? 'nobody knows it'}`),
    ...unless(
      twice(names).length > 0 || known.join() === inOrder.join(),
      `rings must come in the order ${inOrder.join(', ')}, got ${known.join(', ')}`,
    ),
    ...twice(names).map((name) => `ring ${name} must be there once; more of it is more waves`),
    ...rings.filter(({ waves }) => waves.length === 0).map(({ name }) => `ring ${name} must have a wave`),
  ];
}

/** Every rollout gets the release, once, and in its own ring. */
function reachProblems(plan: ReleasePlan): readonly string[] {
  const wanted = new Map(reachedBy(plan.target).map((one) => [rolloutKey(one), one]));
  const deploys = wavesOf(plan).flatMap((wave) =>
    stepsOf(wave, 'deploy').map((step) => ({ step, wave, key: rolloutKey(step) })),
  );
  const keys = deploys.map(({ key }) => key);
  const given = new Set(keys);
  return [
    ...[...wanted]
      .filter(([key]) => !given.has(key))
      .map(([, { owner, slice, cell }]) => `slice ${slice} of ${owner} in ${cell} never gets the release`),
    ...twice(keys).map((key) => {
      const waves = deploys.filter((one) => one.key === key).map(({ wave }) => wave.name);
      return `${key} must get a release once, got it in ${waves.join(' and ')}`;
    }),
    ...deploys.flatMap(({ step, wave, key }) => {
      const reached = wanted.get(key);
      if (!reached) return [`wave ${wave.name} deploys to ${key}, which does not run ${plan.target.service}`];
      return [
        ...unless(
          reached.ring === wave.ring,
          `wave ${wave.name} deploys to ${key}, which is of ring ${reached.ring}`,
        ),
        ...unless(
          reached.tier === step.tier,
          `step ${step.name} of wave ${wave.name} must be of tier ${reached.tier}, got ${step.tier}`,
        ),
        ...ownWindow(step, reached),
      ];
    }),
  ];
}

/** A step says the tenant's window as its file does. */
function ownWindow(step: DeployStep, { window, owner }: Reached): readonly string[] {
  const [got, wanted] = [step.window, window].map((one) =>
    JSON.stringify(one && [one.day, one.hourUtc, one.hours]),
  );
  return unless(
    got === wanted,
    `step ${step.name} must say the window of ${owner}, ${wanted ?? 'none'}, got ${got ?? 'none'}`,
  );
}
