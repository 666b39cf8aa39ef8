import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { manifestsCommand } from '../../cli/manifests';
import { brokenCrdRules } from '../support/envoy-gateway-crds';
import { schemaProblems } from '../support/kubernetes-schemas';

const ROOT = join(__dirname, '../..');

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs `bulkhead manifests`, and gives what it printed and its exit code. */
async function manifests(...args: readonly string[]): Promise<{ out: string; err: string; code: unknown }> {
  const printed = { out: '', err: '' };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed.out += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((printed.err += String(text)))),
  ];
  try {
    await manifestsCommand(ROOT).parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { ...printed, code: process.exitCode };
}

interface Printed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

const objectsIn = (text: string): readonly Printed[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Printed);

const named = (objects: readonly Printed[]): readonly string[] =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);

const TOKENS = [
  '--issuer',
  'https://issuer.example',
  '--jwks-uri',
  'http://127.0.0.1:8000/jwks.json',
] as const;

/** A file with a set of keys. */
function keysFile(...keys: readonly object[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'bulkhead-jwks-')), 'jwks.json');
  writeFileSync(file, JSON.stringify({ keys }));
  return file;
}

describe('bulkhead manifests', () => {
  it('prints what a translator of gateways needs, one document for each object', async () => {
    const { out, err, code } = await manifests(
      '--env',
      'dev',
      '--stacks',
      'dev1a-{network,identity,gateway,tier-*}',
    );
    expect({ err, code }).toEqual({ err: '', code: 0 });
    const objects = objectsIn(out);
    expect(named(objects)).toEqual(
      expect.arrayContaining([
        'GatewayClass /bulkhead-shared',
        'EnvoyProxy envoy-gateway-system/shared',
        'SecurityPolicy envoy-gateway-system/enterprise',
        'Service envoy-gateway-system/authorizer-shared',
        'Namespace /tier-starter',
        'HTTPRoute tier-starter/service-api',
      ]),
    );
    expect(objects.every(({ apiVersion }) => typeof apiVersion === 'string')).toBe(true);
    expect(
      objects.find(({ metadata, kind }) => kind === 'ConfigMap' && metadata.name === 'jwks-mirror')?.data,
    ).toEqual({
      jwks: '{"keys":[]}',
    });
  });

  it('has a word, the same each time, for what only a deployment knows', async () => {
    const [first, second] = [
      await manifests('--stacks', 'dev1a-gateway'),
      await manifests('--stacks', 'dev1a-gateway'),
    ];
    expect(first.out).toBe(second.out);
    expect(first.out).toContain('issuer: unknown-dev1a-identity-issuer');
    expect(first.out).not.toMatch(/[‹›]|\$\{/);
  });

  it('says which stacks there are when none is meant', async () => {
    const { out, err, code } = await manifests('--stacks', 'dev1a-gatway');
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err).toContain('"dev1a-gatway" matches no stack');
  });
});

