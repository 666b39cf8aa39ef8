import { acme, PLATFORM, platform, refusal } from './fixture';

describe('a file that is not the YAML config uses', () => {
  it('an empty file', () => {
    expect(refusal({ 'prod/platform.yaml': '' })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:1:1
         is empty; must be a mapping with the keys account, cells, costCentre, delivery, deployers, dns, environment, load, offboarding, onboarding, platform, region, registry, state, tiers
    `);
  });

  it('a file of comments only', () => {
    expect(refusal({ 'prod/tenants/acme.yaml': '# later\n' })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:1:1
         is empty; must be a mapping with the keys cell, contact, costCentre, database, federation, id, lifecycle, machineClientRotation, maintenanceWindow, name, nodePool, quota, rateLimitPerSecond, tier
    `);
  });

  it('a list in place of a mapping', () => {
    expect(refusal({ 'prod/tenants/acme.yaml': '- id: acme\n' })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:1:1
         must be a mapping with the keys cell, contact, costCentre, database, federation, id, lifecycle, machineClientRotation, maintenanceWindow, name, nodePool, quota, rateLimitPerSecond, tier, got a list of 1
    `);
  });

  it('a tab as indentation', () => {
    expect(refusal(platform(['  backend: s3', '\tbackend: s3']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:9:1
         is not valid YAML: a tab is used as indentation; use spaces
    `);
  });

  it('an unclosed bracket', () => {
    expect(refusal(platform(['[us-east-1a, us-east-1b, us-east-1c]', '[us-east-1a, us-east-1b'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:5
         is not valid YAML: a bracket or brace that was opened before is not closed
    `);
  });

  it('an unclosed quote', () => {
    expect(refusal(acme(['name: acme Ltd', 'name: "acme Ltd']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:6:1
         is not valid YAML: missing closing double quote
    `);
  });

  it('a missing colon', () => {
    expect(refusal(platform(['  backend: s3', '  backend s3']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:9:3  state
         must be a mapping with the keys backend, oldVersionRetentionDays, got "backend s3"; is a colon missing?
    `);
  });

  it('wrong indentation', () => {
    expect(refusal(platform(['    region: us-west-2', '   region: us-west-2']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 3 problems

     config/environments/prod/platform.yaml:30:12
         is not valid YAML: one line holds two keys; put text that contains ": " in quotes, and align the keys of a mapping
     config/environments/prod/platform.yaml:32:1
         is not valid YAML: the indentation does not match the lines above
     config/environments/prod/platform.yaml:34:1
         is not valid YAML: the indentation does not match the lines above
    `);
  });

  it('an unquoted text with a colon', () => {
    expect(refusal(acme(['name: acme Ltd', 'name: acme: Ltd']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:2:7
         is not valid YAML: one line holds two keys; put text that contains ": " in quotes, and align the keys of a mapping
    `);
  });

  it('a key given twice is reported beside the other problems of the file', () => {
    expect(refusal(platform(['costCentre: platform', 'costCentre: platform\nregion: us-east-1\nowner: me'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:6:1
         has the key "region" twice, first on line 4; keep one
     config/environments/prod/platform.yaml:7:1  owner
         unknown key "owner"  allowed: account, cells, costCentre, delivery, deployers, dns, environment, load, offboarding, onboarding, platform, region, registry, state, tiers
    `);
  });

  it('a cell id given twice', () => {
    expect(refusal(platform(['  usw2a:', '  use1a:']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:29:3
         has the key "use1a" twice, first on line 18; keep one
     config/environments/prod/tenants/globex.yaml:4:7  cell
         must be a cell of platform.yaml (use1a), got "usw2a"; did you mean "use1a"?
    `);
  });

  it('a cell id given twice is the only problem, whatever the second lacks', () => {
    const again = '  use1a:\n    acount: "222222222222"\n    zones: [us-west-2a]\n';
    expect(refusal(platform(['delivery:\n', `${again}delivery:\n`]))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:38:3
         has the key "use1a" twice, first on line 18; keep one
    `);
  });

  it('the cells given twice are the only problem, and no tenant is called homeless', () => {
    expect(refusal({ 'prod/platform.yaml': `${PLATFORM}cells:\n  euw1a: {}\n` })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:42:1
         has the key "cells" twice, first on line 17; keep one
    `);
  });

  it('a key given twice within a list of mappings is found', () => {
    expect(refusal(acme(['name: acme Ltd', 'name:\n  - { a: 1, a: 2 }']))).toContain('has the key "a" twice');
  });

  it('two documents', () => {
    expect(refusal({ 'prod/platform.yaml': `${PLATFORM}---\n${PLATFORM}` })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:42:1
         must hold one document; remove everything from this "---" on, or move it to its own file
    `);
  });

  it('an anchor and its alias', () => {
    expect(
      refusal(
        platform(['cidr: 10.16.0.0/16', 'cidr: &net 10.16.0.0/16'], ['cidr: 10.17.0.0/16', 'cidr: *net']),
      ),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:23:18
         must not define the anchor &net; write the value out where it is used
     config/environments/prod/platform.yaml:33:13
         must not use the alias *net; write the value out
    `);
  });

  it('nested aliases that would expand to gigabytes', () => {
    const levels = Array.from(
      { length: 20 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
    );
    const started = process.hrtime.bigint();
    const text = refusal({ 'prod/tenants/acme.yaml': `l0: &l0 x\n${levels.join('\n')}\n` });
    expect(text.split('\n').slice(0, 5).join('\n')).toMatchInlineSnapshot(`
     config of "prod" is invalid: 10 problems

     config/environments/prod/tenants/acme.yaml:1:9
         must not define the anchor &l0; write the value out where it is used
     config/environments/prod/tenants/acme.yaml:2:9
    `);
    expect(process.hrtime.bigint() - started).toBeLessThan(5_000_000_000n);
  });

  it('a tag', () => {
    expect(refusal(acme(['name: acme Ltd', 'name: !env ACME']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:2:12
         must not use the tag !env; write the plain value
    `);
  });

  it('a list as a key', () => {
    expect(refusal(acme(['name: acme Ltd', '? [a, b]\n: c\nname: acme Ltd']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:2:3
         must not have a list, a mapping or an alias as a key; keys are plain text
    `);
  });

  it('the key __proto__', () => {
    expect(refusal(platform(['cells:', 'cells:\n  __proto__: {}']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:18:3
         must not have the key "__proto__"
    `);
  });

  it('nesting too deep to parse', () => {
    expect(refusal({ 'prod/tenants/acme.yaml': '['.repeat(100_000) })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:1:819
         is not valid YAML: it is nested too deeply to be read; config needs five levels
    `);
  });

  it('line ends of the old Mac, which would make the file one comment', () => {
    expect(refusal({ 'prod/tenants/acme.yaml': '# Acme\rid: acme\rname: Acme\r' })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:1:7
         must not have a carriage return without a line feed (the line ends of the old Mac); save it with the line ends LF or CRLF
    `);
  });

  it('one line end of the old Mac among others', () => {
    expect(refusal(acme(['name: acme Ltd\n', 'name: acme Ltd\r']))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:2:15
         must not have a carriage return without a line feed (the line ends of the old Mac); save it with the line ends LF or CRLF
    `);
  });

  it('text that is not UTF-8', () => {
    expect(refusal({ 'prod/tenants/acme.yaml': Buffer.from('id: acme\nname: Acmé\n', 'latin1') }))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml
         is not UTF-8 text; save it with the encoding UTF-8
    `);
  });

  it('a file of more than a mebibyte', () => {
    expect(refusal({ 'prod/tenants/acme.yaml': `#${'x'.repeat(1024 * 1024)}` })).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml
         must be at most 1048576 bytes, got 1048577; is this a config file?
    `);
  });

  it('a merge key does not merge', () => {
    expect(refusal(acme(['name: acme Ltd', 'name: acme Ltd\n<<: { costCentre: acme }'])))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:3:1  ["<<"]
         unknown key "<<"  allowed: cell, contact, costCentre, database, federation, id, lifecycle, machineClientRotation, maintenanceWindow, name, nodePool, quota, rateLimitPerSecond, tier
    `);
  });
});
