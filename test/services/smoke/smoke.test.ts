import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf } from '../../../constructs/core/program-bundle';
import { IDENTITY_HEADERS } from '../../../constructs/core/tenant-token';
import { gatewayHeaders } from '../../../services/smoke/identity';
import { settingsIn } from '../../../services/smoke/settings';
import { smokeTest } from '../../../services/smoke/smoke';

// Programs are started.
jest.setTimeout(30_000);

const CLAIMS = {
  ...{ tenant_id: 'smoke-starter-use1a', tier: 'starter', cell: 'use1a', shard: 'shard-1', bucket: 17 },
  ...{
    sub: 'machine',
    client_id: 'machine',
    scope: 'api/read',
    jti: 'token-1',
    iat: 1_764_000_000,
    exp: 1_764_003_600,
  },
};
const tokenOf = (claims: unknown): string =>
  ['header', JSON.stringify(claims), 'signature-that-nobody-may-see']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
const TOKEN = tokenOf(CLAIMS);

/** The version that is tried out. */
let preview: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: IncomingMessage[] = [];
beforeEach(async () => {
  asked.length = 0;
  answer = (_, response) => response.end('ok');
  preview = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await listen(0);
});
afterEach(async () => {
  preview.closeAllConnections();
  await new Promise((resolve) => preview.close(resolve));
});
async function listen(port: number): Promise<void> {
  await new Promise<void>((resolve) => preview.listen(port, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((preview.address() as AddressInfo).port)}`;
}

const tryOut = (
  checks: { path: string; status: number }[],
  more: { waitMs?: number; timeoutMs?: number } = {},
) => smokeTest({ url, checks, headers: gatewayHeaders(TOKEN), waitMs: 0, timeoutMs: 2000, ...more });
const HEALTH = { path: '/health', status: 200 };
const status = (code: number) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(code, { location: 'http://127.0.0.1:1/elsewhere' });
  response.end();
};

describe('the smoke test', () => {
  test('calls as a gateway would for the holder of the token', async () => {
    expect(await tryOut([HEALTH])).toEqual([]);
    const sent = asked.at(-1)?.headers ?? {};
    for (const { header, claim } of Object.values(IDENTITY_HEADERS)) {
      const value = (CLAIMS as Record<string, string | number>)[claim];
      expect([header, sent[header]]).toEqual([header, value === undefined ? undefined : String(value)]);
    }
    expect(sent.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('makes all checks, and tells all that failed', async () => {
    answer = (request, response) => {
      if (request.url === '/hangs') return;
      if (request.url === '/cut')
        response.writeHead(200, { 'content-length': '9' }).write('x', () => request.socket.destroy());
      else status(request.url === '/health' ? 200 : 503)(request, response);
    };
    const checks = ['/health', '/one', '/hangs', '/cut'].map((path) => ({ path, status: 200 }));
    expect(await tryOut(checks, { timeoutMs: 200 })).toEqual([
      'GET /one must answer 200, got 503',
      'GET /hangs must answer 200, got no answer within 0.2 s',
      'GET /cut must answer 200, got ECONNRESET',
    ]);
  });

  test.each([301, 302, 307, 308])('follows no redirect (%i), and can want one', async (code) => {
    answer = status(code);
    expect(await tryOut([HEALTH])).toEqual([`GET /health must answer 200, got ${String(code)}`]);
    expect(await tryOut([{ path: '/health', status: code }])).toEqual([]);
  });

  test('never calls another host, whatever the path looks like', async () => {
    await tryOut([{ path: '//127.0.0.1:1/x', status: 200 }]);
    expect(asked.map((request) => request.url)).toEqual(['//127.0.0.1:1/x', '//127.0.0.1:1/x']);
  });

  test('waits until the version answers at all', async () => {
    const { port } = new URL(url);
    await new Promise((resolve) => preview.close(resolve));
    const ended = tryOut([HEALTH], { waitMs: 5000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await listen(Number(port));
    expect(await ended).toEqual([]);
  });

  test('does not wait for a better answer than the first', async () => {
    answer = (_, response) => response.writeHead(asked.length < 3 ? 500 : 200).end();
    expect(await tryOut([HEALTH], { waitMs: 5000 })).toEqual(['GET /health must answer 200, got 500']);
  });

  test('gives up when there is nobody', async () => {
    await new Promise((resolve) => preview.close(resolve));
    expect(await tryOut([HEALTH, HEALTH])).toEqual([`${url} must answer within 0 s, got ECONNREFUSED`]);
    await listen(0);
  });

  test('reads no endless answer', async () => {
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    expect((await tryOut([HEALTH])).at(-1)).toContain('more than 1048576 bytes');
  });
});

describe('a token', () => {
  const expected = { tenant: 'smoke-starter-use1a', tier: 'starter', cell: 'use1a' };

  test.each([
    [
      'another tenant',
      { ...CLAIMS, tenant_id: 'acme' },
      'must have claim tenant_id smoke-starter-use1a, got acme',
    ],
    ['no tier', { ...CLAIMS, tier: undefined }, 'must have claim tier'],
    ['a tier that is no text', { ...CLAIMS, tier: ['starter'] }, 'must have claim tier'],
  ])('of %s is refused', (_, claims, reason) => {
    expect(() => gatewayHeaders(tokenOf(claims), expected)).toThrow(reason);
  });

  test.each(['', 'text', 'a.b', 'a.b.c', `a.${Buffer.from('null').toString('base64url')}.c`, 'a.e30.c.d'])(
    '%p is none',
    (text) => {
      expect(() => gatewayHeaders(text)).toThrow('the token file must hold a JSON Web Token');
    },
  );
});

test('settings are checked all at once, with defaults for all but two', () => {
  expect(() => settingsIn({ PREVIEW_URL: 'api-preview', WAIT_SECONDS: 'x' })).toThrow(
    /PREVIEW_URL must be the URL.*\n.*CHECKS must be set\n.*WAIT_SECONDS must be a whole number/,
  );
  for (const checks of [
    '{',
    '{}',
    '[]',
    '[{"path":"health","status":200}]',
    '[{"path":"/health"}]',
    '[{"path":"/","status":99}]',
  ])
    expect(() => settingsIn({ PREVIEW_URL: 'http://api-preview:8080', CHECKS: checks })).toThrow('CHECKS');
  expect(
    settingsIn({ PREVIEW_URL: 'http://api-preview:8080', CHECKS: '[{"path":"/health","status":200}]' }),
  ).toEqual({
    ...{ PREVIEW_URL: 'http://api-preview:8080', CHECKS: [HEALTH], TOKEN_FILE: '/token/token' },
    ...{ WAIT_SECONDS: 60, TIMEOUT_SECONDS: 10, TERMINATION_LOG: '/dev/termination-log' },
  });
});

describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smoke-test-'));
  const [program, token, message] = ['index.js', 'token', 'message'].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  const start = (environment: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string; told: string }>((resolve) => {
      writeFileSync(program, bundleOf({ entry: 'services/smoke/main.ts', format: 'file' }));
      writeFileSync(token, `${TOKEN}\n`);
      writeFileSync(message, '');
      const env = {
        ...{ PREVIEW_URL: url, CHECKS: '[{"path":"/health","status":200},{"path":"/ready","status":204}]' },
        ...{ TOKEN_FILE: token, TERMINATION_LOG: message, WAIT_SECONDS: '5', TENANT: 'smoke-starter-use1a' },
        ...environment,
      };
      const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.on('exit', (code) => {
        expect(out).not.toContain(TOKEN.slice(-20));
        resolve({ code, out, told: readFileSync(message, 'utf8') });
      });
    });

  test('ends well, and says so where Kubernetes looks', async () => {
    answer = (request, response) => {
      status(request.url === '/ready' ? 204 : 200)(request, response);
    };
    expect(await start()).toEqual({
      code: 0,
      out: 'smoke test passed: 2 of 2\n',
      told: 'smoke test passed: 2 of 2\n',
    });
  });

  test('ends with 1 and a line for each failure, in both places', async () => {
    answer = status(500);
    const text =
      'smoke test failed: 2 of 2\nGET /health must answer 200, got 500\nGET /ready must answer 204, got 500\n';
    expect(await start()).toEqual({ code: 1, out: text, told: text });
  });

  test('ends with 1 without its token or its settings, and runs where there is no such file', async () => {
    expect(await start({ TOKEN_FILE: join(folder, 'none') })).toMatchObject({
      code: 1,
      told: expect.stringContaining('ENOENT') as string,
    });
    expect(await start({ TENANT: 'acme' })).toMatchObject({
      code: 1,
      told: expect.stringContaining('claim tenant_id acme') as string,
    });
    expect(await start({ CHECKS: '' })).toMatchObject({
      code: 1,
      told: expect.stringContaining('CHECKS must be set') as string,
    });
    expect(await start({ TERMINATION_LOG: join(folder, 'no', 'folder') })).toMatchObject({
      code: 1,
      told: '',
    });
    expect(asked.length).toBeGreaterThan(0);
  });
});
