import { acme, load, platform, refusal } from './fixture';

const withTiers = (text: string) => platform(['cells:\n', `tiers:\n${text}cells:\n`]);
const inCell = (text: string) =>
  platform([
    '      systemNodes: { instanceTypes: [m7g.large], min: 3, max: 6 }\n',
    `      systemNodes: { instanceTypes: [m7g.large], min: 3, max: 6 }\n${text}`,
  ]);

describe('the catalogue of tiers', () => {
  it('is that of the platform where config says nothing', () => {
    const { starter, professional, enterprise } = load().tiers;
    const promises = [starter, professional, enterprise].map((tier) => Object.values(tier.promises));
    expect(promises).toEqual([
      [10, 0.8, 99.5, 800, 60, 480],
      [50, 0.9, 99.9, 400, 15, 240],
      [500, 'never', 99.9, 250, 5, 60],
    ]);
    expect([starter.priority, professional.priority, enterprise.priority]).toEqual([1000, 2000, 3000]);
  });

  it('takes single numbers and keeps the others', () => {
    const { starter } = load(
      withTiers('  starter: { promises: { rateLimitPerSecond: 20 }, quota: { cpu: 1 } }\n'),
    ).tiers;
    expect(starter.promises).toMatchObject({ rateLimitPerSecond: 20, p95Milliseconds: 800 });
    expect(starter.quota).toMatchObject({ cpu: 1, memoryGiB: 120 });
  });

  it('refuses sizes of containers that contradict one another, each where it stands', () => {
    expect(
      refusal(
        withTiers(
          '  starter: { containers: { memoryMiB: 1024, maxMemoryGiB: 1, memoryLimitMiB: 2048 } }\n  enterprise: { containers: { cpuMillicores: 5000 } }\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:18:78  tiers.starter.containers.memoryLimitMiB
         must be at most 1024, which is maxMemoryGiB, got 2048
     config/environments/prod/platform.yaml:19:46  tiers.enterprise.containers.cpuMillicores
         must be at most 4000, which is maxCpu, got 5000
    `);
  });

  it('refuses volumes without room and room without volumes', () => {
    expect(
      refusal(
        withTiers('  starter: { quota: { volumes: 2 } }\n  enterprise: { quota: { storageGiB: 5 } }\n'),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:18:32  tiers.starter.quota.volumes
         volumes and storageGiB must both be 0 or both be more, got 2 and 0
     config/environments/prod/platform.yaml:19:38  tiers.enterprise.quota.storageGiB
         volumes and storageGiB must both be 0 or both be more, got 0 and 5
    `);
  });

  it('refuses spot nodes to the plans that promise 99.9 %', () => {
    expect(
      refusal(
        withTiers(
          '  professional: { nodes: { capacityTypes: [spot] } }\n  enterprise: { ownNodes: { capacityTypes: [on-demand, spot] } }\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:18:43  tiers.professional.nodes.capacityTypes
         must be on-demand only for professional: spot instances end with two minutes' notice, got spot
     config/environments/prod/platform.yaml:19:44  tiers.enterprise.ownNodes.capacityTypes
         must be on-demand only for enterprise: spot instances end with two minutes' notice, got on-demand, spot
    `);
  });

  it('refuses a database that is smaller at its most than at its least, or has no reader in prod', () => {
    expect(refusal(withTiers('  enterprise: { database: { minAcu: 16, readers: 0 } }\n')))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:18:37  tiers.enterprise.database.minAcu
         minAcu must be at most maxAcu, got 16 and 8
     config/environments/prod/platform.yaml:18:50  tiers.enterprise.database.readers
         must be at least 1 in prod, got 0; without a reader to take over, a lost writer is gone for ten minutes
    `);
  });
});

describe('operators of a cell', () => {
  it('are of one tier each, and no administrators', () => {
    expect(
      refusal(
        inCell(
          '    operators:\n      starter: [arn:aws:iam::222222222222:role/ops, arn:aws:iam::222222222222:role/admin]\n      enterprise: [arn:aws:iam::222222222222:role/ops]\n',
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:30:53  cells.use1a.operators.starter[1]
         must be a role of its own: arn:aws:iam::222222222222:role/admin is in cells.use1a.cluster.administrators already, and EKS knows a role of a cluster once
     config/environments/prod/platform.yaml:31:20  cells.use1a.operators.enterprise[0]
         must be a role of its own: arn:aws:iam::222222222222:role/ops is in cells.use1a.operators.starter already, and EKS knows a role of a cluster once
    `);
  });
});

describe("a tenant's own sizes", () => {
  it('take the place of single numbers of the tier', () => {
    const { tenants } = load(
      acme([
        'tier: enterprise',
        'tier: enterprise\ndatabase: { maxAcu: 32 }\nquota: { pods: 50 }\nrateLimitPerSecond: 900',
      ]),
    );
    expect(tenants[0]).toMatchObject({
      database: { minAcu: 2, maxAcu: 32, readers: 1, retentionDays: 35 },
      quota: { pods: 50, cpu: 20 },
      rateLimitPerSecond: 900,
      nodePool: 'shared',
      lifecycle: 'active',
    });
    expect(tenants[1]).toMatchObject({
      database: { maxAcu: 8 },
      quota: { pods: 20 },
      rateLimitPerSecond: 500,
    });
  });

  it("are held against the tier's where the file leaves one of two out", () => {
    expect(refusal(acme(['tier: enterprise', 'tier: enterprise\ndatabase: { minAcu: 12, readers: 0 }'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/tenants/acme.yaml:4:21  database.minAcu
         minAcu must be at most maxAcu, got 12 and 8
     config/environments/prod/tenants/acme.yaml:4:34  database.readers
         must be at least 1 in prod, got 0; without a reader to take over, a lost writer is gone for ten minutes
    `);
    expect(
      refusal({
        ...withTiers('  enterprise: { database: { minAcu: 4 } }\n'),
        ...acme(['tier: enterprise', 'tier: enterprise\ndatabase: { maxAcu: 3 }']),
      }),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:4:21  database.maxAcu
         minAcu must be at most maxAcu, got 4 and 3
    `);
  });

  it.each([
    ['database: { minAcu: 2.3 }', 'must be a multiple of 0.5 ACU'],
    ['nodePool: mine', 'must be one of shared, own'],
    ['lifecycle: deleted', 'must be one of active, offboarding'],
    ['quota: { pods: 0 }', 'must be between 1 and 10000'],
  ])('refuse %s', (line, message) => {
    expect(refusal(acme(['tier: enterprise', `tier: enterprise\n${line}`]))).toContain(message);
  });
});

describe('the domain of a platform', () => {
  const withDomain = (domain: string) => platform(['domain: bulkhead.example', `domain: ${domain}`]);

  it('is a name of two labels at least', () => {
    expect(load(withDomain('bulkhead.example')).dns.domain).toBe('bulkhead.example');
  });

  it.each(['example', 'Bulkhead.example', '-a.example', 'a..example', 'a.example.'])(
    'is not %s',
    (domain) => {
      expect(refusal(withDomain(domain))).toContain('must be a domain name of at least two lowercase labels');
    },
  );
});
