import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessString } from '../../../constructs/cache/keyspace';
import { type Valkey, valkeyClient, type ValkeyOptions } from '../../../services/valkey/client';
import type { ValkeyConfig } from '../../../services/valkey/config';
import { freePort, startValkey, type ValkeyServer, type ValkeyServerOptions } from '../../support/valkey';

const KEY = 'plt:revocation:{deny}';
const REVOCATION = accessString({ kind: 'platform', service: 'revocation' });
const IAM = { userId: 'plt-revocation', replicationGroupId: 'group', region: 'us-east-1' } as const;

/** A real server, and what the platform's programs reach it with. */
describe('a client of the cache', () => {
  const ends: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function server(
    options: ValkeyServerOptions,
    users: Readonly<Record<string, { accessString: string; password: string }>> = {},
  ): Promise<ValkeyServer> {
    const started = await startValkey(users, options);
    ends.push(() => started.close());
    return started;
  }

  function client(
    config: Partial<ValkeyConfig> & { readonly port: number },
    options?: ValkeyOptions,
  ): Valkey {
    const made = valkeyClient({ host: '127.0.0.1', tls: false, cluster: false, ...config }, options);
    ends.push(() => {
      made.close();
    });
    return made;
  }

  /** Tries until it goes, as programs do. */
  async function eventually<T>(attempt: () => Promise<T>, milliseconds = 10_000): Promise<T> {
    const end = Date.now() + milliseconds;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async function cluster(options: ValkeyServerOptions, users = {}): Promise<ValkeyServer> {
    const started = await server(
      { ...options, settings: ['--cluster-enabled', 'yes', ...(options.settings ?? [])] },
      users,
    );
    const operator = await started.connect('operator', 'operator');
    expect(await operator.send('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).toBe('+OK');
    while (!(await operator.send('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    operator.close();
    return started;
  }

  async function provesCommands(valkey: Valkey): Promise<void> {
    expect(await valkey.get('plt:revocation:text')).toBeUndefined();
    await valkey.set('plt:revocation:text', 'value', { ttlSeconds: 60 });
    expect(await valkey.get('plt:revocation:text')).toBe('value');
    const first = await valkey.xAdd(KEY, { a: '1' }, { minTime: 0 });
    const second = await valkey.xAdd(KEY, { a: '2', b: 'é' }, { minTime: 0 });
    expect(await valkey.xRange(KEY, '-', 10)).toEqual([
      { id: first, fields: { a: '1' } },
      { id: second, fields: { a: '2', b: 'é' } },
    ]);
    expect(await valkey.xRange(KEY, `(${first}`, 10)).toHaveLength(1);
    expect(await valkey.xRange(KEY, '-', 1)).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await valkey.xAdd(KEY, { a: '3' }, { minTime: Date.now() });
    expect(await valkey.xRange(KEY, '-', 10)).toHaveLength(1);
    await valkey.expire(KEY, 100);
    expect(await valkey.xRange('plt:revocation:none', '-', 10)).toEqual([]);
  }

  it('sends its commands to one server', async () => {
    const port = await freePort();
    await server({ port });
    await provesCommands(client({ port }));
  });

  it('sends its commands to a cluster, as a user that may do no more than its access string says', async () => {
    const port = await freePort();
    await cluster({ port }, { [IAM.userId]: { accessString: REVOCATION, password: 'one' } });
    await provesCommands(client({ port, cluster: true, iam: IAM }, { token: () => Promise.resolve('one') }));
  });

  it('fails at once without a server, and works when there is one', async () => {
    const port = await freePort();
    const valkey = client({ port });
    const begin = performance.now();
    for (let attempt = 0; attempt < 20; attempt++) await expect(valkey.get('a')).rejects.toThrow();
    expect(performance.now() - begin).toBeLessThan(3000);
    await server({ port });
    expect(await eventually(() => valkey.get('a'))).toBeUndefined();
  });

  it('comes back with a token signed anew after the server was lost', async () => {
    const port = await freePort();
    const passwords = ['one', 'two'];
    const first = await server({ port }, { [IAM.userId]: { accessString: REVOCATION, password: 'one' } });
    let asked = 0;
    const token = (): Promise<string> => Promise.resolve(passwords[Math.min(asked++, 1)] ?? '');
    const valkey = client({ port, iam: IAM }, { token });
    await valkey.set('plt:revocation:a', '1', { ttlSeconds: 60 });
    expect(asked).toBe(1);
    await first.kill();
    await expect(valkey.get('plt:revocation:a')).rejects.toThrow();
    await server({ port }, { [IAM.userId]: { accessString: REVOCATION, password: 'two' } });
    expect(await eventually(() => valkey.get('plt:revocation:a'))).toBeUndefined();
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  it('is refused with a wrong token, and nothing is signed more often than it waits', async () => {
    const port = await freePort();
    await server({ port }, { [IAM.userId]: { accessString: REVOCATION, password: 'one' } });
    let asked = 0;
    const valkey = client({ port, iam: IAM }, { token: () => Promise.resolve(`wrong-${asked++}`) });
    const end = performance.now() + 2000;
    while (performance.now() < end) {
      await expect(valkey.get('plt:revocation:a')).rejects.toThrow();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(asked).toBeLessThan(12);
  });

  it('does not wait for a server that hangs, and works when it goes on', async () => {
    const port = await freePort();
    const hanging = await server({ port });
    const valkey = client({ port }, { commandTimeoutMs: 300 });
    await valkey.get('a');
    hanging.pause();
    const begin = performance.now();
    await expect(valkey.get('a')).rejects.toThrow('no answer of the cache within 300 ms');
    expect(performance.now() - begin).toBeLessThan(1000);
    hanging.resume();
    expect(await eventually(() => valkey.get('a'))).toBeUndefined();
  });

  it('tells what the server refuses', async () => {
    const port = await freePort();
    await server({ port }, { [IAM.userId]: { accessString: REVOCATION, password: 'one' } });
    const valkey = client({ port, iam: IAM }, { token: () => Promise.resolve('one') });
    await expect(valkey.get('ten:acme:secret')).rejects.toThrow('NOPERM');
  });

  it('does nothing once it is closed', async () => {
    const port = await freePort();
    await server({ port });
    const valkey = client({ port });
    await valkey.get('a');
    valkey.close();
    await expect(valkey.get('a')).rejects.toThrow('the client is closed');
  });

  it('reaches a cluster by TLS with a signed token, and no server whose certificate it cannot verify', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'valkey-tls-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ...['-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    const port = await freePort();
    const tls = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    const started = await cluster(
      { settings: ['--tls-port', String(port), ...tls, '--tls-auth-clients', 'no', '--tls-cluster', 'yes'] },
      { [IAM.userId]: { accessString: REVOCATION, password: 'one' } },
    );
    const operator = await started.connect('operator', 'operator');
    ends.push(() => {
      operator.close();
    });
    // Takes any password: that the token is right is ElastiCache's to say, and `iam-token.test.ts`.
    await operator.send('ACL', 'SETUSER', IAM.userId, 'nopass');

    const program = join(folder, 'revoke.js');
    execFileSync('npx', [
      ...['esbuild', 'services/authorizer/revoke.ts', '--bundle', '--platform=node', '--log-level=error'],
      ...['--main-fields=module,main', `--outfile=${program}`],
    ]);
    const environment = {
      PATH: process.env['PATH'],
      VALKEY_HOST: 'localhost',
      VALKEY_PORT: String(port),
      VALKEY_TLS: 'true',
      VALKEY_CLUSTER: 'true',
      VALKEY_USER: IAM.userId,
      VALKEY_GROUP: 'group',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    const revoke = (more: Readonly<Record<string, string>>) =>
      spawnSync('node', [program, 'tenant', 'acme'], { env: { ...environment, ...more }, encoding: 'utf8' });
    expect(revoke({})).toMatchObject({ status: 1, stdout: '' });
    expect(await operator.send('XLEN', KEY)).toBe(':0');
    expect(revoke({ NODE_EXTRA_CA_CERTS: certificate })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /^tenant acme: tokens issued until .* are revoked for 24 hours .*\nNew ones can be had/,
      ) as string,
    });
    expect(await operator.send('XLEN', KEY)).toBe(':1');
    expect(await operator.send('TTL', KEY)).toMatch(/^:86(400|399)$/);
  }, 60_000);
});