describe('bulkhead manifests of a fleet', () => {
  it('prints what the engine’s own tool knows, and nothing of another kind or fleet', async () => {
    const key = { kty: 'RSA', kid: 'k1', n: 'AQAB', e: 'AQAB' };
    const { out, err, code } = await manifests(
      ...['--env', 'dev', '--fleet', 'shared', '--address', '127.0.0.1', '--jwks', keysFile(key)],
      ...TOKENS,
    );
    expect({ err, code }).toEqual({ err: '', code: 0 });
    const objects = objectsIn(out);
    expect(named(objects)).toMatchInlineSnapshot(`
     [
       "Namespace /envoy-gateway-system",
       "Namespace /tier-starter",
       "Namespace /tier-professional",
       "GatewayClass /bulkhead-shared",
       "EnvoyProxy envoy-gateway-system/shared",
       "Gateway envoy-gateway-system/shared",
       "ClientTrafficPolicy envoy-gateway-system/shared",
       "SecurityPolicy envoy-gateway-system/shared",
       "BackendTrafficPolicy envoy-gateway-system/shared",
       "HTTPRoute envoy-gateway-system/shared-fallback",
       "HTTPRoute envoy-gateway-system/shared-unknown-hosts",
       "HTTPRoute tier-starter/service-api-internal",
       "HTTPRoute tier-starter/service-api-canary",
       "HTTPRoute tier-starter/service-api",
       "HTTPRoute tier-professional/service-api",
       "HTTPRouteFilter envoy-gateway-system/shared-refused",
       "ConfigMap envoy-gateway-system/jwks-mirror",
       "Service envoy-gateway-system/authorizer-shared",
       "Service tier-starter/api-internal",
       "Service tier-starter/api-canary",
       "Service tier-starter/api",
       "Service tier-professional/api",
     ]
    `);
    expect(objects.find(({ kind }) => kind === 'ConfigMap')?.data).toEqual({
      jwks: JSON.stringify({ keys: [key] }),
    });
    for (const { spec } of objects.filter(({ kind }) => kind === 'Service'))
      expect(spec).toMatchObject({ clusterIP: '127.0.0.1', ports: [{ protocol: 'TCP' }] });
    expect(out).toContain('issuer: https://issuer.example\n');
    expect(out).toContain('uri: http://127.0.0.1:8000/jwks.json\n');
    // A name of ours, and nothing that is not known.
    expect(out.replaceAll('shared-unknown-hosts', '')).not.toContain('unknown-');
  });

  it('prints objects that an API server would accept', async () => {
    const { out } = await manifests('--env', 'dev', '--fleet', 'enterprise', ...TOKENS);
    const objects = objectsIn(out).filter(({ apiVersion }) => apiVersion.startsWith('gateway.'));
    expect(named(objects)).toContain('HTTPRoute tenant-acme/service-api');
    expect(schemaProblems(objects)).toEqual([]);
    expect(brokenCrdRules(objects).broken).toEqual([]);
  });

  it.each([
    [
      'no issuer',
      ['--fleet', 'shared'],
      [
        '--issuer must be the URL that tokens have in iss, which only a deployment knows, got nothing',
        "--jwks-uri must be the URL of the issuer's public keys, which only a deployment knows, got nothing",
      ],
    ],
    [
      'an issuer of no fleet',
      ['--issuer', 'https://issuer.example'],
      ['--cell, --issuer, --jwks-uri, --jwks and --address are about a fleet: --fleet shared'],
    ],
    [
      'private keys',
      ['--fleet', 'shared', '--jwks', keysFile({ kty: 'RSA', d: 'x' }), ...TOKENS],
      ['--jwks must be a file with a JSON Web Key Set, {"keys":[…]}, of public keys only, got <file>'],
    ],
    [
      'a file without keys',
      ['--fleet', 'shared', '--jwks', __filename, ...TOKENS],
      ['--jwks must be a file with a JSON Web Key Set, {"keys":[…]}, of public keys only, got <file>'],
    ],
    [
      'an address that is none',
      ['--fleet', 'shared', '--address', 'localhost', ...TOKENS],
      ['--address must be an IP address, got localhost'],
    ],
    [
      'a choice of stacks',
      ['--fleet', 'shared', '--stacks', 'dev1a-gateway', ...TOKENS],
      ['--fleet is of all stacks of a cell, so there is no --stacks with it'],
    ],
    [
      'a cell that is not there',
      ['--fleet', 'shared', '--cell', 'dev1b', ...TOKENS],
      ['there is no cell "dev1b": the cells of dev are dev1a; did you mean "dev1a"?'],
    ],
    [
      'no choice of several cells',
      ['--env', 'prod', '--fleet', 'shared', ...TOKENS],
      ['choose a cell with --cell: the cells of prod are use1a, usw2a'],
    ],
  ])('prints nothing for %s, and says why', async (_, args, problems) => {
    const { out, err, code } = await manifests(...args);
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err.replace(/got \/.*/, 'got <file>')).toBe(`${problems.join('\n')}\n`);
  });
});
