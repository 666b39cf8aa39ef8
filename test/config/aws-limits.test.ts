import { instanceType } from '../../config/schema/instance-types';
import { REGIONS, zonesOf } from '../../config/schema/regions';
import { load, platform, refusal } from './fixture';

const FIRST_VERSION = 'kubernetesVersion: "1.36"';
const withPublicAccess = (cidr: string) =>
  platform([FIRST_VERSION, `${FIRST_VERSION}\n      publicAccessCidrs: [${cidr}]`]);

describe('a region', () => {
  it.each(['us-west-1', 'ap-southeast-5', 'ap-southeast-7', 'mx-central-1', 'us-gov-west-1', 'cn-north-1'])(
    'may not be %s, which lacks something that a stack needs',
    (region) => {
      expect(refusal(platform(['[us-west-2]', `[${region}]`]))).toContain(`got "${region}"`);
    },
  );

  it('has three zones at least, each of its own', () => {
    for (const region of REGIONS) {
      const zones = zonesOf(region);
      expect(zones.length).toBeGreaterThanOrEqual(3);
      expect(new Set(zones).size).toBe(zones.length);
    }
  });
});

describe('a zone', () => {
  it('in which EKS places no control plane is refused', () => {
    expect(refusal(platform(['us-east-1c]', 'us-east-1e]']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:21:37  cells.use1a.zones[2]
         must be one of us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1f, the zones of us-east-1 where a new account can have an EKS cluster, got "us-east-1e"
    `);
  });

  it('that a new account does not get is refused', () => {
    expect(
      refusal(
        platform(
          ['    region: us-west-2', '    region: ca-central-1'],
          ['[us-west-2a, us-west-2b, us-west-2c]', '[ca-central-1a, ca-central-1b, ca-central-1c]'],
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:31:43  cells.usw2a.zones[2]
         must be one of ca-central-1a, ca-central-1b, ca-central-1d, the zones of ca-central-1 where a new account can have an EKS cluster, got "ca-central-1c"
    `);
  });

  it('of a letter that no region has is refused', () => {
    expect(refusal(platform(['us-east-1c]', 'us-east-1g]']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:21:37  cells.use1a.zones[2]
         must be an availability zone, such as us-east-1a, got "us-east-1g"
    `);
  });

  it('may be any of those that its region has', () => {
    const [first] = load(platform(['us-east-1b, us-east-1c]', 'us-east-1d, us-east-1f]'])).cells;
    expect(first?.zones).toEqual(['us-east-1a', 'us-east-1d', 'us-east-1f']);
  });
});

describe('a network of a cell', () => {
  it('that contains the addresses of Kubernetes services is refused', () => {
    expect(refusal(platform(['10.17.0.0/16', '172.20.128.0/17']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         must not overlap 172.20.0.0/16, the addresses of Kubernetes services in every cluster: pods could not tell them from machines, got "172.20.128.0/17"
    `);
  });

  it.each(['172.19.0.0/16', '172.21.0.0/16'])('may be next to them: %s', (cidr) => {
    expect(load(platform(['10.17.0.0/16', cidr])).cells[1]?.network.cidr).toBe(cidr);
  });
});

describe('a network that may reach the Kubernetes API from the internet', () => {
  it('with reserved addresses is refused, with the reason', () => {
    expect(refusal(withPublicAccess('10.0.0.0/16'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:27:27  cells.use1a.cluster.publicAccessCidrs[0]
         must be public addresses: nothing reaches the Kubernetes API from the internet with a reserved one (0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.168.0.0/16, 198.18.0.0/15, 224.0.0.0/4, 240.0.0.0/4), and EKS refuses them; give the address that your office or VPN has on the internet, got "10.0.0.0/16"
    `);
  });

  it.each([
    ...[
      '0.0.0.0/16',
      '10.255.255.255/32',
      '100.64.0.0/16',
      '100.127.255.0/24',
      '127.0.0.1/32',
      '169.254.0.0/16',
    ],
    ...[
      '172.16.0.0/16',
      '172.31.255.0/24',
      '192.0.0.0/24',
      '192.168.1.0/24',
      '198.18.0.0/16',
      '198.19.0.0/16',
    ],
    ...['224.0.0.0/16', '239.255.255.255/32', '240.0.0.0/16', '255.255.255.255/32'],
    '10.0.0.0/8',
    '172.16.0.0/12',
    // It reaches into 192.0.0.0/24 and 192.0.2.0/24.
    '192.0.0.0/16',
  ])('may not be %s', (cidr) => {
    expect(refusal(withPublicAccess(cidr))).toContain('must be public addresses');
  });

  it.each([
    '100.63.0.0/16',
    '100.128.0.0/16',
    '172.15.0.0/16',
    '172.32.0.0/16',
    '198.20.0.0/16',
    '223.255.255.255/32',
  ])('may be %s', (cidr) => {
    expect(load(withPublicAccess(cidr)).cells[0]?.cluster.publicAccessCidrs).toEqual([cidr]);
  });

  it('wider than /16 is refused, with the reason', () => {
    expect(refusal(withPublicAccess('52.94.0.0/15'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:27:27  cells.use1a.cluster.publicAccessCidrs[0]
         must be an IPv4 network of size /16 to /32 with its host bits zero, such as 203.0.113.0/24; a wider one opens the Kubernetes API to strangers, and 0.0.0.0/0 to the whole internet, got "52.94.0.0/15"
    `);
  });
});

describe('an instance type', () => {
  it('that does not exist is refused', () => {
    expect(refusal(platform(['[m7g.large]', '[m7gg.lorge]']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:28:38  cells.use1a.cluster.systemNodes.instanceTypes[0]
         must be an EC2 instance type of family c, m or r from generation 5 on, or t3, t3a or t4g, of size medium to 48xlarge, such as m7g.large, got "m7gg.lorge"
    `);
  });

  it.each([
    ...[
      'm7gg.large',
      'm7g.lorge',
      'm7.large',
      'm5g.large',
      'm10g.large',
      'M7G.LARGE',
      'm7g',
      'm7g.',
      'm7g.0xlarge',
    ],
    ...[
      'mac2.metal',
      'm7g.metal',
      'p5.48xlarge',
      'g6.xlarge',
      'x2gd.large',
      'm4.large',
      't2.medium',
      't4.medium',
    ],
    ...['t4g.nano', 't4g.micro', 't4g.small', 'm7g.large ', 'm7g.large.'],
  ])('may not be %s', (type) => {
    expect(instanceType.safeParse(type).success).toBe(false);
  });

  it.each([
    ...[
      't3.medium',
      't3a.medium',
      't4g.medium',
      'm7g.medium',
      'm5.large',
      'm5zn.large',
      'r5b.large',
      'c6in.large',
    ],
    ...[
      'm6idn.xlarge',
      'c7gn.2xlarge',
      'c7i-flex.large',
      'r7iz.32xlarge',
      'm8azn.large',
      'm8g.48xlarge',
      'r8gd.16xlarge',
    ],
  ])('may be %s', (type) => {
    expect(instanceType.safeParse(type).success).toBe(true);
  });

  it('of the burstable family or below large is refused in prod', () => {
    expect(refusal(platform(['[m7g.large]', '[m7g.large, m7g.medium, t4g.large]']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:28:49  cells.use1a.cluster.systemNodes.instanceTypes[1]
         must be at least large and not of the burstable family t in prod, got "m7g.medium"; system pods must not slow down when credits are spent, nor crowd one processor
     config/environments/prod/platform.yaml:28:61  cells.use1a.cluster.systemNodes.instanceTypes[2]
         must be at least large and not of the burstable family t in prod, got "t4g.large"; system pods must not slow down when credits are spent, nor crowd one processor
    `);
  });

  it('may be burstable and medium in dev', () => {
    const dev = platform(['environment: prod', 'environment: dev'], ['[m7g.large]', '[t4g.medium]']);
    const { cells } = load({ 'dev/platform.yaml': dev['prod/platform.yaml'] }, 'dev');
    expect(cells[0]?.cluster.systemNodes.instanceTypes).toEqual(['t4g.medium']);
  });
});

describe('a cell id', () => {
  it.each([
    ...[
      'addons',
      'network',
      'cluster',
      'tenant',
      'tier',
      'data',
      'cache',
      'identity',
      'gateway',
      'delivery',
      'aws',
    ],
    ...['shard', 'bootstrap', 'observability', 'resilience', 'home', 'registry'],
  ])('may not be %s, a word of stack names', (id) => {
    const text = refusal(platform(['  usw2a:', `  ${id}:`]));
    expect(text).toMatch(id.length > 8 ? 'must be 3-8 lowercase' : 'must not be a reserved word');
  });

  it('that is invalid is not offered to tenants', () => {
    expect(refusal(platform(['  usw2a:', '  cluster:']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:29:3  cells.cluster
         must not be a reserved word (addons, aws, boundary, cache, cluster, data, delivery, deploy, gateway, global, home, identity, network, platform, registry, shard, shared, state, tenant, tier), got "cluster"
     config/environments/prod/tenants/globex.yaml:4:7  cell
         must be a cell of platform.yaml (use1a), got "usw2a"; did you mean "use1a"?
    `);
  });
});
