import { connect } from 'node:net';
import { accessString } from '../../../constructs/cache/keyspace';
import { PLATFORM_USERS } from '../../../constructs/cache/platform-users';
import { DENY_LIST_KEY, type Revocation, revoke } from '../../../services/authorizer/deny-list';
import { SHED_LEVEL_KEY } from '../../../services/authorizer/shed-level';
import { HEALTH, SERVING_STATUS } from '../../../services/authorizer/wire';
import { type Valkey, valkeyClient } from '../../../services/valkey/client';
import { freePort, startValkey, type ValkeyServer } from '../../support/valkey';
import { callOf, CLAIMS, type Claims, dedicatedCall, until } from './fixture';
import { type Program, type ProgramOptions, startProgram } from './program';

/** How long a deny-list is trusted in these tests, in seconds: the least that may be asked for. */
const MAX_AGE = 5;

/** The program itself, a real cache, and checks by a real client of gRPC. */
describe('the authorizer', () => {
  const ends: (() => Promise<unknown>)[] = [];
  let port: number;
  let store: ValkeyServer;
  let client: Valkey;
  beforeEach(async () => {
    port = await freePort();
    store = await startValkey({}, { port });
    client = valkeyClient({ host: '127.0.0.1', port, tls: false, cluster: false });
    ends.push(() => store.close());
  }, 30_000);
  afterEach(async () => {
    client.close();
    await Promise.all(ends.splice(0).map((end) => end()));
  }, 60_000);

  async function authorizer(options: Partial<ProgramOptions> = {}): Promise<Program> {
    const program = await startProgram({
      ...options,
      environment: {
        VALKEY_PORT: String(port),
        DENY_LIST_MAX_AGE_SECONDS: String(MAX_AGE),
        POLL_MILLISECONDS: '200',
        ...options.environment,
      },
    });
    ends.push(() => program.stop());
    return program;
  }

  const now = (): number => Math.floor(Date.now() / 1000);
  const kill = (revocation: Revocation): Promise<string> => revoke(client, revocation, Date.now());
  const outcome = async (program: Program, claims: Claims = {}): Promise<string> => {
    const { status, code } = await program.gateway.check(callOf({ issuedAt: String(now()), ...claims }));
    return code ?? String(status);
  };
  const becomes = (program: Program, expected: string, claims: Claims = {}): Promise<void> =>
    until(async () => (await outcome(program, claims)) === expected, 15_000);

  it.each<[Revocation['kind'], Claims, Claims]>([
    ['token', { tokenId: 'token-1' }, { tokenId: 'token-2' }],
    ['sign-in', { originTokenId: 'sign-in-1' }, { originTokenId: 'sign-in-2' }],
    ['user', { subject: 'user-1' }, { subject: 'user-2' }],
    ['tenant', { tenant: 'initech' }, { tenant: 'globex' }],
  ])('refuses a revoked %s within seconds, and nobody else', async (kind, revoked, other) => {
    const program = await authorizer();
    await program.ready();
    const [id = ''] = Object.values(revoked);
    expect(await outcome(program, revoked)).toBe('200');
    const begin = performance.now();
    await kill({ kind, id, notBefore: Infinity });
    await becomes(program, 'token_revoked', revoked);
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(await outcome(program, other)).toBe('200');
  });

  it('lets a tenant in again with tokens that were issued after its revocation', async () => {
    const program = await authorizer();
    await program.ready();
    const revokedAt = now();
    await kill({ kind: 'tenant', id: 'acme', notBefore: revokedAt });
    await becomes(program, 'token_revoked', { issuedAt: String(revokedAt - 60) });
    expect(await outcome(program, { issuedAt: String(revokedAt + 5) })).toBe('token_revoked');
    expect(await outcome(program, { issuedAt: String(revokedAt + 15) })).toBe('200');
  });

  it('keeps answering when the store is lost, refuses all when it was lost too long, and recovers', async () => {
    const program = await authorizer();
    await program.ready();
    await kill({ kind: 'user', id: 'mallory', notBefore: Infinity });
    await becomes(program, 'token_revoked', { subject: 'mallory' });
    await store.kill();
    const lost = performance.now();
    while (performance.now() - lost < (MAX_AGE - 1.5) * 1000) {
      expect([await outcome(program), await outcome(program, { subject: 'mallory' })]).toEqual([
        '200',
        'token_revoked',
      ]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await becomes(program, 'deny_list_unknown');
    const bound = (performance.now() - lost) / 1000;
    expect(bound).toBeLessThanOrEqual(MAX_AGE + 1);
    expect(await program.metric('bulkhead_authorizer_deny_list_age_seconds')).toBeGreaterThan(MAX_AGE);
    expect(await program.status('/readyz')).toBe(200);

    // It comes back empty, as after a failover that lost everything.
    store = await startValkey({}, { port });
    ends.push(() => store.close());
    await becomes(program, '200');
    expect(await outcome(program, { subject: 'mallory' })).toBe('token_revoked');
    await kill({ kind: 'user', id: 'trudy', notBefore: Infinity });
    await becomes(program, 'token_revoked', { subject: 'trudy' });
    expect(await outcome(program, { subject: 'mallory' })).toBe('token_revoked');
  });

  it('refuses all when the store hangs, and recovers when it goes on', async () => {
    const program = await authorizer();
    await program.ready();
    store.pause();
    await becomes(program, 'deny_list_unknown');
    store.resume();
    await becomes(program, '200');
  });

  it('that starts while the store is away lets nothing through and is not ready, until it has read all', async () => {
    await kill({ kind: 'user', id: 'mallory', notBefore: Infinity });
    store.pause();
    const program = await authorizer();
    const health = async (): Promise<number> =>
      HEALTH.check.responseDeserialize(
        await program.gateway.unary(HEALTH.check.path, HEALTH.check.requestSerialize({ service: '' })),
      );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect([
      await outcome(program),
      await program.status('/readyz'),
      await program.status('/healthz'),
    ]).toEqual(['deny_list_unknown', 503, 200]);
    expect(await health()).toBe(SERVING_STATUS.NOT_SERVING);
    store.resume();
    await program.ready();
    expect(await health()).toBe(SERVING_STATUS.SERVING);
    expect([await outcome(program), await outcome(program, { subject: 'mallory' })]).toEqual([
      '200',
      'token_revoked',
    ]);
  });

  it('never trusts its own clock: hours ahead or behind, it refuses the same', async () => {
    const then = now();
    await kill({ kind: 'user', id: 'mallory', notBefore: then });
    for (const clockOffsetSeconds of [-7200, 7200, 90_000]) {
      const program = await authorizer({ clockOffsetSeconds });
      await program.ready();
      expect(await outcome(program, { subject: 'mallory', issuedAt: String(then + 5) })).toBe(
        'token_revoked',
      );
      expect(await outcome(program, { subject: 'mallory', issuedAt: String(then + 6) })).toBe('200');
      await kill({ kind: 'user', id: `new-${clockOffsetSeconds}`, notBefore: now() });
      await becomes(program, 'token_revoked', { subject: `new-${clockOffsetSeconds}` });
      expect(await outcome(program)).toBe('200');
      await program.stop();
    }
  });

  it('learns of revocations whose times the store has from a wrong clock', async () => {
    const program = await authorizer();
    await program.ready();
    const operator = await store.connect('operator', 'operator');
    const entry = (id: string, subject: string): Promise<string> =>
      operator.send('XADD', DENY_LIST_KEY, id, 'kind', 'user', 'id', subject, 'not_before', '*');
    await entry('1000-1', 'early');
    await becomes(program, 'token_revoked', { subject: 'early' });
    await entry(`${Date.now() + 86_400_000}-0`, 'late');
    await becomes(program, 'token_revoked', { subject: 'late' });
    // The stream is lost, and goes on with the right clock, a day before the last entry that is known.
    await operator.send('DEL', DENY_LIST_KEY);
    await entry('*', 'after');
    await becomes(program, 'token_revoked', { subject: 'after' });
    expect(await outcome(program, { subject: 'late' })).toBe('token_revoked');
    operator.close();
  });

  it('is one of several that all know the same', async () => {
    const programs = await Promise.all([authorizer(), authorizer()]);
    for (const program of programs) await program.ready();
    await kill({ kind: 'sign-in', id: CLAIMS.originTokenId ?? '', notBefore: Infinity });
    for (const program of programs) await becomes(program, 'token_revoked');
    for (const program of programs) expect(await outcome(program, { originTokenId: 'other' })).toBe('200');
  });

  it('lowers the limits of tiers that are shed, and of no dedicated tenant, until the level is gone', async () => {
    const program = await authorizer();
    await program.ready();
    const limits = async (): Promise<unknown> => {
      const calls = [callOf(), callOf({ tier: 'professional' }), dedicatedCall()];
      return Promise.all(calls.map(async (call) => (await program.gateway.check(call)).limit));
    };
    const shows = (...expected: readonly number[]): Promise<void> =>
      until(async () => JSON.stringify(await limits()) === JSON.stringify(expected), 15_000);
    await shows(10, 50, 500);
    await client.set(SHED_LEVEL_KEY, '1', { ttlSeconds: 60 });
    await shows(1, 50, 500);
    await client.set(SHED_LEVEL_KEY, '2', { ttlSeconds: 2 });
    await shows(1, 5, 500);
    await shows(10, 50, 500);
  });

  it('needs no more of the cache than its user may do', async () => {
    const users = Object.fromEntries(
      PLATFORM_USERS.map(({ owner, reads }) => [
        owner.kind === 'platform' ? owner.service : '',
        { accessString: accessString(owner, { reads }), password: 'only-for-this-test' },
      ]),
    );
    const [restricted, socketPort] = [users, await freePort()];
    const locked = await startValkey(restricted, { port: socketPort });
    ends.push(() => locked.close());
    const operator = await locked.connect('operator', 'operator');
    // Whoever connects without a name is the authorizer here: tokens of IAM are no matter of this test.
    const rules = users['authorizer']?.accessString.split(' ') ?? [];
    expect(await operator.send('ACL', 'SETUSER', 'default', 'reset', 'nopass', ...rules)).toBe('+OK');
    const program = await authorizer({ environment: { VALKEY_PORT: String(socketPort) } });
    await program.ready();
    const revocation = await locked.connect('revocation', 'only-for-this-test');
    await revocation.send('XADD', DENY_LIST_KEY, '*', 'kind', 'tenant', 'id', 'acme', 'not_before', '*');
    await becomes(program, 'token_revoked');
    expect(await program.metric('bulkhead_authorizer_read_failures_total{what="shed-level"}')).toBeNaN();
    revocation.close();
    operator.close();
  });

  it('goes on after what is no HTTP/2 and no gRPC', async () => {
    const program = await authorizer();
    await program.ready();
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    const settings = '\0\0\0\x04\0\0\0\0\0';
    for (const text of [
      'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'x'.repeat(1_000_000),
      `${preface}garbage that is no frame of HTTP/2 at all`,
      `${preface}${settings}\xff\xff\xff\x01\x04\x00\x00\x00\x01`,
      `${preface}${settings}${'\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08'.repeat(10_000)}`,
      `${preface}${settings}${'\0\0\0\x04\0\0\0\0\0'.repeat(10_000)}`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(program.grpcPort, '127.0.0.1', () =>
          socket.write(Buffer.from(text, 'latin1')),
        );
        socket.on('data', () => undefined);
        socket.once('error', () => undefined);
        socket.once('close', () => {
          resolve();
        });
        setTimeout(() => socket.destroy(), 300);
      });
      expect(await outcome(program)).toBe('200');
    }
    expect(program.process.exitCode).toBeNull();
  });

  it('says that it stops, answers what still comes, and ends well', async () => {
    const program = await authorizer({ environment: { DRAIN_SECONDS: '2' } });
    await program.ready();
    program.process.kill('SIGTERM');
    await until(async () => (await program.status('/readyz')) === 503);
    expect(await outcome(program)).toBe('200');
    const begin = performance.now();
    expect(await program.stop()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(6000);
    expect(program.log.map(({ event }) => event)).toEqual([
      'listening',
      'deny-list read',
      'stopping',
      'stopped',
    ]);
  });
});
