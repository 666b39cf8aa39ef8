import { join } from 'node:path';
import { loadPlatform } from '../../config/load';
import type { Platform } from '../../config/platform';
import { planSubnets } from '../../constructs/network/subnet-plan';
import { kubernetesObjects } from '../support/kubernetes-objects';
import {
  type Connection,
  NetworkModel,
  type NetworkPolicy,
  type Party,
  type Pod,
} from '../support/network-model';
import { type Member, SecurityGroups } from '../support/security-groups';
import { synthesizedStacks } from '../support/synthesized';
import { writtenStacks } from '../support/written-stacks';

/** Production, with both of Acme's tenants in one cell: one's id begins the other's. */
function platformOf(environment: string): Platform {
  const platform = loadPlatform(join(__dirname, '../..'), environment);
  const cell = platform.cells[0]?.id ?? '';
  const [acme] = platform.tenants.filter(({ id }) => id === 'acme');
  if (!acme) throw new Error(`${environment} has no tenant acme`);
  return { ...platform, tenants: ['acme', 'acme-eu'].map((id) => ({ ...acme, id, cell })) };
}

const platform = platformOf('prod');
// What no tenant changes is as in the sources.
const stacks = [
  ...synthesizedStacks('prod', (name) =>
    /^use1a-(network|cluster|addons|cache|data-shard-1|tier-.*)$/.test(name),
  ),
  ...writtenStacks(platform, (name) => name.startsWith('use1a-tenant-')),
];
const objects = kubernetesObjects(stacks).map(({ object }) => object);
const [zone] = planSubnets(platform.cells[0]?.network.cidr ?? '').zones;
/** An address of the first zone's private or isolated subnet. */
const address = (tier: 'private' | 'isolated', host: number): string =>
  zone[tier].replace(/\.\d+\/\d+$/, `.${String(host)}`);

/** The namespaces that the stacks make, and the two that every cluster has. */
const NAMESPACES = {
  default: {},
  'kube-system': {},
  ...Object.fromEntries(
    objects
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => [metadata.name, { ...(metadata as { readonly labels?: object }).labels }]),
  ),
};
const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as NetworkPolicy[];
const model = new NetworkModel(NAMESPACES, policies);

const proxy = (fleet: string) => ({ 'gateway.envoyproxy.io/owning-gateway-name': fleet });
const PODS = {
  starter: { namespace: 'tier-starter', labels: { app: 'api' }, ip: address('private', 11) },
  professional: { namespace: 'tier-professional', labels: { app: 'api' }, ip: address('private', 12) },
  acme: { namespace: 'tenant-acme', labels: { app: 'api' }, ip: address('private', 13) },
  'acme-eu': { namespace: 'tenant-acme-eu', labels: { app: 'api' }, ip: address('private', 14) },
  migrations: { namespace: 'data-migrations', ip: address('private', 15) },
  'gw-shared': { namespace: 'envoy-gateway-system', labels: proxy('shared'), ip: address('private', 16) },
  'gw-enterprise': {
    namespace: 'envoy-gateway-system',
    labels: proxy('enterprise'),
    ip: address('private', 17),
  },
  'kube-dns': { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ip: address('private', 18) },
  system: { namespace: 'kube-system', labels: { 'k8s-app': 'metrics-server' }, ip: address('private', 19) },
  metrics: { namespace: 'metrics', labels: { app: 'prometheus' }, ip: address('private', 20) },
  default: { namespace: 'default', ip: address('private', 21) },
} satisfies Record<string, Pod>;
const ADDRESSES = {
  outside: { ip: '203.0.113.7' },
  // To a policy databases and the cache are one range.
  'databases, cache': { ip: address('isolated', 10) },
  endpoint: { ip: address('private', 30) },
  identity: { ip: '169.254.170.23' },
  'node role': { ip: '169.254.169.254' },
} satisfies Record<string, Party>;
const PARTIES: Readonly<Record<string, Party>> = { ...PODS, ...ADDRESSES };

/** What is tried: what the platform uses, and one port that nothing does. */
const TCP = [53, 80, 443, 5432, 6379, 8080, 9999];
const TRIED: readonly Connection[] = [...TCP.map((port) => ({ port })), { port: 53, protocol: 'UDP' }];

/** What gets through of what is tried: `all`, nothing (`·`), or ports of TCP, with `u` those of UDP. */
function open(reaches: (connection: Connection) => boolean): string {
  const through = TRIED.filter(reaches);
  if (through.length === TRIED.length) return 'all';
  return (
    through.map(({ port, protocol }) => `${String(port)}${protocol === 'UDP' ? 'u' : ''}`).join(' ') || '·'
  );
}

