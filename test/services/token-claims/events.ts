/**
 * Events as Cognito sends them: "Pre token generation Lambda trigger", Cognito Developer Guide. Each has all members that
 * the guide names, those that are null included.
 */

export const PEOPLES_TRIGGERS = [
  'TokenGeneration_HostedAuth',
  'TokenGeneration_Authentication',
  'TokenGeneration_NewPasswordChallenge',
  'TokenGeneration_AuthenticateDevice',
  'TokenGeneration_RefreshTokens',
] as const;

const common = {
  region: 'us-east-1',
  userPoolId: 'us-east-1_AbCdEfGhI',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: '1h57kf5cpq17m0eml12EXAMPLE' },
};

const groupConfiguration = { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null };

type Attributes = Readonly<Record<string, unknown>>;

/** A person whom an administrator made. */
export const person = (attributes: Attributes = {}, request: object = {}, members: object = {}) => ({
  version: '3',
  triggerSource: 'TokenGeneration_HostedAuth',
  ...common,
  userName: '2cdf9a1e-5b0e-4a54-9d0c-1f2a3b4c5d6e',
  request: {
    userAttributes: {
      sub: '2cdf9a1e-5b0e-4a54-9d0c-1f2a3b4c5d6e',
      'cognito:user_status': 'CONFIRMED',
      email_verified: 'true',
      email: 'ada@acme.example',
      'custom:tenant_id': 'acme',
      ...attributes,
    },
    groupConfiguration,
    scopes: ['openid', 'email', 'api/read', 'api/write'],
    ...request,
  },
  response: { claimsAndScopeOverrideDetails: null },
  ...members,
});

/** What Cognito keeps of a provider's user. */
export const identity = (providerName: unknown, more: object = {}) => ({
  userId: 'ada@acme.example',
  providerName,
  providerType: 'SAML',
  issuer: 'https://idp.acme.example/metadata',
  primary: 'true',
  dateCreated: '1759600000000',
  ...more,
});

/** A person whom a tenant's own provider vouches for. */
export const federated = (
  provider = 'tenant-acme',
  attributes: Attributes = {},
  request: object = {},
  members: object = {},
) => {
  return person(
    {
      'custom:tenant_id': undefined,
      'cognito:user_status': 'EXTERNAL_PROVIDER',
      identities: JSON.stringify([identity(provider)]),
      ...attributes,
    },
    request,
    { userName: `${provider}_ada@acme.example`, ...members },
  );
};

/** A machine of a tenant. */
export const machine = (
  scopes: unknown = ['tenant-acme/machine', 'api/read', 'api/write'],
  request: object = {},
) => ({
  version: '3',
  triggerSource: 'TokenGeneration_ClientCredentials',
  ...common,
  userName: 'ClientCredentials',
  request: { userAttributes: {}, groupConfiguration, scopes, ...request },
  response: { claimsAndScopeOverrideDetails: null },
});

/** The first version, which knows neither scopes nor access tokens. */
export const v1 = () => {
  const { request, ...event } = person();
  return {
    ...event,
    version: '1',
    request: { ...request, scopes: undefined },
    response: { claimsOverrideDetails: null },
  };
};

/** The second, which differs from the third by its number alone. */
export const v2 = () => ({ ...person(), version: '2' });

/** A dedicated tenant's item as DynamoDB sends it. Members that are undefined are left out. */
export const item = (attributes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      tenantId: { S: 'acme' },
      tier: { S: 'enterprise' },
      state: { S: 'active' },
      cell: { S: 'use1a' },
      shard: { S: 'data-shard-1' },
      scopes: { L: [{ S: 'api/read' }, { S: 'api/write' }] },
      ...attributes,
    } as Record<string, unknown>).filter(([, value]) => value !== undefined),
  );
