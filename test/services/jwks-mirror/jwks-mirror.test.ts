import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf } from '../../../constructs/core/program-bundle';
import { publicKeys } from '../../../services/jwks-mirror/keys';
import { mirror, type MirrorConfig } from '../../../services/jwks-mirror/mirror';

const folder = mkdtempSync(join(tmpdir(), 'jwks-mirror-test-'));

/** One server that is the token issuer and the API server, with a certificate of its own. */
let server: Server;
let base: string;
let issue: (response: ServerResponse) => void;
let configMap: Record<string, string> | undefined;
let apiStatus = 200;
const requests: { method: string; path: string; headers: IncomingMessage['headers'] }[] = [];

const API = '/api/v1/namespaces/envoy-gateway-system/configmaps/jwks-mirror';

function answerApi(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.headers.authorization !== 'Bearer account-token') apiStatus = 401;
  response.writeHead(apiStatus, { 'content-type': 'application/json' });
  if (apiStatus === 200 && request.method === 'PATCH') {
    const { data } = JSON.parse(body) as { data: Record<string, string> };
    configMap = { ...configMap, ...data };
  }
  response.end(JSON.stringify({ kind: 'ConfigMap', metadata: {}, ...(configMap && { data: configMap }) }));
}

beforeAll(async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'ca.crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' });
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
      if (request.url === API) answerApi(request, response, body);
      else issue(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const jwk = (kid: string, more: object = {}) => ({
  kty: 'RSA',
  use: 'sig',
  alg: 'RS256',
  kid,
  n: 'n'.repeat(342),
  e: 'AQAB',
  ...more,
});
const send =
  (text: string, status = 200, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, headers);
    response.end(text);
  };
const two = JSON.stringify({ keys: [jwk('b'), jwk('a')] });

beforeEach(() => {
  issue = send(two);
  configMap = { jwks: '{"keys":[]}' };
  apiStatus = 200;
  requests.length = 0;
});

const run = (more: Partial<MirrorConfig> = {}) => {
  const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
  return mirror({
    jwksUri: `${base}/.well-known/jwks.json`,
    configMapUrl: `${base}${API}`,
    key: 'jwks',
    token: 'account-token\n',
    clusterCa: ca,
    issuerCa: ca,
    timeoutMs: 2000,
    ...more,
  });
};

const patches = () => requests.filter(({ method }) => method === 'PATCH').length;

describe('the mirror', () => {
  test('copies keys that it does not have, and only once', async () => {
    expect(await run()).toBe(true);
    expect(JSON.parse(configMap?.['jwks'] ?? '')).toEqual({ keys: [jwk('a'), jwk('b')] });
    expect(await run()).toBe(false);
    expect(patches()).toBe(1);
  });

  test('does not take another order of the same keys for other keys', async () => {
    await run();
    issue = send(JSON.stringify({ keys: [jwk('a'), jwk('b')] }));
    expect(await run()).toBe(false);
  });

  test('follows a change of keys', async () => {
    await run();
    issue = send(JSON.stringify({ keys: [jwk('b'), jwk('c')] }));
    expect(await run()).toBe(true);
    expect(configMap?.['jwks']).toBe(JSON.stringify({ keys: [jwk('b'), jwk('c')] }));
  });

  test('fills a config map that has no data yet', async () => {
    configMap = undefined;
    expect(await run()).toBe(true);
  });

  test('shows its account to the API server and to nobody else', async () => {
    await run();
    const [issuer, read, patch] = requests;
    expect(issuer?.headers.authorization).toBeUndefined();
    expect(read).toMatchObject({ method: 'GET', path: API });
    expect(patch).toMatchObject({
      method: 'PATCH',
      headers: { authorization: 'Bearer account-token', 'content-type': 'application/merge-patch+json' },
    });
  });
});

