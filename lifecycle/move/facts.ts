import type { TenantItem, TenantOperation } from '../../constructs/registry/tenant-item';
import type { MoveGoal, Whereabouts } from './goal';

/** What a move is about, as the registry keeps it in the operation's facts. */
export interface MoveFacts {
  readonly from: Whereabouts;
  readonly to: Whereabouts;
  readonly copies: boolean;
  /** How long the old place follows the new one before its rows are deleted. */
  readonly soakMinutes: number;
  /** Longest time that the tenant's writes may be refused. */
  readonly freezeSeconds: number;
}

/** Limit of a tenant that has none of its own. */
const TIERS_OWN = 'as the tier';

export const writeFacts = (
  { from, to, copies }: MoveGoal,
  { soakMinutes, freezeSeconds }: Pick<MoveFacts, 'soakMinutes' | 'freezeSeconds'>,
): TenantOperation['facts'] => ({
  ...{ fromCell: from.cell, fromShard: from.shard, fromTier: from.tier },
  ...{ toCell: to.cell, toShard: to.shard, toTier: to.tier },
  ...{
    fromRateLimit: String(from.rateLimitPerSecond ?? TIERS_OWN),
    toRateLimit: String(to.rateLimitPerSecond ?? TIERS_OWN),
  },
  ...{
    copies: copies ? 'yes' : 'no',
    soakMinutes: String(soakMinutes),
    freezeSeconds: String(freezeSeconds),
  },
});

export function readFacts({ operation }: Pick<TenantItem, 'operation'>): MoveFacts {
  const facts = operation?.facts ?? {};
  const at = (side: 'from' | 'to'): Whereabouts => ({
    cell: facts[`${side}Cell`] ?? '',
    shard: facts[`${side}Shard`] ?? '',
    tier: (facts[`${side}Tier`] ?? 'starter') as Whereabouts['tier'],
    ...rateLimit(facts[`${side}RateLimit`]),
  });
  return {
    ...{ from: at('from'), to: at('to'), copies: facts['copies'] === 'yes' },
    soakMinutes: Number(facts['soakMinutes'] ?? 0),
    freezeSeconds: Number(facts['freezeSeconds'] ?? 0),
  };
}

/** Of a move that was begun before there was such a fact, nothing: the limit stays what it is. */
const rateLimit = (fact: string | undefined): Pick<Whereabouts, 'rateLimitPerSecond'> =>
  fact === undefined ? {} : { rateLimitPerSecond: fact === TIERS_OWN ? undefined : Number(fact) };
