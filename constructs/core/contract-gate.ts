import type { Slice } from './releases';

/** Whether a database may lose the old side of a migration. Pure: the program that does it and the release plan share it. */

/** A rollout of one service: whose it is, where, and which part of its tier. */
export interface RolloutRef {
  readonly cell: string;
  /** The owner's name, which is its namespace: `tier-starter`, `tenant-acme`. */
  readonly owner: string;
  readonly slice: Slice;
}

/** What was seen of a rollout. What is not known is left out, and counts against the contract. */
export interface ReleaseObservation extends RolloutRef {
  /** The release that its pods run. */
  readonly release?: string | undefined;
  /** Last migration that the release brings: the version of the schema that its statements choose. */
  readonly schema?: string | undefined;
  /**
   * Since when all its traffic goes to releases of this schema, in ISO 8601. A later release of the same schema does not
   * begin the time anew, or a service that is released every day would never contract.
   */
  readonly since?: string | undefined;
}

export interface ContractQuestion {
  /** Name of the migration that is to be completed. */
  readonly migration: string;
  readonly now: Date;
  /** Days that every rollout must have run a release that needs the migration. */
  readonly afterDays: number;
  /**
   * Rollouts that must be among the observations.
   *
   * @default - those that were observed
   */
  readonly expected?: readonly RolloutRef[];
}

export interface ContractAnswer {
  readonly allowed: boolean;
  /** Why not, a line for each rollout; empty if allowed. */
  readonly reasons: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** One key for each rollout of a service. */
export const rolloutKey = ({ cell, owner, slice }: RolloutRef): string => `${cell}/${owner}/${slice}`;

/** Allows the contract if every rollout has run releases of the migration for long enough, and names each that has not. */
export function mayContract(
  observations: readonly ReleaseObservation[],
  question: ContractQuestion,
): ContractAnswer {
  const seen = new Set(observations.map(rolloutKey));
  const missing = (question.expected ?? []).filter((rollout) => !seen.has(rolloutKey(rollout)));
  const reasons = [
    ...(observations.length === 0 ? ['no rollout was seen, so nobody knows what runs'] : []),
    ...missing.map((rollout) => `${subject(rollout)} was not seen`),
    ...observations.flatMap((observation) => reasonAgainst(observation, question)),
  ];
  return { allowed: reasons.length === 0, reasons };
}

function reasonAgainst(
  observation: ReleaseObservation,
  { migration, now, afterDays }: ContractQuestion,
): readonly string[] {
  const { release, schema, since } = observation;
  const whose = subject(observation);
  if (release === undefined) return [`${whose} runs no release that is known`];
  if (schema !== migration)
    return [`${whose} runs ${release}, which needs ${schema ?? 'no known schema'} and not ${migration}`];
  if (since === undefined) return [`${whose} has not finished its change to ${release}`];
  const days = (now.getTime() - Date.parse(since)) / DAY_MS;
  if (!Number.isFinite(days) || days < 0)
    return [`${whose} runs ${release} since "${since}", which is no time before now, ${now.toISOString()}`];
  if (days >= afterDays) return [];
  const left = new Date(Date.parse(since) + afterDays * DAY_MS).toISOString();
  return [
    `${whose} needs ${migration} only since ${since}; ${afterDays} ${afterDays === 1 ? 'day' : 'days'} are over at ${left}`,
  ];
}

/** `tier-starter in use1a, slice canary`. */
const subject = ({ cell, owner, slice }: RolloutRef): string =>
  `${owner} in ${cell}${slice === 'main' ? '' : `, slice ${slice}`}`;
