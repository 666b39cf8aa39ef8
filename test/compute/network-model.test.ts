import {
  type Connection,
  NetworkModel,
  type NetworkPolicy,
  type Party,
  type Pod,
} from '../support/network-model';

/** The cast of "Network Policies", Kubernetes documentation. */
const NAMESPACES = {
  default: {},
  myproject: { project: 'myproject' },
  other: { project: 'other', namespace: 'other' },
};
const db: Pod = {
  namespace: 'default',
  labels: { role: 'db' },
  ip: '10.1.0.1',
  namedPorts: { redis: { port: 6379 }, stats: { port: 9000, protocol: 'UDP' } },
};
const frontend: Pod = { namespace: 'default', labels: { role: 'frontend' }, ip: '10.1.0.2' };
const plain: Pod = { namespace: 'default', ip: '10.1.0.3' };
const project: Pod = { namespace: 'myproject', labels: { role: 'client' }, ip: '10.1.0.4' };
const stranger: Pod = { namespace: 'other', labels: { role: 'client' }, ip: '10.1.0.5' };
const inBlock = { ip: '172.17.0.7' };
const excepted = { ip: '172.17.1.7' };
const outside = { ip: '203.0.113.7' };
const PARTIES = { db, frontend, plain, project, stranger, inBlock, excepted, outside };
type Name = keyof typeof PARTIES;

type Spec = NetworkPolicy['spec'];
const REDIS: Connection = { port: 6379 };

/** Names of all who reach one of them, or whom it reaches, by policies of namespace `default`. */
function reached(direction: 'to' | 'from', one: Name, specs: readonly Spec[], connection = REDIS): string {
  const policies = specs.map((spec, index) => ({
    metadata: { name: `policy-${String(index)}`, namespace: 'default' },
    spec,
  }));
  const model = new NetworkModel(NAMESPACES, policies);
  const self: Party = PARTIES[one];
  return Object.entries(PARTIES)
    .filter(([, other]) => other !== self)
    .filter(([, other]) =>
      direction === 'to' ? model.reaches(other, self, connection) : model.reaches(self, other, connection),
    )
    .map(([name]) => name)
    .join(' ');
}

const EVERYBODY = 'frontend plain project stranger inBlock excepted outside';
const DB = { matchLabels: { role: 'db' } };

/** The example that the documentation explains at length. */
const DOCUMENTED: Spec = {
  podSelector: DB,
  policyTypes: ['Ingress', 'Egress'],
  ingress: [
    {
      from: [
        { ipBlock: { cidr: '172.17.0.0/16', except: ['172.17.1.0/24'] } },
        { namespaceSelector: { matchLabels: { project: 'myproject' } } },
        { podSelector: { matchLabels: { role: 'frontend' } } },
      ],
      ports: [{ protocol: 'TCP', port: 6379 }],
    },
  ],
  egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ protocol: 'TCP', port: 5978 }] }],
};

