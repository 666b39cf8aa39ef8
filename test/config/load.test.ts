import { join } from 'node:path';
import { loadPlatform } from '../../config/load';
import { architectureOf } from '../../config/schema/cell';
import { KUBERNETES_VERSIONS } from '../../config/schema/kubernetes-versions';
import { load, PLATFORM, platform, tenantFile } from './fixture';

const ROOT = join(__dirname, '../..');

describe('loadPlatform', () => {
  it('fills in defaults', () => {
    const { state, cells, tenants } = load();
    expect(state.oldVersionRetentionDays).toBe(90);
    expect(cells[1]).toEqual({
      id: 'usw2a',
      businessHours: { startHourUtc: 13, hours: 11 },
      operators: { starter: [], professional: [], enterprise: [] },
      quotas: {
        appClientsPerPool: 1000,
        resourceServersPerPool: 25,
        identityProvidersPerPool: 300,
        userAuthenticationPerSecond: 120,
        clientAuthenticationPerSecond: 150,
        userFederationPerSecond: 25,
        lambdaConcurrency: 1000,
      },
      data: {
        postgresVersion: '17',
        shards: {
          maxTenantsPerShard: 1250,
          idleAcuPerThousandTenants: 3.2,
          peakAcuPerThousandTenants: 12.8,
          existingShards: 0,
        },
        readers: 1,
        storage: 'standard',
        insights: 'standard',
        proxyConnectionPercent: 80,
        pools: { starter: { maxPods: 20, poolSize: 1 }, professional: { maxPods: 10, poolSize: 2 } },
        recovery: { rpoMinutes: 15, retentionDays: 35, snapshotHours: 24 },
        logRetentionDays: 365,
      },
      account: '111111111111',
      region: 'us-west-2',
      zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
      network: {
        cidr: '10.17.0.0/16',
        natGateways: 'per-zone',
        interfaceEndpoints: true,
        flowLogRetentionDays: 365,
      },
      cluster: {
        kubernetesVersion: '1.36',
        supportPolicy: 'standard',
        publicAccessCidrs: [],
        administrators: ['arn:aws:iam::111111111111:role/admin'],
        systemNodes: { instanceTypes: ['m7g.large'], min: 3, max: 6, diskGiB: 50 },
        logRetentionDays: 365,
      },
      cache: {
        engineVersion: '9.1',
        nodeType: 'cache.m7g.large',
        shards: 3,
        replicasPerShard: 1,
        services: ['api'],
        snapshotRetentionDays: 7,
        quietHour: { day: 'sun', hourUtc: 8 },
        logRetentionDays: 365,
      },
      identity: {
        plan: 'plus',
        accessTokenMinutes: 60,
        refreshAfterMinutes: 10,
        refreshTokenHours: 12,
        mfa: 'required',
        callbackUrls: [],
        logoutUrls: [],
        logRetentionDays: 365,
      },
      gateway: {
        shared: { minProxies: 3, maxProxies: 12 },
        enterprise: { minProxies: 3, maxProxies: 12 },
        authorizers: 3,
        maxRequestKiB: 1024,
        requestTimeoutSeconds: 30,
        denyListStalenessSeconds: 60,
        shedToPercent: 10,
        shedHoldMinutes: 5,
        logRetentionDays: 30,
        historyDays: 2557,
      },
    });
    expect(tenants[0]).toEqual({
      id: 'acme',
      name: 'acme Ltd',
      tier: 'enterprise',
      cell: 'use1a',
      contact: 'oncall@acme.example',
      costCentre: 'platform',
      nodePool: 'shared',
      machineClientRotation: 1,
      lifecycle: 'active',
      rateLimitPerSecond: 500,
      quota: {
        pods: 20,
        cpu: 20,
        memoryGiB: 40,
        ephemeralGiB: 40,
        services: 10,
        volumes: 0,
        storageGiB: 0,
      },
      database: {
        minAcu: 2,
        maxAcu: 8,
        readers: 1,
        poolSize: 4,
        storage: 'standard',
        insights: 'standard',
        retentionDays: 35,
        logRetentionDays: 365,
      },
    });
  });

  it('leaves the registry without replicas when nothing is said of it', () => {
    expect(load(platform(['registry:\n  replicaRegions: [us-west-2]\n', ''])).registry).toEqual({
      replicaRegions: [],
    });
  });

  it("keeps a cell's own account and a tenant's own cost centre", () => {
    const { cells, tenants } = load({ 'prod/tenants/acme.yaml': `${tenantFile('acme')}costCentre: acme\n` });
    expect(cells[0]?.account).toBe('222222222222');
    expect(tenants[0]?.costCentre).toBe('acme');
  });

  it('sorts cells and tenants by id, whatever the order in the files', () => {
    const swapped = platform(['  use1a:', '  zzz1a:']);
    const { cells, tenants } = load({
      ...swapped,
      'prod/tenants/acme.yaml': tenantFile('acme', 'zzz1a'),
    });
    expect(cells.map(({ id }) => id)).toEqual(['usw2a', 'zzz1a']);
    expect(tenants.map(({ id }) => id)).toEqual(['acme', 'globex']);
  });

  it('cannot be changed at any depth', () => {
    const { cells, tenants } = load();
    expect(() => Object.assign(cells[0]?.network ?? {}, { cidr: '10.0.0.0/16' })).toThrow('read only');
    expect(() => (cells[0]?.zones as string[]).push('us-east-1d')).toThrow('not extensible');
    expect(() => (tenants as unknown[]).pop()).toThrow('Cannot delete');
  });

  it('reads files with a byte order mark and with Windows line ends', () => {
    const windows = `\uFEFF${PLATFORM.replaceAll('\n', '\r\n')}`;
    expect(load({ 'prod/platform.yaml': windows })).toEqual(load());
  });

  it('reads only the tenants asked for, told the cells', () => {
    const asked: unknown[] = [];
    const { tenants } = load({ 'prod/tenants/globex.yaml': ': broken [' }, 'prod', {
      tenants: (id, cells) => {
        asked.push([id, cells]);
        return id === 'acme';
      },
    });
    expect(tenants.map(({ id }) => id)).toEqual(['acme']);
    expect(asked).toEqual([
      ['acme', ['use1a', 'usw2a']],
      ['globex', ['use1a', 'usw2a']],
    ]);
  });

  it('takes an environment without dedicated tenants', () => {
    expect(
      load({ 'prod/tenants/acme.yaml': undefined, 'prod/tenants/globex.yaml': undefined }).tenants,
    ).toEqual([]);
  });
});

