import { KEEP_SECONDS } from '../../services/authorizer/deny-list';
import { acme, load, platform, refusal, tenantFile } from './fixture';

describe('sign-in of a cell', () => {
  const withIdentity = (text: string) =>
    platform(['    network:\n      cidr: 10.16', `    identity: ${text}\n    network:\n      cidr: 10.16`]);

  it('has threat protection, second factors and tokens of an hour unless config says otherwise', () => {
    expect(load().cells[0]?.identity).toEqual({
      plan: 'plus',
      mfa: 'required',
      accessTokenMinutes: 60,
      refreshAfterMinutes: 10,
      refreshTokenHours: 12,
      callbackUrls: [],
      logoutUrls: [],
      logRetentionDays: 365,
    });
  });

  it('gives up neither in prod, and tells both at once', () => {
    expect(refusal(withIdentity('{ plan: essentials, mfa: optional }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:22:23  cells.use1a.identity.plan
         must be plus in prod, got "essentials"; without it nobody notices stolen passwords and risky sign-ins
     config/environments/prod/platform.yaml:22:40  cells.use1a.identity.mfa
         must be required in prod, got "optional"; a password alone opens all that a tenant has
    `);
  });

  it('refreshes tokens before they end: a minute before is early enough, the same minute is not', () => {
    const [cell] = load(withIdentity('{ accessTokenMinutes: 30, refreshAfterMinutes: 29 }')).cells;
    expect(cell?.identity.refreshAfterMinutes).toBe(29);
    expect(refusal(withIdentity('{ accessTokenMinutes: 30, refreshAfterMinutes: 30 }')))
      .toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:62  cells.use1a.identity.refreshAfterMinutes
         must be less than accessTokenMinutes, 30, got 30; a token that is refreshed when it has ended is none for a while
    `);
  });

  it('says so where the life of tokens was made too short for the default', () => {
    expect(refusal(withIdentity('{ accessTokenMinutes: 10 }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:37  cells.use1a.identity.accessTokenMinutes
         must be more than refreshAfterMinutes, 10, got 10; a token that is refreshed when it has ended is none for a while
    `);
  });

  it('keeps nobody signed in for longer than revocations are kept', () => {
    const [cell] = load(withIdentity('{ refreshTokenHours: 23 }')).cells;
    expect(cell?.identity.refreshTokenHours).toBe(23);
    expect(refusal(withIdentity('{ refreshTokenHours: 24 }'))).toContain('must be between 1 and 23, got 24');
    expect(refusal(withIdentity('{ refreshTokenHours: 23, accessTokenMinutes: 61 }'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:36  cells.use1a.identity.refreshTokenHours
         must leave refreshTokenHours x 60 + accessTokenMinutes at most 1440, got 1441: revocations are kept for a day, and a sign-in that was revoked must not outlive that
    `);
    expect(refusal(withIdentity('{ accessTokenMinutes: 721 }'))).toContain(
      'cells.use1a.identity.accessTokenMinutes\n    must leave refreshTokenHours x 60 + accessTokenMinutes at most 1440, got 1441',
    );
    expect(KEEP_SECONDS).toBe(1440 * 60);
  });

  it('sends mail as the identity that it names, and as no other', () => {
    const mail = (from: string) =>
      withIdentity(
        `{ mail: { identityArn: "arn:aws:ses:us-east-1:222222222222:identity/bulkhead.example", from: "${from}" } }`,
      );
    for (const from of ['no-reply@bulkhead.example', 'Bulkhead <no-reply@mail.bulkhead.example>'])
      expect(load(mail(from)).cells[0]?.identity.mail?.from).toBe(from);
    expect(refusal(mail('no-reply@notbulkhead.example'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:23  cells.use1a.identity.mail
         must have a sender of its own identity, got a mapping
    `);
  });

  it('fits what Cognito takes as a domain, up to the last character', () => {
    const domain = (length: number) =>
      platform(['domain: bulkhead.example', `domain: ${'a'.repeat(length - '.example'.length)}.example`]);
    // auth.use1a. before it.
    expect(load(domain(52)).dns.domain).toHaveLength(52);
    expect(refusal(domain(53))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 2 problems

     config/environments/prod/platform.yaml:12:16  dns.domain
         must be at most 52 characters for cell "use1a", got 53: Cognito takes 63 for auth.use1a.<domain>
     config/environments/prod/platform.yaml:12:16  dns.domain
         must be at most 52 characters for cell "usw2a", got 53: Cognito takes 63 for auth.usw2a.<domain>
    `);
  });
});

describe("a customer's own identity provider", () => {
  const federated = (text: string) => acme(['tier: enterprise', `tier: enterprise\nfederation: ${text}`]);

  it('is SAML or OpenID Connect', () => {
    const saml = load(federated('{ saml: { metadataUrl: https://idp.acme.example/metadata?app=1 } }'));
    expect(saml.tenants[0]?.federation).toEqual({
      saml: { metadataUrl: 'https://idp.acme.example/metadata?app=1' },
      callbackUrls: [],
      logoutUrls: [],
    });
    const oidc = load(federated('{ oidc: { issuer: https://login.acme.example, clientId: bulkhead } }'));
    expect(oidc.tenants[0]?.federation?.oidc?.clientId).toBe('bulkhead');
  });

  it('is one of them and not both', () => {
    const saml = 'saml: { metadataUrl: https://idp.acme.example/metadata }';
    const oidc = 'oidc: { issuer: https://login.acme.example, clientId: bulkhead }';
    expect(refusal(federated(`{ ${saml}, ${oidc} }`))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:4:13  federation
         must have exactly one of saml and oidc, got a mapping
    `);
    expect(refusal(federated('{}'))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:4:13  federation
         must have exactly one of saml and oidc, got an empty mapping
    `);
  });

  it('has no place for a client secret, which would be in everybody’s sight', () => {
    expect(
      refusal(federated('{ oidc: { issuer: https://login.acme.example, clientId: x, clientSecret: y } }')),
    ).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/acme.yaml:4:72  federation.oidc.clientSecret
         unknown key "clientSecret"  allowed: clientId, issuer
    `);
  });

  it.each(['http://idp.acme.example/metadata', 'https://idp.acme.example:8443/m', 'https://localhost/m'])(
    'is not asked at %s',
    (url) => {
      expect(refusal(federated(`{ saml: { metadataUrl: "${url}" } }`))).toContain(
        'must be an https URL on port 443 without fragment',
      );
    },
  );

  it("leaves room for the provider's name, up to the last character of the id", () => {
    const files = (length: number) => {
      const id = 'a'.repeat(length);
      return {
        'prod/tenants/acme.yaml': undefined,
        [`prod/tenants/${id}.yaml`]: `${tenantFile(id)}federation: { saml: { metadataUrl: https://idp.acme.example/m } }\n`,
      };
    };
    expect(load(files(25)).tenants.map(({ id }) => id.length)).toContain(25);
    expect(refusal(files(26))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/tenants/aaaaaaaaaaaaaaaaaaaaaaaaaa.yaml:6:13  federation
         must not be there for a tenant whose id is longer than 25 characters: Cognito takes 32 for the provider's name, tenant-aaaaaaaaaaaaaaaaaaaaaaaaaa
    `);
  });
});

describe('quotas of a cell', () => {
  it('are those of a new account, and may be raised to what AWS gives', () => {
    expect(load().cells[0]?.quotas.resourceServersPerPool).toBe(25);
    const raised = (value: number) =>
      platform([
        '    network:\n      cidr: 10.16',
        `    quotas: { resourceServersPerPool: ${value} }\n    network:\n      cidr: 10.16`,
      ]);
    expect(load(raised(300)).cells[0]?.quotas.resourceServersPerPool).toBe(300);
    expect(refusal(raised(301))).toMatchInlineSnapshot(`
     config of "prod" is invalid: 1 problem

     config/environments/prod/platform.yaml:22:39  cells.use1a.quotas.resourceServersPerPool
         must be between 1 and 300, got 301
    `);
  });
});
