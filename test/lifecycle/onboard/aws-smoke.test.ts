import { invoked } from '../../../lifecycle/surroundings/aws/machine-client';
import { smoke } from '../../../lifecycle/surroundings/smoke';
import type { Sighting } from '../../../services/machine-client/smoke';

const CLAIMS = { tenant_id: 'acme', tier: 'enterprise', cell: 'use1a', shard: 'tenant-acme' };
const WELL: Sighting = {
  token: { status: 200, claims: CLAIMS },
  own: { status: 503 },
  open: { status: 401 },
};

/** Answers one after the other, the last one from then on; each look takes a second. */
function look(...answers: readonly Sighting[]) {
  let now = 0;
  const told: string[] = [];
  const seen = smoke({
    ...{ tenantId: 'acme', tier: 'enterprise', place: { cell: 'use1a', shard: 'tenant-acme' } },
    ...{ clientId: 'client1', hostname: 'acme.use1a.bulkhead.example', service: 'api' },
    ...{ waitMs: 10_000, againMs: 0, tellMs: 0, now: () => now, tell: (text: string) => told.push(text) },
    look: () => {
      const answer = answers[Math.min(now / 1000, answers.length - 1)] ?? WELL;
      now += 1000;
      return Promise.resolve(answer);
    },
  });
  return { seen, told };
}

test('a tenant is served once its own token is let in and a call without one is not', async () => {
  const { seen, told } = look({ token: { status: 400, reason: 'invalid_client' } }, WELL);
  expect(await seen).toEqual([
    'a token of client client1 says tenant acme, tier enterprise, cell use1a, shard tenant-acme',
    'acme.use1a.bulkhead.example lets it in: GET /api/health answers 503 (no release of api is there yet)',
    'acme.use1a.bulkhead.example refuses a call without a token: 401',
  ]);
  expect(told.join()).toContain('sign-in of use1a gives acme no token: invalid_client');
});

test.each<[string, Sighting, string]>([
  [
    'no name yet',
    { ...WELL, own: { noAnswer: 'ENOTFOUND' } },
    'acme.use1a.bulkhead.example: the name is not in DNS yet (ENOTFOUND)',
  ],
  ['a refusal', { ...WELL, own: { status: 403, reason: 'other_host' } }, 'token: 403 other_host'],
  ['an open door', { ...WELL, open: { status: 200 } }, 'must refuse a call without a token, got 200'],
])('what does not become well in time is told: %s', async (_, answer, text) => {
  await expect(look(answer).seen).rejects.toThrow(text);
});

test.each([['tenant_id' as const], ['tier' as const], ['cell' as const], ['shard' as const]])(
  "a token whose %s is another's stops everything at once",
  async (claim) => {
    const wrong: Sighting = { ...WELL, token: { status: 200, claims: { ...CLAIMS, [claim]: 'globex' } } };
    await expect(look(wrong, WELL).seen).rejects.toThrow(
      `the machine client of acme got a wrong token: it must have claim ${claim} ${CLAIMS[claim]}, got globex`,
    );
  },
);

describe('the function', () => {
  const call = (answer: object | Error) =>
    invoked(
      { send: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)) } as never,
      'bulkhead-prod-use1a-machine-client',
      { smoke: { tenantId: 'acme', clientId: 'client1', service: 'api' } },
    );
  const bytes = (value: object) => Buffer.from(JSON.stringify(value));

  test('tells what it saw', async () => {
    expect(await call({ Payload: bytes(WELL) })).toEqual(WELL);
  });

  test('tells what it refuses, and that it may not be called', async () => {
    const refusal = {
      FunctionError: 'Unhandled',
      Payload: bytes({ errorMessage: 'client x is not the machine client of acme' }),
    };
    await expect(call(refusal)).rejects.toThrow('refuses: client x is not the machine client of acme');
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    await expect(call(denied)).rejects.toThrow('cannot be called: AccessDeniedException');
  });
});
