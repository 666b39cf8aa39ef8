import { TenantIdentity, type TenantIdentityProps } from '../../constructs/identity/tenant-identity';
import { synth, type SynthesizedStack } from '../support/synth';

const tenant = (props: Partial<TenantIdentityProps> = {}): SynthesizedStack =>
  synth((scope) => {
    new TenantIdentity(scope, 'Identity', {
      tenantId: 'acme',
      namespace: 'tenant-acme',
      hostname: 'acme.use1a.bulkhead.example',
      userPoolId: 'us-east-1_Ab12Cd34E',
      lives: { accessTokenMinutes: 60, refreshTokenHours: 12 },
      machineClientRotation: 1,
      keyArn: 'arn:aws:kms:us-east-1:222222222222:key/acme',
      ...props,
    });
  });

const SAML = { kind: 'saml', metadataUrl: 'https://idp.acme.example/metadata' } as const;
const OIDC = { kind: 'oidc', issuer: 'https://login.acme.example', clientId: 'bulkhead' } as const;
const federated = (provider: typeof SAML | typeof OIDC) =>
  tenant({ federation: { provider, callbackUrls: [], logoutUrls: [] } });

describe("a tenant's machine client", () => {
  const stack = tenant();
  const secret = stack.only('aws_secretsmanager_secret');
  const call = stack.only('aws_lambda_invocation');

  it('is told from all others by a scope of its own', () => {
    expect(stack.only('aws_cognito_resource_server')).toMatchObject({
      identifier: 'tenant-acme',
      scope: [{ scope_name: 'machine' }],
    });
  });

  it('is made by the function, when its scope is there', () => {
    expect(call).toMatchObject({
      function_name: 'bulkhead-prod-use1a-machine-client',
      lifecycle_scope: 'CRUD',
      depends_on: [stack.only('aws_cognito_resource_server').address],
    });
    for (const part of [
      '"tenantId" = "acme"',
      `"secretArn" = ${secret.address}.arn`,
      '"scopes" = ["api/read", "api/write", "tenant-acme/machine"]',
      '"accessTokenMinutes" = 60',
      '"rotation" = 1',
    ])
      expect(call['input']).toContain(part);
  });

  it('has a secret that passes no state: no client of Terraform’s, no value', () => {
    expect(stack.resources('aws_cognito_user_pool_client')).toEqual([]);
    expect(stack.resources('aws_secretsmanager_secret_version')).toEqual([]);
    expect(secret).toMatchObject({
      name: 'bulkhead/prod/use1a/tenant-acme/machine-credentials',
      kms_key_id: 'arn:aws:kms:us-east-1:222222222222:key/acme',
      lifecycle: { prevent_destroy: true },
    });
  });

  it("is read by the tenant's pods and written by the function alone", () => {
    expect(stack.statements('Identity/Policy')).toMatchObject([
      {
        effect: 'Deny',
        actions: ['secretsmanager:GetSecretValue'],
        condition: [
          {
            test: 'StringNotEquals',
            variable: 'aws:PrincipalTag/kubernetes-namespace',
            values: ['tenant-acme'],
          },
        ],
      },
      {
        effect: 'Deny',
        actions: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret'],
        condition: [
          {
            test: 'ArnNotEquals',
            variable: 'aws:PrincipalArn',
            values: ['arn:aws:iam::222222222222:role/bulkhead-prod-use1a-machine-client'],
          },
        ],
      },
    ]);
    expect(stack.only('aws_secretsmanager_secret_policy')['block_public_policy']).toBe(true);
  });

  it('may lose its secret when the tenant leaves', () => {
    const leaving = tenant({ disposable: true });
    expect(leaving.only('aws_secretsmanager_secret')).toMatchObject({
      lifecycle: { prevent_destroy: false },
      recovery_window_in_days: 30,
    });
  });
});

describe("a customer's own identity provider", () => {
  it('is called as its tenant, and says of people nothing but e-mail and name', () => {
    const provider = federated(SAML).only('aws_cognito_identity_provider');
    expect(provider).toMatchObject({
      provider_name: 'tenant-acme',
      provider_type: 'SAML',
      provider_details: {
        MetadataURL: 'https://idp.acme.example/metadata',
        IDPInit: 'false',
        EncryptedResponses: 'true',
      },
    });
    expect(Object.keys(provider['attribute_mapping'] as object).sort()).toEqual(['email', 'name']);
  });

  it('changes nothing by itself: what Cognito adds is not ours', () => {
    expect(federated(SAML).only('aws_cognito_identity_provider')['lifecycle']).toEqual({
      ignore_changes: [
        'provider_details["ActiveEncryptionCertificate"]',
        'provider_details["SLORedirectBindingURI"]',
        'provider_details["SSORedirectBindingURI"]',
      ],
    });
  });

  it('of OpenID Connect is made by the function, for its secret is no state’s', () => {
    const stack = federated(OIDC);
    expect(stack.resources('aws_cognito_identity_provider')).toEqual([]);
    const call = stack.only('aws_lambda_invocation', 'Federation');
    expect(call).toMatchObject({
      function_name: 'bulkhead-prod-use1a-oidc-provider',
      lifecycle_scope: 'CRUD',
    });
    expect(call['input']).toContain('"tenantId" = "acme"');
    expect(call['input']).toContain('"issuer" = "https://login.acme.example"');
    expect(JSON.stringify(stack.json)).not.toContain('client_secret');
  });

  it.each([
    ['SAML', SAML, 'aws_cognito_identity_provider'],
    ['OpenID Connect', OIDC, 'aws_lambda_invocation'],
  ])('by %s comes with a client that admits its people only', (_, provider, type) => {
    const stack = federated(provider);
    const client = stack.only('aws_cognito_user_pool_client');
    expect(client).toMatchObject({
      supported_identity_providers: ['tenant-acme'],
      generate_secret: false,
      write_attributes: ['email', 'name'],
      callback_urls: ['https://acme.use1a.bulkhead.example/callback'],
      depends_on: [stack.only(type, 'Federation').address],
    });
    expect(JSON.stringify(client['allowed_oauth_scopes'])).not.toContain('tenant-');
  });

  it('names the claims that config names', () => {
    const stack = tenant({
      federation: { provider: SAML, email: 'mail', name: 'displayName', callbackUrls: [], logoutUrls: [] },
    });
    expect(stack.only('aws_cognito_identity_provider')['attribute_mapping']).toEqual({
      email: 'mail',
      name: 'displayName',
    });
  });

  it('is refused where its name would be longer than Cognito takes', () => {
    const named = (tenantId: string) => () =>
      tenant({ tenantId, federation: { provider: SAML, callbackUrls: [], logoutUrls: [] } });
    expect(named('a'.repeat(25))).not.toThrow();
    expect(named('a'.repeat(26))).toThrow("a provider's name of 32 characters, got 33");
  });
});
