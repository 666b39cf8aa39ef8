import { get } from 'node:http';
import { REVOCABLE, revoke } from '../../../services/authorizer/deny-list';
import { encodeCheck, HEALTH, SERVING_STATUS } from '../../../services/authorizer/wire';
import {
  callOf,
  checkOf,
  CLAIMS,
  configWith,
  MemoryStore,
  RPC,
  type Running,
  startAuthorizer,
  until,
} from './fixture';

/** An authorizer in this process, a store in memory, and checks by gRPC. */
describe('an authorizer', () => {
  let store: MemoryStore;
  let running: Running;
  /** What is added to the clock. */
  let later = 0;
  beforeEach(async () => {
    store = new MemoryStore();
    later = 0;
    running = await startAuthorizer({
      config: configWith(),
      store,
      now: () => performance.now() + later,
    });
  });
  afterEach(() => running.stop());

  const http = (path: string): Promise<{ status: number | undefined; text: string }> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: running.httpPort, path, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => {
          resolve({ status: response.statusCode, text });
        });
      }).once('error', reject);
    });
  const ready = async (): Promise<boolean> => (await http('/readyz')).status === 200;
  const health = async (service = ''): Promise<number> =>
    HEALTH.check.responseDeserialize(
      await running.gateway.unary(HEALTH.check.path, HEALTH.check.requestSerialize({ service })),
    );

  it('answers checks when it has read the deny-list', async () => {
    await until(ready);
    expect(await running.gateway.check(callOf())).toMatchObject({ status: 200, limit: 10 });
    expect(await running.gateway.check(callOf({ tenant: undefined }))).toMatchObject({
      status: 401,
      code: 'identity_missing',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('refuses what is revoked while it runs', async () => {
    await until(ready);
    const ids = {
      token: CLAIMS.tokenId,
      'sign-in': CLAIMS.originTokenId,
      user: CLAIMS.subject,
      tenant: CLAIMS.tenant,
    };
    for (const kind of REVOCABLE) {
      const other = {
        [{ token: 'tokenId', 'sign-in': 'originTokenId', user: 'subject', tenant: 'tenant' }[kind]]:
          `x-${kind}`,
      };
      store.entries = [];
      const id = kind === 'tenant' ? 'initech' : `${kind}-${ids[kind] ?? ''}`;
      const call = callOf({
        [{ token: 'tokenId', 'sign-in': 'originTokenId', user: 'subject', tenant: 'tenant' }[kind]]: id,
      });
      expect((await running.gateway.check(call)).status).toBe(200);
      await revoke(store, { kind, id, notBefore: Infinity }, store.clock);
      await until(async () => (await running.gateway.check(call)).code === 'token_revoked');
      expect((await running.gateway.check(callOf(other))).status).toBe(200);
    }
  });

  it('refuses everything when it could not read for too long, stays ready, and comes back', async () => {
    await until(ready);
    store.away = true;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await running.gateway.check(callOf())).status).toBe(200);
    later = 61_000;
    expect(await running.gateway.check(callOf())).toMatchObject({
      status: 503,
      code: 'deny_list_unknown',
      headers: { 'retry-after': '1' },
    });
    expect([await ready(), await health()]).toEqual([true, SERVING_STATUS.SERVING]);
  });

  it('tells its health, and that of no other service', async () => {
    await until(ready);
    expect(await health()).toBe(SERVING_STATUS.SERVING);
    expect(await health('envoy.service.auth.v3.Authorization')).toBe(SERVING_STATUS.SERVING);
    await expect(health('other')).rejects.toMatchObject({ code: RPC.NOT_FOUND });
    expect((await http('/healthz')).status).toBe(200);
    expect((await http('/other')).status).toBe(404);
  });

  it('tells Prometheus what it did and how old its deny-list is', async () => {
    await until(ready);
    await running.gateway.check(callOf());
    await running.gateway.check(callOf({}, { path: '/tenants/evil' }));
    later = 30_000;
    const { text } = await http('/metrics');
    const value = (name: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`bulkhead_authorizer_${name} `))
          ?.split(' ')[1],
      );
    expect(value('allowed_total')).toBe(1);
    expect(value('refused_total{reason="other_tenant"}')).toBe(1);
    expect(value('check_seconds_count')).toBe(2);
    expect(value('deny_list_age_seconds')).toBeGreaterThanOrEqual(30);
    expect(value('deny_list_age_seconds')).toBeLessThan(60);
  });

  const good = encodeCheck(checkOf(callOf()));
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['no attributes', encodeCheck({})],
    ['no request', encodeCheck({ attributes: {} })],
    ['no HTTP', encodeCheck({ attributes: { request: {} } })],
    ['nothing but a path', encodeCheck({ attributes: { request: { http: { path: '/x' } } } })],
    [
      'headers of odd names',
      encodeCheck(checkOf(callOf({}, { headers: { __proto__x: 'a', constructor: 'b', '': '' } }))),
    ],
    ['many headers', encodeCheck(checkOf(callOf({}, { headers: manyHeaders(2000) })))],
  ])('refuses a check with %s', async (_, bytes) => {
    await until(ready);
    expect([401, 403]).toContain((await running.gateway.send(bytes)).status);
    expect((await running.gateway.send(good)).status).toBe(200);
  });

  it.each<[string, Buffer]>([
    ['garbage', Buffer.from('ffffffffffffffff', 'hex')],
    ['half a check', good.subarray(0, good.length - 3)],
    ['a length beyond its end', Buffer.from('0affffffff0f', 'hex')],
    ['a number where a message is', Buffer.from('0801', 'hex')],
    ['a group that does not end', Buffer.from('0b0b0b0b0b', 'hex')],
    ['text that is no UTF-8', Buffer.from('0a08220612042202fffe', 'hex')],
    ['messages within messages, endlessly', Buffer.from('0a'.repeat(5000), 'hex')],
    ['a huge header', encodeCheck(checkOf(callOf({}, { headers: { a: 'x'.repeat(1_000_000) } })))],
  ])('answers %s with an error or a refusal, and goes on', async (_, bytes) => {
    await until(ready);
    const answer = await running.gateway.send(bytes).then(
      ({ status }) => status,
      (error: unknown) => (error as { code: number }).code,
    );
    expect([RPC.INTERNAL, RPC.RESOURCE_EXHAUSTED, 401, 403]).toContain(answer);
    expect((await running.gateway.send(good)).status).toBe(200);
  });

  it('does not know other methods', async () => {
    const call = running.gateway.unary('/envoy.service.auth.v3.Authorization/Other', good);
    await expect(call).rejects.toMatchObject({ code: RPC.UNIMPLEMENTED });
  });
});

it('an authorizer that starts while the store is away is not ready, refuses, and begins when it is back', async () => {
  const store = new MemoryStore();
  store.away = true;
  const running = await startAuthorizer({ config: configWith(), store });
  expect(await running.gateway.check(callOf())).toMatchObject({ status: 503, code: 'deny_list_unknown' });
  const health = async (): Promise<number> =>
    HEALTH.check.responseDeserialize(
      await running.gateway.unary(HEALTH.check.path, HEALTH.check.requestSerialize({ service: '' })),
    );
  expect(await health()).toBe(SERVING_STATUS.NOT_SERVING);
  store.away = false;
  await until(async () => (await health()) === SERVING_STATUS.SERVING);
  expect((await running.gateway.check(callOf())).status).toBe(200);
  await running.stop();
});

function manyHeaders(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`x-header-${number}`, 'value']));
}
