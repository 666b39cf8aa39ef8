import { GatewayNetworkPolicies } from '../../constructs/gateway/network-policies';
import { kubernetesObjects } from '../support/kubernetes-objects';
import { schemaProblems } from '../support/kubernetes-schemas';
import { NetworkModel, type NetworkPolicy, type Party, type Pod } from '../support/network-model';
import { synthInCluster } from './surroundings';

const stack = synthInCluster((scope) => {
  new GatewayNetworkPolicies(scope, 'Policies', {
    ranges: {
      cidr: '10.16.0.0/16',
      publicCidrs: ['10.16.224.0/22'],
      privateCidrs: ['10.16.0.0/18', '10.16.64.0/18'],
      isolatedCidrs: ['10.16.208.0/22'],
      serviceCidr: '172.20.0.0/16',
    },
    cachePort: 6379,
  });
});
const objects = kubernetesObjects([{ name: 'test', stack, charts: new Map() }]).map(({ object }) => object);

const GATEWAYS = 'envoy-gateway-system';
const NAMESPACES = {
  [GATEWAYS]: { 'bulkhead/gateway-fleet': 'all' },
  'tier-starter': { 'bulkhead/gateway-fleet': 'shared' },
  'tenant-acme': { 'bulkhead/gateway-fleet': 'enterprise' },
  'kube-system': {},
  metrics: {},
  keda: {},
};
const pod = (namespace: string, ip: string, labels: Record<string, string> = {}): Pod => ({
  namespace,
  ip,
  labels,
});
const GATEWAY = 'gateway.envoyproxy.io/owning-gateway-name';

/** All that there is to reach or to be reached by. */
const PARTIES = {
  proxy: pod(GATEWAYS, '10.16.0.1', { [GATEWAY]: 'shared' }),
  authorizer: pod(GATEWAYS, '10.16.0.2', { 'app.kubernetes.io/name': 'authorizer' }),
  rateLimit: pod(GATEWAYS, '10.16.0.3', {
    'app.kubernetes.io/name': 'envoy-ratelimit',
    'app.kubernetes.io/component': 'ratelimit',
  }),
  controlPlane: pod(GATEWAYS, '10.16.0.4', { 'control-plane': 'envoy-gateway' }),
  certgen: pod(GATEWAYS, '10.16.0.5', { app: 'certgen' }),
  mirror: pod(GATEWAYS, '10.16.0.6', { 'app.kubernetes.io/name': 'jwks-mirror' }),
  unknown: pod(GATEWAYS, '10.16.0.7', { app: 'something' }),
  starter: pod('tier-starter', '10.16.1.1'),
  acme: pod('tenant-acme', '10.16.1.2'),
  dns: pod('kube-system', '10.16.2.1', { 'k8s-app': 'kube-dns' }),
  collector: pod('metrics', '10.16.2.2'),
  keda: pod('keda', '10.16.2.3'),
  caller: { ip: '203.0.113.7' },
  balancer: { ip: '10.16.224.9' },
  cache: { ip: '10.16.208.9' },
  apiServer: { ip: '172.20.0.1' },
  agent: { ip: '169.254.170.23' },
} satisfies Record<string, Party>;
type Name = keyof typeof PARTIES;

const model = new NetworkModel(NAMESPACES, objects as unknown as NetworkPolicy[]);
const reaches = (from: Name, to: Name, port: number, protocol = 'TCP'): boolean =>
  model.reaches(PARTIES[from], PARTIES[to], { port, protocol });

/** Who may call whom, and on which ports. Whatever is not here is refused. */
const ALLOWED: readonly (readonly [from: Name, to: Name, ...ports: number[]])[] = [
  ['proxy', 'authorizer', 9001],
  ['proxy', 'rateLimit', 8081],
  ['proxy', 'controlPlane', 18000],
  ['proxy', 'starter', 8080],
  ['proxy', 'acme', 8080],
  // The keys of the token issuer are somewhere outside.
  ['proxy', 'caller', 443],
  ['caller', 'proxy', 10443],
  ['balancer', 'proxy', 10443, 19003],
  ['collector', 'proxy', 10443, 19001],
  ['collector', 'authorizer', 9090],
  ['collector', 'rateLimit', 19001],
  ['collector', 'controlPlane', 19001],
  ['authorizer', 'cache', 6379],
  ['authorizer', 'agent', 80],
  ['rateLimit', 'cache', 6379],
  ['rateLimit', 'agent', 80],
  ['rateLimit', 'controlPlane', 18001],
  ['controlPlane', 'apiServer', 443],
  ['certgen', 'apiServer', 443],
  ['mirror', 'apiServer', 443],
  ['mirror', 'caller', 443],
  // Whoever has an address may call a proxy, which asks for a token.
  ...(['starter', 'acme', 'dns', 'keda', 'cache', 'apiServer', 'agent'] as const).map(
    (name): readonly [Name, Name, number] => [name, 'proxy', 10443],
  ),
];
const PORTS = [53, 80, 443, 6379, 8080, 8081, 9001, 9090, 10443, 18000, 18001, 18002, 19001, 19003];
const NAMES = Object.keys(PARTIES) as Name[];
/** Everybody else's rules are another matter. */
const isOurs = (name: Name): boolean => {
  const party: Party = PARTIES[name];
  return 'namespace' in party && party.namespace === GATEWAYS;
};

describe("the gateways' namespace", () => {
  it('has policies that the schema of their kind accepts', () => {
    expect(objects).toHaveLength(8);
    expect(schemaProblems(objects)).toEqual([]);
  });

  it('lets exactly these connections through, of all that there could be', () => {
    const expected = ALLOWED.flatMap(([from, to, ...ports]) =>
      ports.map((port) => `${from} > ${to}:${port}`),
    );
    const found = NAMES.flatMap((from) =>
      NAMES.filter((to) => from !== to && to !== 'dns' && (isOurs(from) || isOurs(to))).flatMap((to) =>
        PORTS.filter((port) => reaches(from, to, port)).map((port) => `${from} > ${to}:${port}`),
      ),
    );
    // The API server and the cell's own pods share subnets, so who may call the one may call 443 of the other.
    const shared = found.filter((line) => !/^(controlPlane|certgen|mirror) > .*:443$/.test(line));
    expect(shared.sort()).toEqual(
      expected.filter((line) => !/^(controlPlane|certgen|mirror) > .*:443$/.test(line)).sort(),
    );
    expect(found).toEqual(expect.arrayContaining(expected));
  });

  it.each(NAMES.filter(isOurs))('lets %s ask for names', (name) => {
    expect(reaches(name, 'dns', 53, 'UDP')).toBe(true);
    expect(reaches(name, 'dns', 443)).toBe(['controlPlane', 'certgen', 'mirror'].includes(name));
  });

  it('lets a pod that nobody planned talk to nobody', () => {
    const others = NAMES.filter((name) => !['unknown', 'dns', 'proxy'].includes(name));
    for (const port of PORTS)
      for (const name of others) {
        expect(reaches('unknown', name, port)).toBe(false);
        expect(reaches(name, 'unknown', port)).toBe(false);
      }
  });

  it('lets proxies reach no port of an owner but the one of services', () => {
    expect(PORTS.filter((port) => reaches('proxy', 'acme', port))).toEqual([8080]);
  });
});
