import { SignInDomain } from '../../constructs/identity/sign-in-domain';
import { WebClient, type WebClientProps } from '../../constructs/identity/web-client';
import { synth } from '../support/synth';
import { identity } from './fixture';

const stack = identity();
const [client] = stack.resources('aws_cognito_user_pool_client');

describe('the client of the web application', () => {
  it('signs in by code, on the pages of the pool, and has no secret', () => {
    expect(client).toMatchObject({
      generate_secret: false,
      allowed_oauth_flows_user_pool_client: true,
      allowed_oauth_flows: ['code'],
      allowed_oauth_scopes: ['api/read', 'api/write', 'email', 'openid'],
      supported_identity_providers: ['COGNITO'],
    });
    for (const flow of client?.['explicit_auth_flows'] as string[])
      expect(flow).not.toMatch(/PASSWORD|SRP|CUSTOM|ADMIN|REFRESH/);
  });

  it('cannot write the tenant of a user, and reads no more than it shows', () => {
    expect(client?.['write_attributes']).toEqual(['email', 'name']);
    expect(client?.['read_attributes']).toEqual(['email', 'email_verified', 'name']);
  });

  it('gets another refresh token with every use, and can revoke', () => {
    expect(client).toMatchObject({
      refresh_token_rotation: [{ feature: 'ENABLED', retry_grace_period_seconds: 30 }],
      enable_token_revocation: true,
      prevent_user_existence_errors: 'ENABLED',
    });
  });

  it('has tokens that live as config says', () => {
    expect(client).toMatchObject({
      access_token_validity: 60,
      id_token_validity: 60,
      refresh_token_validity: 12,
      token_validity_units: [{ access_token: 'minutes', id_token: 'minutes', refresh_token: 'hours' }],
    });
  });

  it('returns to the application of the zone, or to where config says', () => {
    expect(client).toMatchObject({
      callback_urls: ['https://app.use1a.bulkhead.example/callback'],
      logout_urls: ['https://app.use1a.bulkhead.example/'],
    });
    const told = identity({ callbackUrls: ['https://b.example/', 'https://a.example/'] });
    expect(told.resources('aws_cognito_user_pool_client')[0]).toMatchObject({
      callback_urls: ['https://a.example/', 'https://b.example/'],
      logout_urls: ['https://app.use1a.bulkhead.example/'],
    });
  });

  it('waits for the scopes of the API, and has a style, without which no page is shown', () => {
    const server = stack.only('aws_cognito_resource_server');
    expect(server).toMatchObject({
      identifier: 'api',
      scope: [{ scope_name: 'read' }, { scope_name: 'write' }],
    });
    expect(client?.['depends_on']).toEqual([server.address]);
    expect(stack.only('aws_cognito_managed_login_branding')).toMatchObject({
      client_id: `\${${client?.address ?? ''}.id}`,
      use_cognito_provided_values: true,
    });
  });

  it('is refused with every problem named at once', () => {
    const wrong: Partial<WebClientProps> = {
      identityProviders: [],
      callbackUrls: ['https://*.example/'],
      logoutUrls: [],
    };
    expect(() =>
      synth((scope) => {
        new WebClient(scope, 'Web', {
          userPoolId: 'p',
          name: 'web',
          accessTokenMinutes: 60,
          refreshTokenHours: 12,
          identityProviders: ['COGNITO'],
          callbackUrls: ['https://a.example/'],
          logoutUrls: ['https://a.example/'],
          ...wrong,
        });
      }),
    ).toThrowErrorMatchingInlineSnapshot(`
     "[test/Web] invalid WebClient props:
       - identityProviders must name at least one: a client without lets in nobody
       - logoutUrls must name at least one URL
       - callbackUrls must be whole URLs without * and #, got https://*.example/"
    `);
  });
});

describe('the domain where people sign in', () => {
  it('is a name of the cell, with the newer pages and a certificate from where Cognito takes it', () => {
    expect(stack.only('aws_cognito_user_pool_domain')).toMatchObject({
      domain: 'auth.use1a.bulkhead.example',
      managed_login_version: 2,
      certificate_arn: `\${${stack.only('aws_acm_certificate_validation').address}.certificate_arn}`,
      lifecycle: { prevent_destroy: true },
    });
    expect(stack.only('aws_acm_certificate')).toMatchObject({
      region: 'us-east-1',
      domain_name: 'auth.use1a.bulkhead.example',
      validation_method: 'DNS',
    });
    expect(stack.only('aws_acm_certificate_validation')['region']).toBe('us-east-1');
  });

  it('leads to the distribution of Cognito', () => {
    const domain = stack.only('aws_cognito_user_pool_domain').address;
    expect(stack.only('aws_route53_record', 'Name')).toMatchObject({
      name: 'auth.use1a.bulkhead.example',
      type: 'A',
      allow_overwrite: false,
      alias: {
        name: `\${${domain}.cloudfront_distribution}`,
        zone_id: `\${${domain}.cloudfront_distribution_zone_id}`,
      },
    });
  });

  it('is made after the name above it resolves, to where nothing is', () => {
    const top = stack.only('aws_route53_record', 'Top');
    expect(top).toMatchObject({ name: 'use1a.bulkhead.example', type: 'A', records: ['192.0.2.1'] });
    expect(stack.only('aws_cognito_user_pool_domain')['depends_on']).toEqual([top.address]);
  });

  it('fits what Cognito takes', () => {
    const build = (length: number) =>
      synth((scope) => {
        const name = `${'a'.repeat(length - 'auth..example'.length)}.example`;
        new SignInDomain(scope, 'SignIn', { userPoolId: 'p', zone: { id: 'Z1', name } });
      });
    expect(() => build(63)).not.toThrow();
    expect(() => build(64)).toThrow('zone must leave room for a sign-in domain of 63 characters, got 64');
  });
});

describe('the firewall before the pool', () => {
  const acl = stack.only('aws_wafv2_web_acl');

  it('blocks one address that would use up what all may ask', () => {
    expect(acl).toMatchObject({ scope: 'REGIONAL', default_action: { allow: {} } });
    expect(acl['rule']).toMatchObject([
      {
        action: { block: { custom_response: { response_code: 429 } } },
        statement: {
          rate_based_statement: { limit: 3000, evaluation_window_sec: 300, aggregate_key_type: 'IP' },
        },
      },
    ]);
    expect(stack.only('aws_wafv2_web_acl_association')).toMatchObject({
      resource_arn: `\${${stack.only('aws_cognito_user_pool').address}.arn}`,
      web_acl_arn: `\${${acl.address}.arn}`,
    });
  });
});

it('holds no secret of any kind', () => {
  expect(JSON.stringify(stack.json)).not.toMatch(/client_secret|secret_string|"password":/);
});
