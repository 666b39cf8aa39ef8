import { acme, platform, PLATFORM, refusal } from './fixture';

describe('a value that a schema refuses', () => {
  it('an unknown key names the nearest one and all that are allowed, and is not also called missing', () => {
    expect(refusal(platform(['    region: us-east-1', '    regoin: us-east-1']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:20:5  cells.use1a.regoin
         unknown key "regoin"; did you mean "region"?  allowed: account, businessHours, cache, cluster, data, gateway, identity, network, operators, quotas, region, zones
    `);
  });

  it('an unknown key that resembles none still lists what is allowed', () => {
    expect(refusal(platform(['  backend: s3', '  backend: s3\n  password: hunter2']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:10:3  state.password
         unknown key "password"  allowed: backend, oldVersionRetentionDays
    `);
  });

  it('a missing key is reported where its mapping starts, with its meaning', () => {
    expect(refusal(platform(['    region: us-west-2\n', '']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:29:3  cells.usw2a.region
         required key "region" is missing: AWS region of the cell.
    `);
  });

  it('a missing key of the whole file is reported on the first line', () => {
    expect(refusal(platform(['costCentre: platform\n', '']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:1:1  costCentre
         required key "costCentre" is missing: Cost centre that pays for everything no tenant pays for.
    `);
  });

  it('a key without value is told apart from a missing key', () => {
    expect(refusal(platform(['costCentre: platform', 'costCentre:']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:5:1  costCentre
         has no value; must be text
    `);
  });

  it('a mapping without content says which keys it needs', () => {
    expect(refusal(platform(['state:\n  backend: s3', 'state:']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:8:1  state
         has no value; must be a mapping with the keys backend, oldVersionRetentionDays
    `);
  });

  it('an unquoted account shows the digits as they were written, leading zero included', () => {
    expect(refusal(platform(['"111111111111"', '012345678901']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:3:10  account
         must be text, got the number 012345678901; put it in quotes: "012345678901"
    `);
  });

  it('an unquoted Kubernetes version shows the text as it was written, trailing zero included', () => {
    expect(refusal(platform(['"1.36"', '1.30']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:26:26  cells.use1a.cluster.kubernetesVersion
         must be one of 1.32, 1.33, 1.34, 1.35, 1.36, got the number 1.30; choose an allowed one and put it in quotes
    `);
  });

  it('an account of 11 digits is refused', () => {
    expect(refusal(platform(['"111111111111"', '"11111111111"']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:3:10  account
         must be an AWS account id: 12 digits, in quotes, got "11111111111"
    `);
  });

  it('an unsupported Kubernetes version lists the supported ones', () => {
    expect(refusal(platform(['"1.36"', '"1.29"']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:26:26  cells.use1a.cluster.kubernetesVersion
         must be one of 1.32, 1.33, 1.34, 1.35, 1.36, got "1.29"
    `);
  });

  it.each(['1.3б', '1.3', '1.29', '2.30', '13.6'])(
    'a Kubernetes version that could be a typo of several, or of none, is not suggested: %s',
    (version) => {
      expect(refusal(platform(['"1.36"', `"${version}"`]))).not.toContain('did you mean');
    },
  );

  it.each(['1,36', 'v1.36', '1.366'])(
    'a Kubernetes version one edit away from a single one is suggested: %s',
    (version) => {
      expect(refusal(platform(['"1.36"', `"${version}"`]))).toContain('did you mean "1.36"?');
    },
  );

  it('a mistyped region is suggested', () => {
    expect(refusal(platform(['region: us-east-1', 'region: us-esat-1']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:4:9  region
         must be one of af-south-1, ap-east-1, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-south-2, ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-southeast-4, ca-central-1, eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-2, eu-west-3, me-central-1, me-south-1, sa-east-1, us-east-1, us-east-2, us-west-2, got "us-esat-1"; did you mean "us-east-1"?
    `);
  });

  it('a mistyped word of a list of words is suggested', () => {
    expect(refusal(platform(['  backend: s3', '  backend: S3']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:9:12  state.backend
         must be one of s3, local, got "S3"; did you mean "s3"?
    `);
  });

  it('"yes" is not a boolean and the message says what to write', () => {
    expect(refusal(platform(['cidr: 10.16.0.0/16', 'cidr: 10.16.0.0/16\n      interfaceEndpoints: yes'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:24:27  cells.use1a.network.interfaceEndpoints
         must be true or false, got "yes"; write true, without quotes
    `);
  });

  it('a number in quotes is told to lose them', () => {
    expect(refusal(platform(['peakCallsPerSecond: 10', 'peakCallsPerSecond: "10"']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:16:23  load.peakCallsPerSecond
         must be a whole number, got "10"; remove the quotes
    `);
  });

  it.each([
    ['050', '50'],
    ['0x32', '50'],
    ['0o62', '50'],
    ['5e1', '50'],
    ['+50', '50'],
    ['50.0', '50'],
  ])('a number not written in plain decimal says what to write: %s', (written, plain) => {
    expect(refusal(platform(['peakCallsPerSecond: 10', `peakCallsPerSecond: ${written}`]))).toContain(
      `load.peakCallsPerSecond\n    must be in plain decimal digits, got ${written}; write ${plain}`,
    );
  });

  it.each([
    ['5_0', '; write 50'],
    ['0_50', '; write 50'],
    ['1,000,000', '; write 1000000'],
    ['"050"', '; write 50'],
    ['2,5', ''],
  ])(
    'a number with its digits in groups says what to write, unless it may be a fraction: %s',
    (written, advice) => {
      const text = refusal(platform(['peakCallsPerSecond: 10', `peakCallsPerSecond: ${written}`]));
      expect(text.endsWith(`must be a whole number, got "${written.replaceAll('"', '')}"${advice}`)).toBe(
        true,
      );
    },
  );

  it('numbers not written in plain decimal are reported in every place, also in lists of allowed numbers', () => {
    expect(
      refusal(
        platform(
          ['flowLogRetentionDays: 365', 'flowLogRetentionDays: 0x16D'],
          ['min: 3', 'min: +3'],
          ['max: 6', 'max: .5'],
          ['callsPerMonth: 2592000', 'callsPerMonth: 2_592_000'],
        ),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 4 problems

     config/environments/prod/platform.yaml:15:18  load.callsPerMonth
         must be a whole number, got "2_592_000"; write 2592000
     config/environments/prod/platform.yaml:24:29  cells.use1a.network.flowLogRetentionDays
         must be in plain decimal digits, got 0x16D; write 365
     config/environments/prod/platform.yaml:28:55  cells.use1a.cluster.systemNodes.min
         must be in plain decimal digits, got +3; write 3
     config/environments/prod/platform.yaml:28:64  cells.use1a.cluster.systemNodes.max
         must be a whole number, got .5
    `);
  });

  it('a fraction is refused where a count is wanted', () => {
    expect(refusal(platform(['min: 3', 'min: 2.5']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:28:55  cells.use1a.cluster.systemNodes.min
         must be a whole number, got 2.5
    `);
  });

  it('a count out of range shows the range', () => {
    expect(refusal(platform(['min: 3', 'min: 0']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:28:55  cells.use1a.cluster.systemNodes.min
         must be between 1 and 100, got 0
    `);
  });

  it('a retention that CloudWatch does not offer lists those it does', () => {
    expect(refusal(platform(['flowLogRetentionDays: 365', 'flowLogRetentionDays: 364'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:24:29  cells.use1a.network.flowLogRetentionDays
         must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, got 364
    `);
  });

  it('one text where a list is wanted is told how to write a list', () => {
    expect(
      refusal(
        platform([
          'administrators: [arn:aws:iam::222222222222:role/admin]',
          'administrators: arn:aws:iam::222222222222:role/admin',
        ]),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:27:23  cells.use1a.cluster.administrators
         must be a list, got "arn:aws:iam::222222222222:role/admin"; write each entry on a line of its own after "- "
    `);
  });

  it('a list where a mapping is wanted is told the keys', () => {
    expect(refusal(platform(['registry:\n  replicaRegions: [us-west-2]', 'registry: [us-west-2]'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:10:11  registry
         must be a mapping with the keys replicaRegions, got [us-west-2]
    `);
  });

  it('an empty list where one entry is needed is refused', () => {
    expect(refusal(platform(['deployers:\n  - arn:aws:iam::111111111111:role/delivery', 'deployers: []'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:6:12  deployers
         must have at least 1 entry, got a list of 0
    `);
  });

  it('two zones are refused: a cell stands in three', () => {
    expect(refusal(platform(['[us-east-1a, us-east-1b, us-east-1c]', '[us-east-1a, us-east-1b]'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:21:12  cells.use1a.zones
         must have exactly 3 entries, got [us-east-1a, us-east-1b]
    `);
  });

  it('a zone named twice is refused', () => {
    expect(refusal(platform(['us-east-1c', 'us-east-1a']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:21:12  cells.use1a.zones
         must not name the same entry twice, got [us-east-1a, us-east-1b, us-east-1a]
    `);
  });

  it('an IAM user is not accepted as administrator', () => {
    expect(refusal(platform(['222222222222:role/admin', '222222222222:user/root']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:27:24  cells.use1a.cluster.administrators[0]
         must be the ARN of an IAM role, such as arn:aws:iam::111111111111:role/platform-admin, got "arn:aws:iam::222222222222:user/root"
    `);
  });

  it('a wildcard is not accepted in a role ARN', () => {
    expect(refusal(platform(['111111111111:role/delivery', '111111111111:role/*']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:7:5  deployers[0]
         must be the ARN of an IAM role, such as arn:aws:iam::111111111111:role/platform-admin, got "arn:aws:iam::111111111111:role/*"
    `);
  });

  it('a platform without cells is refused', () => {
    const [before, after] = ['cells:', 'delivery:'].map((key) => PLATFORM.indexOf(key));
    const withoutCells = `${PLATFORM.slice(0, before)}cells: {}\n${PLATFORM.slice(after)}`;
    expect(refusal({ 'prod/platform.yaml': withoutCells })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:17:8  cells
         must hold at least one cell, got an empty mapping
    `);
  });

  it('a cell id in capitals is reported at the id', () => {
    expect(refusal(platform(['  usw2a:', '  USW2A:']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:29:3  cells.USW2A
         must be 3-8 lowercase letters and digits, starting with a letter, got "USW2A"
     config/environments/prod/tenants/globex.yaml:4:7  cell
         must be a cell of platform.yaml (use1a), got "usw2a"; did you mean "use1a"?
    `);
  });

  it('a public address range is refused for a cell', () => {
    expect(refusal(platform(['10.17.0.0/16', '8.8.0.0/16']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         must be a private (RFC 1918) IPv4 network of size /16, /17 or /18 with its host bits zero, such as 10.16.0.0/16, got "8.8.0.0/16"
    `);
  });

  it('a CIDR with host bits is refused', () => {
    expect(refusal(platform(['10.17.0.0/16', '10.17.0.1/16']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         must be a private (RFC 1918) IPv4 network of size /16, /17 or /18 with its host bits zero, such as 10.16.0.0/16, got "10.17.0.1/16"
    `);
  });

  it('opening the Kubernetes API to the internet is refused', () => {
    expect(
      refusal(
        platform([
          'kubernetesVersion: "1.36"',
          'kubernetesVersion: "1.36"\n      publicAccessCidrs: [0.0.0.0/0]',
        ]),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:27:27  cells.use1a.cluster.publicAccessCidrs[0]
         must be an IPv4 network of size /16 to /32 with its host bits zero, such as 203.0.113.0/24; a wider one opens the Kubernetes API to strangers, and 0.0.0.0/0 to the whole internet, got "0.0.0.0/0"
    `);
  });

  it('a very long value is cut', () => {
    expect(refusal(platform(['platform: bulkhead', `platform: ${'x'.repeat(5000)}`]))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:1:11  platform
         must have at most 16 characters, got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… (5000 characters)
    `);
  });

  it('a pooled tenant in a file is told where pooled tenants live', () => {
    expect(refusal(acme(['tier: enterprise', 'tier: starter']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:3:7  tier
         must be enterprise (starter and professional tenants are rows of the tenant registry, not files), got "starter"
    `);
  });

  it('a contact that is no e-mail address is refused', () => {
    expect(refusal(acme(['oncall@acme.example', 'oncall']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:5:10  contact
         must be an e-mail address, got "oncall"
    `);
  });

  it('a tenant name of several lines is refused', () => {
    expect(refusal(acme(['name: acme Ltd', 'name: "acme\\nLtd"']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:2:7  name
         must be one line of text without spaces at its ends, got "acme\\nLtd"
    `);
  });

  it('every problem of every file is reported at once, in the order of files and lines', () => {
    expect(
      refusal({
        ...platform(
          ['backend: s3', 'backend: s4'],
          ['min: 3', 'min: three'],
          ['10.17.0.0/16', '10.16.128.0/17'],
        ),
        ...acme(['cell: use1a', 'cell: use1b'], ['contact', 'contacts']),
        'prod/tenants/globex.yaml': 'id: [globex\n',
      }),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 6 problems

     config/environments/prod/platform.yaml:9:12  state.backend
         must be one of s3, local, got "s4"; did you mean "s3"?
     config/environments/prod/platform.yaml:28:55  cells.use1a.cluster.systemNodes.min
         must be a whole number, got "three"
     config/environments/prod/platform.yaml:33:13  cells.usw2a.network.cidr
         10.16.128.0/17 overlaps 10.16.0.0/16 of cell "use1a" (config/environments/prod/platform.yaml:23:13); cells must not share addresses
     config/environments/prod/tenants/acme.yaml:4:7  cell
         must be a cell of platform.yaml (use1a, usw2a), got "use1b"; did you mean "use1a"?
     config/environments/prod/tenants/acme.yaml:5:1  contacts
         unknown key "contacts"; did you mean "contact"?  allowed: cell, contact, costCentre, database, federation, id, lifecycle, machineClientRotation, maintenanceWindow, name, nodePool, quota, rateLimitPerSecond, tier
     config/environments/prod/tenants/globex.yaml:2:1
         is not valid YAML: a bracket or brace that was opened before is not closed
    `);
  });
});