describe('who reaches a pod', () => {
  it.each<[title: string, specs: readonly Spec[], expected: string]>([
    [
      'everybody where no policy selects it',
      [{ podSelector: { matchLabels: { role: 'frontend' } } }],
      EVERYBODY,
    ],
    ['nobody by default deny', [{ podSelector: {}, policyTypes: ['Ingress'] }], ''],
    ['everybody by allow all', [{ podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] }], EVERYBODY],
    [
      'everybody if only what goes out is denied',
      [{ podSelector: {}, policyTypes: ['Egress'] }],
      EVERYBODY.replace('frontend plain ', ''),
    ],
    ['nobody if both are denied', [{ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }], ''],
    ['nobody by a policy that says no type and no rule', [{ podSelector: {} }], ''],
    [
      'nobody by a policy without types that has a rule for what goes out',
      [{ podSelector: DB, egress: [{}] }],
      '',
    ],
    ['whom the documented example says', [DOCUMENTED], 'frontend project inBlock'],
    [
      'whom any of two policies admits',
      [DOCUMENTED, { podSelector: DB, ingress: [{ from: [{ podSelector: {} }] }] }],
      'frontend plain project inBlock',
    ],
    [
      'namespace AND pod within one peer',
      [
        {
          ingress: [
            {
              from: [
                {
                  namespaceSelector: { matchLabels: { project: 'myproject' } },
                  podSelector: { matchLabels: { role: 'client' } },
                },
              ],
            },
          ],
        },
      ],
      'project',
    ],
    [
      'namespace OR pod as two peers, the pod of its own namespace',
      [
        {
          ingress: [
            {
              from: [
                { namespaceSelector: { matchLabels: { project: 'other' } } },
                { podSelector: { matchLabels: { role: 'frontend' } } },
              ],
            },
          ],
        },
      ],
      'frontend stranger',
    ],
    [
      'all pods, and no address, by an empty namespace selector',
      [{ ingress: [{ from: [{ namespaceSelector: {} }] }] }],
      'frontend plain project stranger',
    ],
    [
      'those of a namespace by its name',
      [
        {
          ingress: [
            { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }] },
          ],
        },
      ],
      'stranger',
    ],
    [
      'those of namespaces that an expression lists',
      [
        {
          ingress: [
            {
              from: [
                {
                  namespaceSelector: {
                    matchExpressions: [{ key: 'project', operator: 'In', values: ['myproject', 'third'] }],
                  },
                },
              ],
            },
          ],
        },
      ],
      'project',
    ],
    [
      'those whose label is not in a list, and those without the label',
      [
        {
          ingress: [
            {
              from: [
                {
                  podSelector: {
                    matchExpressions: [{ key: 'role', operator: 'NotIn', values: ['frontend'] }],
                  },
                },
              ],
            },
          ],
        },
      ],
      'plain',
    ],
    [
      'those for which all expressions hold',
      [
        {
          ingress: [
            {
              from: [
                {
                  namespaceSelector: {
                    matchExpressions: [
                      { key: 'project', operator: 'Exists' },
                      { key: 'namespace', operator: 'DoesNotExist' },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      'project',
    ],
    [
      'pods too, by their address',
      [{ ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.4/31' } }] }] }],
      'project stranger',
    ],
    [
      'everybody by a block without exceptions',
      [{ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] }],
      EVERYBODY,
    ],
    ['nobody by a peer that says nothing', [{ ingress: [{ from: [{}] }] }], ''],
  ])('is %s', (_, specs, expected) => {
    expect(reached('to', 'db', specs)).toBe(expected);
  });
});

describe('whom a pod reaches', () => {
  it.each<[title: string, specs: readonly Spec[], expected: string]>([
    [
      'everybody if only what comes in is denied to it',
      [{ podSelector: DB, policyTypes: ['Ingress'] }],
      EVERYBODY,
    ],
    ['nobody by default deny', [{ podSelector: DB, policyTypes: ['Egress'] }], ''],
    ['everybody by allow all', [{ podSelector: DB, egress: [{}], policyTypes: ['Egress'] }], EVERYBODY],
    [
      'whom a policy without types names, for a rule of what goes out is a type',
      [{ podSelector: DB, egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }] }],
      'outside',
    ],
    [
      'those who let it in too',
      [
        { podSelector: DB, egress: [{ to: [{ podSelector: {} }] }], policyTypes: ['Egress'] },
        { podSelector: { matchLabels: { role: 'frontend' } }, policyTypes: ['Ingress'] },
      ],
      'plain',
    ],
  ])('is %s', (_, specs, expected) => {
    expect(reached('from', 'db', specs)).toBe(expected);
  });

  it('is by the documented example one port of one network', () => {
    expect(reached('from', 'db', [DOCUMENTED], { port: 5978 })).toBe('outside');
    expect(reached('from', 'db', [DOCUMENTED], { port: 5979 })).toBe('');
  });

  it('is itself, whatever is denied', () => {
    const deny = {
      metadata: { name: 'deny', namespace: 'default' },
      spec: { policyTypes: ['Ingress', 'Egress'] },
    };
    expect(new NetworkModel(NAMESPACES, [deny]).reaches(db, db, REDIS)).toBe(true);
  });
});

describe('a port', () => {
  const opened = (ports: readonly object[], connections: readonly Connection[]): Connection[] =>
    connections.filter(
      (connection) => reached('to', 'db', [{ podSelector: DB, ingress: [{ ports }] }], connection) !== '',
    );

  it('is of TCP unless its rule says otherwise', () => {
    const both = [REDIS, { port: 6379, protocol: 'UDP' }];
    expect(opened([{ port: 6379 }], both)).toEqual([REDIS]);
    expect(opened([{ port: 6379, protocol: 'UDP' }], both)).toEqual([{ port: 6379, protocol: 'UDP' }]);
  });

  it('is any of the protocol where its rule names none', () => {
    expect(opened([{ protocol: 'TCP' }], [REDIS, { port: 1 }, { port: 1, protocol: 'SCTP' }])).toEqual([
      REDIS,
      { port: 1 },
    ]);
  });

  it('is one of a range, both ends included', () => {
    const tries = [31999, 32000, 32768, 32769].map((port) => ({ port }));
    expect(opened([{ port: 32000, endPort: 32768 }], tries)).toEqual([{ port: 32000 }, { port: 32768 }]);
  });

  it('is what the called pod calls so, with its protocol', () => {
    const tries = [REDIS, { port: 6380 }, { port: 9000 }, { port: 9000, protocol: 'UDP' }];
    expect(opened([{ port: 'redis' }], tries)).toEqual([REDIS]);
    expect(opened([{ port: 'stats' }], tries)).toEqual([]);
    expect(opened([{ port: 'stats', protocol: 'UDP' }], tries)).toEqual([{ port: 9000, protocol: 'UDP' }]);
    expect(opened([{ port: 'unknown' }], tries)).toEqual([]);
  });
});

describe('the model', () => {
  it('refuses what it does not know rather than guess', () => {
    const bad = { podSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } };
    expect(() => reached('to', 'db', [bad])).toThrow('no operator Like');
    const lost = {
      metadata: { name: 'x', namespace: 'default' },
      spec: { ingress: [{ from: [{ namespaceSelector: {} }] }] },
    };
    const nowhere = { namespace: 'nowhere', ip: '10.1.0.9' };
    expect(() => new NetworkModel(NAMESPACES, [lost]).reaches(nowhere, db, REDIS)).toThrow(
      'there is no namespace nowhere',
    );
  });
});
