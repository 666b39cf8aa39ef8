import { mayContract, type ReleaseObservation } from '../../constructs/core/contract-gate';

const NOW = new Date('2026-03-10T12:00:00.000Z');
const question = { migration: '02-priority', now: NOW, afterDays: 7 };

const seen = (changes: Partial<ReleaseObservation> = {}): ReleaseObservation => ({
  cell: 'use1a',
  owner: 'tier-starter',
  slice: 'main',
  release: 'r2',
  schema: '02-priority',
  since: '2026-03-01T00:00:00.000Z',
  ...changes,
});

describe('the old side of a schema', () => {
  it('may go once every rollout has needed the new one for long enough', () => {
    expect(mayContract([seen(), seen({ slice: 'canary' })], question)).toEqual({
      allowed: true,
      reasons: [],
    });
  });

  it.each([
    ['2026-03-03T12:00:00.001Z', false],
    ['2026-03-03T12:00:00.000Z', true],
    ['2026-03-03T11:59:59.999Z', true],
  ])('is kept for whole days: since %s', (since, allowed) => {
    expect(mayContract([seen({ since })], question).allowed).toBe(allowed);
  });

  it.each<[string, Partial<ReleaseObservation>, string]>([
    ['runs nothing known', { release: undefined }, 'tier-starter in use1a runs no release that is known'],
    [
      'runs a release of the old one',
      { release: 'r1', schema: '01-tickets' },
      'tier-starter in use1a runs r1, which needs 01-tickets and not 02-priority',
    ],
    [
      'does not say what it needs',
      { schema: undefined },
      'tier-starter in use1a runs r2, which needs no known schema and not 02-priority',
    ],
    ['is changing', { since: undefined }, 'tier-starter in use1a has not finished its change to r2'],
    [
      'began just now',
      { since: '2026-03-09T12:00:00.000Z' },
      'tier-starter in use1a needs 02-priority only since 2026-03-09T12:00:00.000Z; 7 days are over at 2026-03-16T12:00:00.000Z',
    ],
    [
      'says no time',
      { since: 'yesterday' },
      'tier-starter in use1a runs r2 since "yesterday", which is no time before now, 2026-03-10T12:00:00.000Z',
    ],
    [
      'says a time to come',
      { since: '2027-01-01T00:00:00.000Z' },
      'tier-starter in use1a runs r2 since "2027-01-01T00:00:00.000Z", which is no time before now, 2026-03-10T12:00:00.000Z',
    ],
  ])('must stay while a rollout %s', (_, changes, reason) => {
    expect(mayContract([seen({ slice: 'canary' }), seen(changes)], question)).toEqual({
      allowed: false,
      reasons: [reason],
    });
  });

  it('must stay for whoever was expected and not seen, and says all reasons', () => {
    const expected = [
      { cell: 'use1a', owner: 'tier-starter', slice: 'internal' as const },
      { cell: 'use1a', owner: 'tenant-acme', slice: 'main' as const },
    ];
    expect(
      mayContract([seen({ slice: 'internal', release: undefined })], { ...question, expected }).reasons,
    ).toEqual([
      'tenant-acme in use1a was not seen',
      'tier-starter in use1a, slice internal runs no release that is known',
    ]);
  });

  it('must stay if nothing was seen at all', () => {
    expect(mayContract([], question)).toEqual({
      allowed: false,
      reasons: ['no rollout was seen, so nobody knows what runs'],
    });
  });
});
