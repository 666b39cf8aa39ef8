import { isSmoke, smoke } from '../../services/machine-client/smoke';

const SECRET = 'secret-of-acme-that-nobody-sees';
const TOKEN = (claims: object): string =>
  ['header', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'signature-of-acme'].join('.');
const CLAIMS = { tenant_id: 'acme', tier: 'enterprise', cell: 'use1a', shard: 'tenant-acme' };
const request = (more: object = {}) => ({
  smoke: { tenantId: 'acme', clientId: 'client1', service: 'api', ...more },
});

interface Call {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: RequestInit['redirect'];
}

/** Cognito, the token endpoint and the tenant's address; each answer may be another one. */
class World {
  public readonly calls: Call[] = [];
  public readonly lines: string[] = [];
  public clientName = 'tenant-acme.machine-1';
  public token: () => Response = () => Response.json({ access_token: TOKEN(CLAIMS) });
  public gateway: (call: Call) => Response = ({ headers }) =>
    headers.has('authorization')
      ? Response.json({ status: 'ok' })
      : Response.json({ error: { code: 'unauthenticated', reason: '-' } }, { status: 401 });

  public look(event: unknown) {
    return smoke(event, {
      userPoolId: 'us-east-1_pool',
      tokenEndpoint: 'https://auth.use1a.bulkhead.example/oauth2/token',
      hostOf: (tenantId) => `${tenantId}.use1a.bulkhead.example`,
      cognito: () =>
        Promise.resolve({ UserPoolClient: { ClientName: this.clientName, ClientSecret: SECRET } }),
      fetch: (url, { headers, body, redirect }) => {
        const call = { url, headers: new Headers(headers), body: (body ?? '') as string, redirect };
        this.calls.push(call);
        return Promise.resolve().then(() =>
          call.url.includes('oauth2') ? this.token() : this.gateway(call),
        );
      },
      log: (line) => this.lines.push(line),
    });
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

test('a tenant that is served is let in with its own token, and nobody without one', async () => {
  const seen = await world.look(request());
  expect(seen).toEqual({
    token: { status: 200, claims: CLAIMS },
    own: { status: 200 },
    open: { status: 401 },
  });
  expect(world.calls.map(({ url }) => url)).toEqual([
    'https://auth.use1a.bulkhead.example/oauth2/token',
    'https://acme.use1a.bulkhead.example/api/health',
    'https://acme.use1a.bulkhead.example/api/health',
  ]);
  expect(new URLSearchParams(world.calls[0]?.body).get('scope')).toBe('api/read tenant-acme/machine');
});

test('no redirect is followed: what is sent is for that server alone', async () => {
  await world.look(request());
  expect(world.calls.map(({ redirect }) => redirect)).toEqual(['manual', 'manual', 'manual']);
});

test('neither secret nor token is in what it answers or logs', async () => {
  const seen = await world.look(request());
  const told = JSON.stringify([seen, world.lines]);
  expect(world.lines).toHaveLength(1);
  for (const secret of [SECRET, 'signature-of-acme', Buffer.from(SECRET).toString('base64')]) {
    expect(told).not.toContain(secret);
  }
});

test("a client that is another tenant's, or no machine, is not used", async () => {
  for (const name of [
    'tenant-acme-eu.machine-1',
    'web',
    'tenant-acme.machine-1x',
    'xtenant-acme.machine-1',
  ]) {
    world.clientName = name;
    await expect(world.look(request())).rejects.toThrow('client client1 is not the machine client of acme');
  }
  expect(world.calls).toEqual([]);
});

test.each([
  ['tenantId', { tenantId: 'acme.evil.example/' }],
  ['service', { service: '../../other' }],
  ['clientId', { clientId: 'a/b' }],
  ['smoke', { hostname: 'evil.example' }],
])('an event that could lead the token elsewhere is refused: %s', async (where, more) => {
  await expect(world.look(request(more))).rejects.toThrow(`- smoke${where === 'smoke' ? '' : `.${where}`}`);
  expect(world.calls).toEqual([]);
});

test('what is refused is told with its reason, and without a token the address is not called', async () => {
  world.token = () => Response.json({ error: 'invalid_client' }, { status: 400 });
  expect(await world.look(request())).toEqual({ token: { status: 400, reason: 'invalid_client' } });
  world.token = () => Response.json({ access_token: TOKEN(CLAIMS) });
  world.gateway = () => Response.json({ error: { reason: 'other_host' } }, { status: 403 });
  expect((await world.look(request())).own).toEqual({ status: 403, reason: 'other_host' });
});

test('a name that is not known yet is told as that', async () => {
  world.gateway = () => {
    throw Object.assign(new TypeError('fetch failed: Bearer …'), { cause: { code: 'ENOTFOUND' } });
  };
  expect((await world.look(request())).own).toEqual({ noAnswer: 'ENOTFOUND' });
});

test('what Terraform sends is no such event', () => {
  expect([isSmoke(request()), isSmoke({ tf: { action: 'create' } }), isSmoke(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
});
