import { rolloutKey } from '../../core/contract-gate';
import { twice, unless } from './check-target';
import { reachedBy } from './parts';
import type { ContractPlan, ReleasePlan, ReleaseTarget } from './types';

/** What is wrong with how the old side of a schema goes: too early, asking too few, or from too few databases. */
export function contractProblems({ target, contract }: ReleasePlan): readonly string[] {
  const { schema, service } = target;
  if (!schema)
    return unless(contract === undefined, `nothing can be contracted: ${service} brings no migrations`);
  if (!contract)
    return [`contract must be planned: ${service} brings migrations, and each waits for the one before`];
  return [
    ...timeProblems(contract, target),
    ...askedProblems(contract, target),
    ...doneProblems(contract, target),
  ];
}

const timeProblems = ({ afterDays }: ContractPlan, { contractAfterDays }: ReleaseTarget): readonly string[] =>
  unless(
    Number.isFinite(afterDays) && afterDays >= contractAfterDays,
    `contract must wait for at least ${contractAfterDays} days after every ring has the release, got ${afterDays}`,
  );

/** Whoever could still run the release before is asked, where it is. */
function askedProblems({ checks }: ContractPlan, target: ReleaseTarget): readonly string[] {
  const asked = new Set(
    checks.flatMap(({ cell, rollouts }) => rollouts.filter((one) => one.cell === cell).map(rolloutKey)),
  );
  return [
    ...reachedBy(target)
      .filter((one) => !asked.has(rolloutKey(one)))
      .map((one) => `contract must ask what ${rolloutKey(one)} runs, of ring ${one.ring}`),
    ...twice(checks.map(({ name }) => name)).map((name) => `contract must have one check ${name}`),
  ];
}

/** Every database that was expanded is contracted, once, in the stage of its cell. */
function doneProblems({ waves }: ContractPlan, target: ReleaseTarget): readonly string[] {
  const wanted = new Set(
    reachedBy(target).flatMap(({ cell, databases }) => databases.map((database) => `${cell}/${database}`)),
  );
  const done = waves.flatMap(({ steps }) =>
    steps.flatMap(({ cell, databases }) => databases.map((database) => `${cell}/${database}`)),
  );
  const given = new Set(done);
  return [
    ...[...wanted]
      .filter((one) => !given.has(one))
      .map((one) => `contract must reach ${one}, or it stays expanded`),
    ...[...given]
      .filter((one) => !wanted.has(one))
      .map((one) => `contract must not touch ${one}, which ${target.service} does not use`),
    ...twice(done).map((one) => `contract must reach ${one} once`),
    ...waves.flatMap(({ name, cell, steps }) =>
      steps
        .filter((step) => step.cell !== cell)
        .map(
          (step) =>
            `contract must go cell by cell: ${name} is of ${cell}, its step ${step.name} of ${step.cell}`,
        ),
    ),
    ...twice(waves.map(({ cell }) => cell)).map((cell) => `contract must have one wave for ${cell}`),
  ];
}