/** Who (rows) may open which ports of whom (columns). */
function table<T>(
  from: Readonly<Record<string, T>>,
  to: Readonly<Record<string, T>>,
  reaches: (from: T, to: T, connection: Connection) => boolean,
): string {
  const header = ['from ↓ to →', ...Object.keys(to)];
  const rows = Object.entries(from).map(([name, caller]) => [
    name,
    ...Object.values(to).map((called) =>
      caller === called ? '-' : open((connection) => reaches(caller, called, connection)),
    ),
  ]);
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n');
}

expect.addSnapshotSerializer({ test: (value) => typeof value === 'string', print: String });

const OWNERS = ['starter', 'professional', 'acme', 'acme-eu'] as const;

/** Every port that some rule names, its neighbours, and the ends: no rule tells the ports between them apart. */
const PORTS = [
  ...new Set([...JSON.stringify(policies).matchAll(/[pP]ort":(\d+)/g)].map(([, port]) => Number(port))),
];
const EVERY_PORT = [1, 65_535, ...PORTS.flatMap((port) => [port - 1, port, port + 1])];

describe('network policies', () => {
  const connects = (from: string, to: string, connection: Connection): boolean => {
    const [caller, called] = [PARTIES[from], PARTIES[to]];
    if (!caller || !called) throw new Error(`no ${from} or no ${to}`);
    return model.reaches(caller, called, connection);
  };
  const opened = (from: string, to: string): string => open((connection) => connects(from, to, connection));

  it('let through, of what is tried', () => {
    const { outside } = ADDRESSES;
    expect(
      table<Party>({ ...PODS, outside }, PARTIES, (from, to, connection) =>
        model.reaches(from, to, connection),
      ),
    ).toMatchInlineSnapshot(`
     from ↓ to →   | starter | professional | acme | acme-eu | migrations | gw-shared | gw-enterprise | kube-dns   | system | metrics | default | outside | databases, cache | endpoint | identity | node role
     starter       | -       | ·            | ·    | ·       | ·          | 443       | 443           | 53 443 53u | 443    | 443     | 443     | ·       | 5432 6379        | 443      | 80       | ·
     professional  | ·       | -            | ·    | ·       | ·          | 443       | 443           | 53 443 53u | 443    | 443     | 443     | ·       | 5432 6379        | 443      | 80       | ·
     acme          | ·       | ·            | -    | ·       | ·          | 443       | 443           | 53 443 53u | 443    | 443     | 443     | ·       | 5432 6379        | 443      | 80       | ·
     acme-eu       | ·       | ·            | ·    | -       | ·          | 443       | 443           | 53 443 53u | 443    | 443     | 443     | ·       | 5432 6379        | 443      | 80       | ·
     migrations    | ·       | ·            | ·    | ·       | -          | 443       | 443           | 53 443 53u | 443    | 443     | 443     | ·       | 5432             | 443      | 80       | ·
     gw-shared     | 8080    | 8080         | ·    | ·       | ·          | -         | all           | all        | all    | all     | all     | all     | all              | all      | all      | all
     gw-enterprise | ·       | ·            | 8080 | 8080    | ·          | all       | -             | all        | all    | all     | all     | all     | all              | all      | all      | all
     kube-dns      | ·       | ·            | ·    | ·       | ·          | all       | all           | -          | all    | all     | all     | all     | all              | all      | all      | all
     system        | ·       | ·            | ·    | ·       | ·          | all       | all           | all        | -      | all     | all     | all     | all              | all      | all      | all
     metrics       | ·       | ·            | ·    | ·       | ·          | all       | all           | all        | all    | -       | all     | all     | all              | all      | all      | all
     default       | ·       | ·            | ·    | ·       | ·          | all       | all           | all        | all    | all     | -       | all     | all              | all      | all      | all
     outside       | ·       | ·            | ·    | ·       | ·          | all       | all           | all        | all    | all     | all     | -       | all              | all      | all      | all
    `);
  });

  it('let no tier and no tenant reach another, in either direction, on any port of any protocol', () => {
    expect(PORTS.length).toBeGreaterThan(4);
    for (const from of OWNERS) {
      for (const to of OWNERS.filter((other) => other !== from)) {
        for (const protocol of ['TCP', 'UDP', 'SCTP']) {
          expect(EVERY_PORT.filter((port) => connects(from, to, { port, protocol }))).toEqual([]);
        }
      }
    }
  });

  it('let no pod of a tenant reach another pod of the same tenant, which it has to ask for', () => {
    const other: Pod = { ...PODS.acme, ip: address('private', 99) };
    expect(open((connection) => model.reaches(PODS.acme, other, connection))).toBe('·');
  });

  it('let a smoke test call the pods of its own owner on one port, and be called by nobody', () => {
    for (const owner of OWNERS) {
      const smoke: Pod = {
        ...{ namespace: PODS[owner].namespace, ip: address('private', 98) },
        labels: { 'bulkhead/smoke': 'api' },
      };
      const called = Object.entries(PODS).filter(
        ([, pod]) => model.reaches(smoke, pod, { port: 8080 }) || model.reaches(smoke, pod, { port: 9999 }),
      );
      expect(called.map(([name]) => name)).toEqual([owner]);
      expect(open((connection) => model.reaches(smoke, PODS[owner], connection))).toBe('8080');
      expect(open((connection) => model.reaches(PODS[owner], smoke, connection))).toBe('·');
      expect(open((connection) => model.reaches(smoke, { ...smoke }, connection))).toBe('·');
    }
  });

  it('let each fleet of gateways reach its own tenants, and those on one port', () => {
    for (const tier of ['starter', 'professional']) {
      expect([opened('gw-shared', tier), opened('gw-enterprise', tier)]).toEqual(['8080', '·']);
    }
    for (const tenant of ['acme', 'acme-eu']) {
      expect([opened('gw-shared', tenant), opened('gw-enterprise', tenant)]).toEqual(['·', '8080']);
    }
  });

  it('let a pod with a proxy’s label in another namespace reach nobody, nor another pod among the proxies', () => {
    const impostors: Pod[] = [
      { namespace: 'default', labels: proxy('enterprise'), ip: address('private', 40) },
      { namespace: 'tenant-acme-eu', labels: proxy('enterprise'), ip: address('private', 41) },
      { namespace: 'envoy-gateway-system', labels: { app: 'envoy-gateway' }, ip: address('private', 42) },
    ];
    for (const impostor of impostors) {
      expect(open((connection) => model.reaches(impostor, PODS.acme, connection))).toBe('·');
    }
  });

  it('let nobody but gateways call a tenant', () => {
    for (const to of OWNERS) {
      const callers = [...Object.keys(PODS), 'outside'].filter(
        (from) => from !== to && opened(from, to) !== '·',
      );
      expect(callers).toEqual([to === 'starter' || to === 'professional' ? 'gw-shared' : 'gw-enterprise']);
    }
  });

  it('let nobody call a job that holds an administrator’s password', () => {
    const callers = [...Object.keys(PODS), 'outside'].filter((from) => from !== 'migrations');
    expect(callers.map((from) => opened(from, 'migrations'))).toEqual(callers.map(() => '·'));
  });

  it('let no tenant reach the world, or the credentials of its node', () => {
    for (const from of OWNERS) {
      for (const to of ['outside', 'node role']) expect(opened(from, to)).toBe('·');
    }
  });

  it('would be seen here if two selectors of one peer became two peers', () => {
    const torn = policies.map((policy): NetworkPolicy => {
      const ingress = policy.spec.ingress?.map((rule) => ({
        ...rule,
        from: rule.from?.flatMap(({ podSelector = {}, namespaceSelector = {} }) => [
          { podSelector },
          { namespaceSelector },
        ]),
      }));
      return { ...policy, spec: { ...policy.spec, ...(ingress && { ingress: ingress as object[] }) } };
    });
    const wider = new NetworkModel(NAMESPACES, torn);
    expect(open((connection) => wider.reaches(PODS['gw-shared'], PODS.acme, connection))).toBe('8080');
  });

  it('let a tenant ask only the cluster’s DNS', () => {
    for (const from of OWNERS) {
      const servers = Object.keys(PARTIES).filter(
        (to) => to !== from && connects(from, to, { port: 53, protocol: 'UDP' }),
      );
      expect(servers).toEqual(['kube-dns']);
    }
  });
});

describe('network policies of a cell without interface endpoints', () => {
  it('let tenants reach AWS by NAT, and still nobody inside on that port', () => {
    const dev = platformOf('dev');
    const cheap = kubernetesObjects([
      ...synthesizedStacks('dev', (name) => name.includes('-tier-')),
      ...writtenStacks(dev, (name) => name.includes('-tenant-')),
    ]).map(({ object }) => object);
    const own = cheap.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as NetworkPolicy[];
    const [subnets] = planSubnets(dev.cells[0]?.network.cidr ?? '').zones;
    const at = (host: string): string => subnets.private.replace(/\.\d+\/\d+$/, host);
    const caller: Pod = { namespace: 'tenant-acme', ip: at('.10') };
    const called: Party[] = [{ namespace: 'default', ip: at('.11') }, ADDRESSES.outside];
    const inside = new NetworkModel(NAMESPACES, own);
    expect(called.map((to) => open((connection) => inside.reaches(caller, to, connection)))).toEqual([
      '·',
      '443',
    ]);
  });
});

describe('security groups', () => {
  const groups = new SecurityGroups(stacks);
  const named = (...names: string[]): string[] => names.map((name) => groups.named(name));

  /** Groups that the policies of a namespace give to its pods. */
  const carried = (namespace: string): string[] =>
    objects
      .filter(({ kind, metadata }) => kind === 'SecurityGroupPolicy' && metadata.namespace === namespace)
      .flatMap(({ spec }) => spec.securityGroups.groupIds as string[]);

  const pods = (name: keyof typeof PODS): Member => ({
    groups: carried(PODS[name].namespace),
    ip: PODS[name].ip,
  });
  const behind = (name: string, host: number, tier: 'private' | 'isolated' = 'isolated'): Member => ({
    groups: named(`bulkhead-prod-use1a-${name}`),
    ip: address(tier, host),
  });
  const CALLERS: Readonly<Record<string, Member>> = {
    starter: pods('starter'),
    professional: pods('professional'),
    acme: pods('acme'),
    'acme-eu': pods('acme-eu'),
    migrations: pods('migrations'),
    // Gateways, DNS, controllers: pods without groups of their own have their node's.
    'nodes, gateways': { groups: named('cluster'), ip: address('private', 16) },
    outside: { groups: [], ip: ADDRESSES.outside.ip },
  };
  const CALLED: Readonly<Record<string, Member>> = {
    ...CALLERS,
    'shard proxy': behind('shard-1-proxy', 50),
    shard: behind('shard-1-database', 51),
    'acme db': behind('tenant-acme-database', 52),
    'acme-eu db': behind('tenant-acme-eu-database', 53),
    cache: behind('cache', 54),
    endpoint: behind('endpoints', 30, 'private'),
  };
  const opened = (from: string, to: string): string => {
    const [caller, called] = [CALLERS[from], CALLED[to]];
    if (!caller || !called) throw new Error(`no ${from} or no ${to}`);
    return open((connection) => groups.reaches(caller, called, connection));
  };

  it('give the pods of each owner a group of their own beside the one that all share', () => {
    for (const [owner, name] of [
      ['starter', 'tier-starter'],
      ['acme', 'tenant-acme'],
      ['acme-eu', 'tenant-acme-eu'],
    ] as const) {
      expect(carried(PODS[owner].namespace)).toEqual(
        named(`bulkhead-prod-use1a-${name}-pods`, 'bulkhead-prod-use1a-workloads'),
      );
    }
  });

  it('let through, of what is tried', () => {
    expect(table(CALLERS, CALLED, (from, to, connection) => groups.reaches(from, to, connection)))
      .toMatchInlineSnapshot(`
     from ↓ to →     | starter | professional | acme | acme-eu | migrations | nodes, gateways | outside | shard proxy | shard | acme db | acme-eu db | cache | endpoint
     starter         | -       | ·            | ·    | ·       | ·          | 53 53u          | ·       | 5432        | ·     | ·       | ·          | 6379  | 443
     professional    | ·       | -            | ·    | ·       | ·          | 53 53u          | ·       | 5432        | ·     | ·       | ·          | 6379  | 443
     acme            | ·       | ·            | -    | ·       | ·          | 53 53u          | ·       | ·           | ·     | 5432    | ·          | 6379  | 443
     acme-eu         | ·       | ·            | ·    | -       | ·          | 53 53u          | ·       | ·           | ·     | ·       | 5432       | 6379  | 443
     migrations      | ·       | ·            | ·    | ·       | -          | 53 53u          | ·       | ·           | 5432  | 5432    | 5432       | 6379  | 443
     nodes, gateways | 8080    | 8080         | 8080 | 8080    | 8080       | -               | all     | ·           | ·     | ·       | ·          | ·     | 443
     outside         | ·       | ·            | ·    | ·       | ·          | ·               | -       | ·           | ·     | ·       | ·          | ·     | ·
    `);
  });

  it('let pods of one owner reach one another on one port, of which policies admit smoke tests only', () => {
    for (const owner of OWNERS) {
      const other = { ...pods(owner), ip: address('private', 99) };
      expect(open((connection) => groups.reaches(pods(owner), other, connection))).toBe('8080');
    }
  });

  it('let each owner reach its own databases and nobody else’s', () => {
    for (const from of OWNERS) {
      const isPooled = from === 'starter' || from === 'professional';
      expect(['shard proxy', 'shard', 'acme db', 'acme-eu db'].map((to) => opened(from, to))).toEqual([
        isPooled ? '5432' : '·',
        '·',
        from === 'acme' ? '5432' : '·',
        from === 'acme-eu' ? '5432' : '·',
      ]);
    }
  });

  it('let no tier and no tenant reach another, whatever their policies say', () => {
    for (const from of OWNERS) {
      for (const to of OWNERS.filter((other) => other !== from)) expect(opened(from, to)).toBe('·');
    }
  });

  it('let no node, and so no gateway and no controller, reach a database or the cache', () => {
    for (const to of ['shard proxy', 'shard', 'acme db', 'acme-eu db', 'cache']) {
      expect(opened('nodes, gateways', to)).toBe('·');
    }
  });
});