describe('the copy stays as it was', () => {
  const kept = JSON.stringify({ keys: [jwk('old')] });
  beforeEach(() => {
    configMap = { jwks: kept };
  });
  afterEach(() => {
    expect(configMap).toEqual({ jwks: kept });
    expect(patches()).toBe(0);
  });

  test.each([
    ['no document', ''],
    ['no JSON', '<html>'],
    ['cut off', two.slice(0, -3)],
    ['no set', '[]'],
    ['no keys', '{}'],
    ['empty', '{"keys":[]}'],
    ['keys that are no list', '{"keys":{"0":{}}}'],
    ['a key of another kind', JSON.stringify({ keys: [jwk('a'), jwk('b', { kty: 'EC' })] })],
    ['a shared secret', JSON.stringify({ keys: [{ kty: 'oct', kid: 'a', k: 'secret', alg: 'HS256' }] })],
    ['another algorithm', JSON.stringify({ keys: [jwk('a', { alg: 'none' })] })],
    ['a key for encryption', JSON.stringify({ keys: [jwk('a', { use: 'enc' })] })],
    ['a key without a name', JSON.stringify({ keys: [jwk('')] })],
    ['two keys of one name', JSON.stringify({ keys: [jwk('a'), jwk('a', { e: 'AQAC' })] })],
    ['a short key', JSON.stringify({ keys: [jwk('a', { n: 'n'.repeat(171) })] })],
    ['too many keys', JSON.stringify({ keys: Array.from({ length: 21 }, (_, i) => jwk(String(i))) })],
  ])('when the issuer sends %s', async (_, text) => {
    issue = send(text);
    await expect(run()).rejects.toThrow();
  });

  test('when the issuer sends too much, which is not waited for', async () => {
    issue = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    await expect(run()).rejects.toThrow('more than 65536 bytes');
  });

  test.each([301, 302, 307, 404, 429, 500, 503, 204])('when the issuer answers %i', async (status) => {
    issue = send(two, status, { location: `${base}/elsewhere` });
    await expect(run()).rejects.toThrow(`status ${String(status)}`);
    expect(requests).toHaveLength(1);
  });

  test('when the issuer is silent, or stops in the middle', async () => {
    issue = () => undefined;
    await expect(run({ timeoutMs: 200 })).rejects.toThrow('no answer within 200 ms');
    issue = (response) => {
      response.writeHead(200);
      response.write(two.slice(0, 10));
    };
    await expect(run({ timeoutMs: 200 })).rejects.toThrow();
    issue = (response) => {
      response.writeHead(200, { 'content-length': String(two.length) });
      response.write(two.slice(0, 10), () => response.destroy());
    };
    await expect(run()).rejects.toThrow();
  });

  test('when the issuer cannot prove who it is, or is asked without TLS', async () => {
    const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
    const config = { configMapUrl: `${base}${API}`, key: 'jwks', token: 't', clusterCa: ca };
    await expect(mirror({ ...config, jwksUri: `${base}/keys` })).rejects.toThrow('self-signed');
    await expect(mirror({ ...config, jwksUri: base.replace('https', 'http') })).rejects.toThrow(
      'must be an https URL',
    );
  });

  test.each([401, 403, 404, 409, 500])('when the API server answers %i', async (status) => {
    apiStatus = status;
    await expect(run()).rejects.toThrow(`${API}: status ${String(status)}`);
  });
});

test('no private part of a key is passed on, were it ever published', () => {
  const text = publicKeys(JSON.stringify({ keys: [jwk('a', { d: 'private', p: 'private', x5c: ['x'] })] }));
  expect(text).not.toContain('private');
  expect(JSON.parse(text)).toEqual({ keys: [jwk('a')] });
});

describe('the program', () => {
  const account = join(folder, 'account');
  const program = join(folder, 'index.js');

  const start = (environment: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string }>((resolve) => {
      mkdirSync(account, { recursive: true });
      writeFileSync(program, bundleOf({ entry: 'services/jwks-mirror/main.ts', format: 'file' }));
      writeFileSync(join(account, 'token'), 'account-token');
      writeFileSync(join(account, 'ca.crt'), readFileSync(join(folder, 'ca.crt')));
      const env = {
        JWKS_URI: `${base}/.well-known/jwks.json`,
        NAMESPACE: 'envoy-gateway-system',
        CONFIG_MAP: 'jwks-mirror',
        CONFIG_MAP_KEY: 'jwks',
        KUBERNETES_API: base,
        ACCOUNT_FOLDER: account,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt'),
        ...environment,
      };
      const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.on('exit', (code) => {
        resolve({ code, out });
      });
    });

  test('ends well when the copy is right, and says whether it wrote', async () => {
    expect(await start()).toEqual({
      code: 0,
      out: '{"level":"info","event":"jwks-mirror","written":true}\n',
    });
    expect((await start()).out).toContain('"written":false');
  });

  test('fails aloud, in one line, when it is not', async () => {
    issue = send('{"keys":[]}');
    const { code, out } = await start();
    expect(code).toBe(1);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ level: 'error', event: 'jwks-mirror' });
    expect(out).not.toContain('account-token');
    expect(await start({ CONFIG_MAP: '' })).toMatchObject({
      code: 1,
      out: expect.stringContaining('CONFIG_MAP must be set') as string,
    });
  });
});
