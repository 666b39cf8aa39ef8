import { loadPlatform } from '../../config/load';
import { acme, inProject, load, platform, refusal, refusalIn, tenantFile } from './fixture';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';

describe('a rule that spans keys', () => {
  it('cells whose networks overlap are both named, with both positions', () => {
    expect(refusal(platform(['10.17.0.0/16', '10.16.64.0/18']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         10.16.64.0/18 overlaps 10.16.0.0/16 of cell "use1a" (config/environments/prod/platform.yaml:23:13); cells must not share addresses
    `);
  });

  it('two cells with the same network overlap', () => {
    expect(refusal(platform(['10.17.0.0/16', '10.16.0.0/16']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         10.16.0.0/16 overlaps 10.16.0.0/16 of cell "use1a" (config/environments/prod/platform.yaml:23:13); cells must not share addresses
    `);
  });

  it('neighbouring networks do not overlap', () => {
    const { cells } = load(platform(['10.16.0.0/16', '10.16.0.0/18'], ['10.17.0.0/16', '10.16.64.0/18']));
    expect(cells.map(({ network }) => network.cidr)).toEqual(['10.16.0.0/18', '10.16.64.0/18']);
  });

  it('an overlap is found although both cells have other problems', () => {
    expect(
      refusal(
        platform(
          ['10.17.0.0/16', '10.16.0.0/17'],
          ['account: "222222222222"', 'acount: "222222222222"'],
          ['min: 3', 'min: x'],
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 3 problems

     config/environments/prod/platform.yaml:19:5  cells.use1a.acount
         unknown key "acount"; did you mean "account"?  allowed: account, businessHours, cache, cluster, data, gateway, identity, network, operators, quotas, region, zones
     config/environments/prod/platform.yaml:28:55  cells.use1a.cluster.systemNodes.min
         must be a whole number, got "x"
     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         10.16.0.0/17 overlaps 10.16.0.0/16 of cell "use1a" (config/environments/prod/platform.yaml:23:13); cells must not share addresses
    `);
  });

  it('the environment must be the one of the folder', () => {
    expect(refusal(platform(['environment: prod', 'environment: staging']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:2:14  environment
         must equal the folder's name, "prod", got "staging"
    `);
  });

  describe('of the databases of a cell', () => {
    const data = (yaml: string) => platform(['    cluster:', `    data: ${yaml}\n    cluster:`]);

    it.each([
      ['{ readers: 0 }', 'cells.use1a.data.readers\n    must be at least 1 in prod, got 0'],
      [
        '{ recovery: { copyRegion: us-east-1 } }',
        "cells.use1a.data.recovery.copyRegion\n    must not be the cell's own region, us-east-1",
      ],
      [
        '{ shards: { peakAcuPerThousandTenants: 3.1 } }',
        'cells.use1a.data.shards.peakAcuPerThousandTenants\n    must be at least idleAcuPerThousandTenants, 3.2, got 3.1',
      ],
      ['{ recovery: { rpoMinutes: 4 } }', 'cells.use1a.data.recovery.rpoMinutes'],
      ['{ recovery: { retentionDays: 36 } }', 'cells.use1a.data.recovery.retentionDays'],
    ])('%s is refused', (yaml, problem) => {
      expect(refusal(data(yaml))).toContain(problem);
    });

    it('the edges of these rules are accepted', () => {
      const edges =
        '{ readers: 1, shards: { peakAcuPerThousandTenants: 3.2 }, recovery: { copyRegion: us-west-2, rpoMinutes: 5, retentionDays: 35 } }';
      expect(load(data(edges)).cells[0]?.data.recovery.rpoMinutes).toBe(5);
    });
  });

  it('prod does not keep its state in a local file', () => {
    expect(refusal(platform(['backend: s3', 'backend: local']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:9:12  state.backend
         must be s3 in prod, got "local"; a local file is neither shared nor locked
    `);
  });

  it('the registry has no replica in its own region', () => {
    expect(refusal(platform(['[us-west-2]', '[us-west-2, us-east-1]']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:11:31  registry.replicaRegions[1]
         must not be the home region, us-east-1, which holds the registry itself; remove it
    `);
  });

  it('the expected enterprise tenants cover the tenant files', () => {
    expect(refusal(platform(['enterprise: 2', 'enterprise: 1']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:14:56  load.tenants.enterprise
         must be at least 2, the number of tenant files, got 1; capacity is checked against it
    `);
  });

  it('a peak just below the average is refused, and the average itself accepted', () => {
    expect(refusal(platform(['callsPerMonth: 2592000', 'callsPerMonth: 25920001']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:16:23  load.peakCallsPerSecond
         must be at least 11, the average of load.callsPerMonth (25920001 in 30 days), got 10
    `);
    expect(load(platform(['callsPerMonth: 2592000', 'callsPerMonth: 25920000'])).load.callsPerMonth).toBe(
      25_920_000,
    );
  });

  it('zones belong to the region of their cell', () => {
    expect(refusal(platform(['us-east-1b', 'us-east-2b']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:21:25  cells.use1a.zones[1]
         must be a zone of the cell's region, us-east-1, such as us-east-1a, got "us-east-2b"
    `);
  });

  it('prod has a NAT gateway in each zone', () => {
    expect(refusal(platform(['cidr: 10.16.0.0/16', 'cidr: 10.16.0.0/16\n      natGateways: single'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:24:20  cells.use1a.network.natGateways
         must be per-zone in prod, got "single"; with one NAT gateway the loss of its zone cuts off all three
    `);
  });

  it('prod has two system nodes at least', () => {
    expect(refusal(platform(['min: 3', 'min: 1']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:28:55  cells.use1a.cluster.systemNodes.min
         must be at least 2 in prod, got 1; a single node takes CoreDNS and Karpenter with it
    `);
    expect(load(platform(['min: 3', 'min: 2'])).cells[0]?.cluster.systemNodes.min).toBe(2);
  });

  it('a network has room for the nodes of an upgrade, and the message says how much room there is', () => {
    const narrow = ['10.17.0.0/16', '10.17.0.0/18'] as const;
    const max = (count: number) => platform(narrow, ['max: 6', 'max: 5'], ['max: 6', `max: ${count}`]);
    expect(refusal(max(28))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         must have room for 86 nodes (twice the 28 of systemNodes.max, which an upgrade runs side by side, and 30 for tenants), got a /18 with room for 84; choose a wider one (/17: 168 nodes, /16: 336 nodes) or set systemNodes.max to at most 27
    `);
    expect(load(max(27)).cells[1]?.cluster.systemNodes.max).toBe(27);
  });

  it('the most nodes are not fewer than the fewest', () => {
    expect(refusal(platform(['max: 6', 'max: 2']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:28:63  cells.use1a.cluster.systemNodes.max
         must be at least min, 3, got 2
    `);
    expect(load(platform(['max: 6', 'max: 3'])).cells[0]?.cluster.systemNodes.max).toBe(3);
  });

  it('a node group does not mix processors', () => {
    expect(refusal(platform(['[m7g.large]', '[m7g.large, m7i.large]']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:28:37  cells.use1a.cluster.systemNodes.instanceTypes
         must be all Graviton or all x86: a node group has one machine image; got Graviton m7g.large and x86 m7i.large
    `);
    expect(load(platform(['[m7g.large]', '[m7i.large, m6i.large]'])).cells).toHaveLength(2);
  });

  it('a version past standard support needs the extended support policy', () => {
    expect(refusal(platform(['"1.36"', '"1.33"']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:26:26  cells.use1a.cluster.kubernetesVersion
         must be in standard support (1.34, 1.35, 1.36), got "1.33", whose standard support ended on 2026-07-29: EKS would upgrade it by itself; choose a newer version or set supportPolicy: extended (billed extra)
    `);
    const extended = load(platform(['"1.36"', '"1.33"\n      supportPolicy: extended']));
    expect(extended.cells[0]?.cluster.kubernetesVersion).toBe('1.33');
  });

  it('what prod demands is not demanded of dev', () => {
    const dev = platform(
      ['environment: prod', 'environment: dev'],
      ['backend: s3', 'backend: local'],
      ['min: 3', 'min: 1'],
      ['cidr: 10.16.0.0/16', 'cidr: 10.16.0.0/16\n      natGateways: single'],
    )['prod/platform.yaml'];
    expect(load({ 'dev/platform.yaml': dev }, 'dev').state.backend).toBe('local');
  });
});

describe('a rule that spans files', () => {
  it('a tenant in an unknown cell is told the cells and the nearest one', () => {
    expect(refusal(acme(['cell: use1a', 'cell: use2a']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:4:7  cell
         must be a cell of platform.yaml (use1a, usw2a), got "use2a"; did you mean "use1a"?
    `);
  });

  it('a tenant in a cell that has problems of its own is not called homeless', () => {
    expect(refusal(platform(['10.17.0.0/16', '10.17.0.0/20']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         must be a private (RFC 1918) IPv4 network of size /16, /17 or /18 with its host bits zero, such as 10.16.0.0/16, got "10.17.0.0/20"
    `);
  });

  it('a broken platform.yaml does not hide a broken tenant, nor blame a good one', () => {
    expect(
      refusal({ 'prod/platform.yaml': 'platform: [', ...acme(['tier: enterprise', 'tier: professional']) }),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:1:12
         is not valid YAML: a bracket or brace that was opened before is not closed
     config/environments/prod/tenants/acme.yaml:3:7  tier
         must be enterprise (starter and professional tenants are rows of the tenant registry, not files), got "professional"
    `);
  });

  it('an id that is not the name of its file', () => {
    expect(refusal(acme(['id: acme', 'id: acme-eu']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:1:5  id
         must equal the file's name, "acme", got "acme-eu"; change the id, or rename the file to acme-eu.yaml
    `);
  });

  it('a duplicate id names the file that has it already', () => {
    const files = {
      'prod/tenants/initech.yaml': tenantFile('acme'),
      ...platform(['enterprise: 2', 'enterprise: 3']),
    };
    expect(refusal(files)).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/initech.yaml:1:5  id
         duplicate tenant id "acme": config/environments/prod/tenants/acme.yaml has it too; must equal the file's name, "initech"
    `);
  });

  it('a duplicate id is found although the file that has it already is not read', () => {
    const files = {
      'prod/tenants/initech.yaml': tenantFile('acme'),
      ...platform(['enterprise: 2', 'enterprise: 3']),
    };
    expect(refusal(files, 'prod', { tenants: (id) => id === 'initech' })).toContain(
      'duplicate tenant id "acme"',
    );
  });

  it('an id that two wrongly named files share is a duplicate, too', () => {
    expect(
      refusal({
        ...platform(['enterprise: 2', 'enterprise: 4']),
        'prod/tenants/one.yaml': tenantFile('umbrella'),
        'prod/tenants/two.yaml': tenantFile('umbrella'),
      }),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/tenants/one.yaml:1:5  id
         must equal the file's name, "one", got "umbrella"; change the id, or rename the file to umbrella.yaml
     config/environments/prod/tenants/two.yaml:1:5  id
         duplicate tenant id "umbrella": config/environments/prod/tenants/one.yaml:1:5 has it too; must equal the file's name, "two"
    `);
  });
});

describe('a tenant id', () => {
  const named = (id: string) => ({
    [`prod/tenants/${id}.yaml`]: tenantFile(id),
    ...platform(['enterprise: 2', 'enterprise: 3']),
  });

  it.each(['ab', 'a1', 'a-b', 'x'.repeat(31)])('may be %s', (id) => {
    expect(load(named(id)).tenants.map((tenant) => tenant.id)).toContain(id);
  });

  it.each(['a', 'x'.repeat(32), 'x'.repeat(64), '1ab', 'a--b', 'a-', 'Acme2', 'a_b', 'a.b', 'größe'])(
    'may not be %s',
    (id) => {
      expect(refusal(named(id))).toContain(
        `must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got "${id.slice(0, 60)}"`,
      );
    },
  );

  it('of 64 characters is shown whole enough to be found', () => {
    expect(refusal(named('x'.repeat(64)))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.yaml:1:5  id
         must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… (64 characters)
    `);
  });

  it.each(['kube-system', 'kube-acme', 'default', 'registry', 'starter', 'enterprise'])(
    'may not be the reserved word %s',
    (id) => {
      expect(refusal(named(id))).toContain('must not be a reserved word');
    },
  );
});

describe('files and folders', () => {
  it('an unknown environment names the known ones and the nearest', () => {
    expect(refusal({ 'dev/platform.yaml': '' }, 'prd')).toMatchInlineSnapshot(`
     config of "prd" is invalid: 1 problem

     config/environments
         unknown environment "prd"; did you mean "prod"?  known: dev, prod
    `);
  });

  it.each(['', '.', '..', '../prod', 'prod/', 'prod/tenants', 'PROD'])(
    'the environment %j is unknown, not a path',
    (name) => {
      expect(refusal({}, name)).toContain('unknown environment');
    },
  );

  it('a project without environments', () => {
    expect(inProject({}, (root) => refusalIn(join(root, 'config')))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments
         cannot be read: it does not exist; run from the root of the project, and check that symbolic links lead somewhere
    `);
  });

  it('a missing platform.yaml does not hide a broken tenant', () => {
    expect(refusal({ 'prod/platform.yaml': undefined, ...acme(['id: acme', 'id: Acme']) }))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml
         is missing; every environment needs it
     config/environments/prod/tenants/acme.yaml:1:5  id
         must be 2-31 lowercase letters and digits, joined by single hyphens and starting with a letter, got "Acme"
    `);
  });

  it('a platform.yml is told its right name', () => {
    expect(refusal({ 'prod/platform.yaml': undefined, 'prod/platform.yml': 'x: 1' })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml
         is missing; every environment needs it
     config/environments/prod/platform.yml
         is not part of an environment; did you mean "platform.yaml"?  allowed: platform.yaml, tenants
    `);
  });

  it('a mistyped tenants folder does not pass unseen', () => {
    expect(refusal({ 'prod/tenant/initech.yaml': tenantFile('initech') })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenant
         is not part of an environment; did you mean "tenants"?  allowed: platform.yaml, tenants
    `);
  });

  it('a tenant file that ends in .yml is told its right name', () => {
    expect(refusal({ 'prod/tenants/initech.yml': tenantFile('initech') })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/initech.yml
         must end in .yaml; rename it to initech.yaml
    `);
  });

  it('a stray file among the tenants', () => {
    expect(refusal({ 'prod/tenants/acme.yaml.bak': 'x', 'prod/tenants/README.md': 'x' }))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/tenants/README.md
         is not a tenant file, <tenant id>.yaml; move it elsewhere or delete it
     config/environments/prod/tenants/acme.yaml.bak
         is not a tenant file, <tenant id>.yaml; move it elsewhere or delete it
    `);
  });

  it('what editors and operating systems leave behind is ignored', () => {
    const files = {
      'prod/tenants/.acme.yaml.swp': 'x',
      'prod/tenants/acme.yaml~': 'x',
      'prod/.DS_Store': 'x',
      'prod/tenants/#acme.yaml#': 'x',
    };
    expect(load(files).tenants).toHaveLength(2);
  });

  it('hidden files that end like a tenant file do not pass unseen', () => {
    expect(
      refusal({
        'prod/tenants/.yaml': 'x',
        'prod/tenants/.acme.yaml': 'x',
        'prod/tenants/#acme.yaml': 'x',
        'prod/tenants/.acme.yml': 'x',
        'prod/.platform.yaml': 'x',
      }),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 5 problems

     config/environments/prod/.platform.yaml
         is not part of an environment; did you mean "platform.yaml"?  allowed: platform.yaml, tenants
     config/environments/prod/tenants/#acme.yaml
         is named like a hidden file, which would never be read; rename it to <tenant id>.yaml, or delete it
     config/environments/prod/tenants/.acme.yaml
         is named like a hidden file, which would never be read; rename it to <tenant id>.yaml, or delete it
     config/environments/prod/tenants/.acme.yml
         is named like a hidden file, which would never be read; rename it to <tenant id>.yaml, or delete it
     config/environments/prod/tenants/.yaml
         is named like a hidden file, which would never be read; rename it to <tenant id>.yaml, or delete it
    `);
  });

  it('the lock that Emacs puts beside a file under edit is ignored', () => {
    const tenants = inProject({}, (root) => {
      symlinkSync('me@host.1', join(root, 'config/environments/prod/tenants/.#acme.yaml'));
      return loadPlatform(root, 'prod').tenants;
    });
    expect(tenants).toHaveLength(2);
  });

  it('a file whose name is no tenant id is read although its tenant is not asked for', () => {
    expect(
      refusal(
        { 'prod/tenants/Acme.yaml': tenantFile('initech'), ...platform(['enterprise: 2', 'enterprise: 3']) },
        'prod',
        { tenants: () => false },
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/Acme.yaml:1:5  id
         must equal the file's name, "Acme", got "initech"; change the id, or rename the file to initech.yaml
    `);
  });

  it('a folder in place of a file', () => {
    expect(refusal({ 'prod/platform.yaml': undefined, 'prod/platform.yaml/x': '' })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml
         cannot be read: it is a folder; a file is expected
    `);
  });

  it('a file in place of the tenants folder', () => {
    expect(
      refusal({
        'prod/tenants/acme.yaml': undefined,
        'prod/tenants/globex.yaml': undefined,
        'prod/tenants': '',
      }),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants
         cannot be read: it is a file; a folder is expected
    `);
  });

  it('symbolic links that lead nowhere or in a circle', () => {
    const text = inProject({}, (root) => {
      const tenants = join(root, 'config/environments/prod/tenants');
      symlinkSync('nowhere.yaml', join(tenants, 'initech.yaml'));
      symlinkSync('umbrella.yaml', join(tenants, 'umbrella.yaml'));
      return refusalIn(root);
    });
    expect(text).toMatchInlineSnapshot(`
     config of "prod" is invalid: 3 problems

     config/environments/prod/platform.yaml:14:56  load.tenants.enterprise
         must be at least 4, the number of tenant files, got 2; capacity is checked against it
     config/environments/prod/tenants/initech.yaml
         cannot be read: it does not exist; run from the root of the project, and check that symbolic links lead somewhere
     config/environments/prod/tenants/umbrella.yaml
         cannot be read: it is a symbolic link that leads back to itself
    `);
  });
});