describe('the environments of this project', () => {
  it('dev is one cell that leaves out what is expensive', () => {
    const { cells, state, tenants } = loadPlatform(ROOT, 'dev');
    expect(state.backend).toBe('local');
    expect(tenants).toHaveLength(2);
    expect(cells.map(({ network }) => [network.natGateways, network.interfaceEndpoints])).toEqual([
      ['single', false],
    ]);
  });

  it('prod is two cells in regions and accounts of their own, sized for 25,000 tenants and 500 million calls', () => {
    const { cells, load: expected, tenants } = loadPlatform(ROOT, 'prod');
    expect(new Set(cells.map(({ region }) => region)).size).toBe(2);
    expect(new Set(cells.map(({ account }) => account)).size).toBe(2);
    const { starter, professional, enterprise } = expected.tenants;
    expect(starter + professional + enterprise).toBe(25_000);
    expect(expected.callsPerMonth).toBe(500_000_000);
    expect(tenants.map(({ id }) => id)).toEqual(['acme', 'acme-eu', 'globex', 'initech']);
  });
});

describe('the Kubernetes calendar', () => {
  it('gives each version twelve months of extended support after standard support, as EKS does', () => {
    const [year, rest] = [4, 4];
    for (const { standardSupportEnds, extendedSupportEnds } of KUBERNETES_VERSIONS) {
      expect(extendedSupportEnds).toBe(
        `${Number(standardSupportEnds.slice(0, year)) + 1}${standardSupportEnds.slice(rest)}`,
      );
    }
  });

  it('lists each minor version once, oldest first', () => {
    const minors = KUBERNETES_VERSIONS.map(({ version }) => Number(version.slice('1.'.length)));
    expect(minors).toEqual(minors.map((_, index) => (minors[0] ?? 0) + index));
  });
});

describe('architectureOf', () => {
  it.each(['m7g.large', 'c7gn.xlarge', 't4g.medium', 'im4gn.large', 'x2gd.metal', 'g5g.xlarge', 'a1.large'])(
    '%s is arm64',
    (type) => {
      expect(architectureOf(type)).toBe('arm64');
    },
  );

  it.each(['m7i.large', 'g6.xlarge', 'g4dn.xlarge', 't3.medium', 'c7a.large', 'u7i-12tb.224xlarge'])(
    '%s is x86',
    (type) => {
      expect(architectureOf(type)).toBe('x86_64');
    },
  );
});
