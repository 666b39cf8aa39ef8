// Leaks are planted deep in JSON that has no fixed shape.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call */
import type { Loose, Scratch } from '../scratch';
import {
  A,
  ACCOUNT,
  ADDONS,
  arn,
  CACHE,
  contractField,
  EU,
  G,
  type Gap,
  IDENTITY,
  inlinePolicy,
  type Leak,
  PATH,
  PREFIX,
  REGISTRY,
  STARTER,
  ZONE,
} from './leak';

/** A client in acme's own stack, as one with the customer's own provider has it. */
const client = (s: Scratch, change: object): void => {
  s.add(A, 'aws_cognito_user_pool_client', {
    name: 'tenant-acme',
    user_pool_id: contractField(s, A, 'identity', 'userPoolId'),
    allowed_oauth_scopes: ['api/read', 'api/write', 'email', 'openid'],
    supported_identity_providers: ['tenant-acme'],
    callback_urls: [`https://acme.${ZONE}/callback`],
    write_attributes: ['email', 'name'],
    explicit_auth_flows: ['ALLOW_USER_AUTH'],
    ...change,
  });
};

/** The customer's own provider. */
const provider = (s: Scratch, change: object): void => {
  s.add(A, 'aws_cognito_identity_provider', {
    user_pool_id: contractField(s, A, 'identity', 'userPoolId'),
    provider_name: 'tenant-acme',
    provider_type: 'SAML',
    provider_details: { MetadataURL: 'https://idp.example.com/metadata' },
    attribute_mapping: { email: 'mail' },
    ...change,
  });
};

/** Changes what acme has a function do: its input is an expression of Terraform's. */
const input = (s: Scratch, stack: string, change: (text: string) => string): void => {
  const call = s.resource(stack, 'aws_lambda_invocation');
  const changed = change(call.input);
  if (changed === call.input) throw new Error(`nothing changed in ${String(call.input)}`);
  call.input = changed;
};

const pool = (s: Scratch): Loose => s.resource(IDENTITY, 'aws_cognito_user_pool');

/** Statements of the role of a function of the identity stack. */
const statements = (s: Scratch, fn: string): Loose =>
  s.statements(IDENTITY, `Identity/${fn}/Function/Policy`);

const ANYBODY = 'every other owner';

/** Leaks by user pools, their clients and providers, and by functions that work for all tenants. */
export const IDENTITY_LEAKS: readonly Leak[] = [
  {
    name: 'a tenant’s resource server is called after another',
    plant: (s) => {
      s.resource(A, 'aws_cognito_resource_server').identifier = 'tenant-globex';
    },
    from: A,
    to: G,
    says: 'tokens know a tenant by that name',
  },
  {
    name: 'a tenant’s resource server is called after one that could come',
    plant: (s) => {
      s.resource(A, 'aws_cognito_resource_server').identifier = 'tenant-acme-x';
    },
    from: A,
    to: 'whoever is to be tenant-acme-x',
    says: 'tokens know a tenant by that name',
  },
  {
    name: 'a pooled tier has a resource server',
    plant: (s) => {
      s.add(STARTER, 'aws_cognito_resource_server', { identifier: 'tier-starter', scope: [] });
    },
    from: STARTER,
    to: ANYBODY,
    says: 'it is called tier-starter',
  },
  {
    name: 'the platform’s resource server is called after a tenant',
    plant: (s) => {
      s.resource(IDENTITY, 'aws_cognito_resource_server', 'Identity/Api').identifier = 'tenant-acme';
    },
    from: IDENTITY,
    to: A,
    says: 'tokens know a tenant by that name',
  },
  {
    name: 'a tenant’s resource server is in another pool',
    plant: (s) => {
      s.resource(A, 'aws_cognito_resource_server').user_pool_id = 'us-east-1_other';
    },
    from: A,
    to: ANYBODY,
    says: 'it is in the user pool us-east-1_other',
  },
  {
    name: 'a client may ask for another tenant’s scope',
    plant: (s) => {
      client(s, { allowed_oauth_scopes: ['api/read', 'tenant-globex/machine'] });
    },
    from: A,
    to: G,
    says: 'it may ask for tenant-globex/machine',
  },
  {
    name: 'a client may ask for the scope of a tenant whose id its own begins',
    plant: (s) => {
      client(s, { allowed_oauth_scopes: ['tenant-acme-eu/machine'] });
    },
    from: A,
    to: EU,
    says: 'it may ask for tenant-acme-eu/machine',
  },
  {
    name: 'a client may ask for what only Cognito knows',
    plant: (s) => {
      client(s, { allowed_oauth_scopes: ['aws.cognito.signin.user.admin'] });
    },
    from: A,
    to: ANYBODY,
    says: 'aws.cognito.signin.user.admin',
  },
  {
    name: 'the web client of all may ask for a tenant’s scope',
    plant: (s) => {
      s.resource(IDENTITY, 'aws_cognito_user_pool_client').allowed_oauth_scopes.push('tenant-acme/machine');
    },
    from: IDENTITY,
    to: A,
    says: 'it may ask for tenant-acme/machine',
  },
  {
    name: 'the web client of all admits the people of a tenant’s provider',
    plant: (s) => {
      s.resource(IDENTITY, 'aws_cognito_user_pool_client').supported_identity_providers.push('tenant-acme');
    },
    from: IDENTITY,
    to: A,
    says: 'it admits people of tenant-acme',
  },
  {
    name: 'a tenant’s client admits people of another’s provider',
    plant: (s) => {
      client(s, { supported_identity_providers: ['tenant-acme', 'tenant-globex'] });
    },
    from: A,
    to: G,
    says: 'it admits people of tenant-globex',
  },
  {
    name: 'a tenant’s client names no provider, which are all',
    plant: (s) => {
      client(s, { supported_identity_providers: [] });
    },
    from: A,
    to: ANYBODY,
    says: 'it admits people of every provider',
  },
  {
    name: 'a client may write whose user somebody is',
    plant: (s) => {
      client(s, { write_attributes: ['email', 'custom:tenant_id'] });
    },
    from: A,
    to: ANYBODY,
    says: 'it may write custom:tenant_id',
  },
  {
    name: 'a client says nothing of what it may write',
    plant: (s) => {
      Reflect.deleteProperty(
        s.resource(IDENTITY, 'aws_cognito_user_pool_client') as object,
        'write_attributes',
      );
    },
    from: IDENTITY,
    to: ANYBODY,
    says: 'it may write custom:tenant_id',
  },
  {
    name: 'a client hands codes to another tenant’s host',
    plant: (s) => {
      client(s, { callback_urls: [`https://globex.${ZONE}/callback`] });
    },
    from: A,
    to: G,
    says: 'it hands codes to the host of tenant-globex',
  },
  {
    name: 'a client’s secret is in the state',
    plant: (s) => {
      client(s, { generate_secret: true });
    },
    from: A,
    to: 'whoever reads the state',
    says: 'generate_secret',
  },
  {
    name: 'a client takes passwords itself',
    plant: (s) => {
      client(s, { explicit_auth_flows: ['ALLOW_USER_PASSWORD_AUTH'] });
    },
    from: A,
    to: ANYBODY,
    says: 'ALLOW_USER_PASSWORD_AUTH',
  },
  {
    name: 'a provider is called after another tenant',
    plant: (s) => {
      provider(s, { provider_name: 'tenant-globex' });
    },
    from: A,
    to: G,
    says: 'it is called tenant-globex',
  },
  {
    name: 'a provider says whose people its people are',
    plant: (s) => {
      provider(s, { attribute_mapping: { email: 'mail', 'custom:tenant_id': 'company' } });
    },
    from: A,
    to: ANYBODY,
    says: 'attribute_mapping custom:tenant_id',
  },
  {
    name: 'a provider takes everybody with some address',
    plant: (s) => {
      provider(s, { idp_identifiers: ['globex.com'] });
    },
    from: A,
    to: ANYBODY,
    says: 'it takes sign-ins of globex.com',
  },
  {
    name: 'a provider’s secret is in the state',
    plant: (s) => {
      provider(s, { provider_details: { client_secret: 'x' } });
    },
    from: A,
    to: 'whoever reads the state',
    says: 'provider_details',
  },
  {
    name: 'people can change whose user they are',
    plant: (s) => {
      pool(s).schema[0].mutable = true;
    },
    from: IDENTITY,
    to: ANYBODY,
    says: 'lets custom:tenant_id be changed',
  },
  {
    name: 'people sign up themselves',
    plant: (s) => {
      pool(s).admin_create_user_config.allow_admin_create_user_only = false;
    },
    from: IDENTITY,
    to: ANYBODY,
    says: 'lets people sign up',
  },
  {
    name: 'a function makes users at their first sign-in',
    plant: (s) => {
      pool(s).lambda_config.user_migration = arn('lambda', 'function:x');
    },
    from: IDENTITY,
    to: ANYBODY,
    says: 'user_migration',
  },
  {
    name: 'machines’ tokens pass no function',
    plant: (s) => {
      pool(s).lambda_config.pre_token_generation_config.lambda_version = 'V2_0';
    },
    from: IDENTITY,
    to: ANYBODY,
    says: 'lambda_version must be V3_0',
  },
  {
    name: 'another function makes tokens',
    plant: (s) => {
      pool(s).lambda_config.pre_token_generation_config.lambda_arn = arn('lambda', 'function:x');
    },
    from: IDENTITY,
    to: ANYBODY,
    says: 'that the function token-claims has not seen',
  },
  {
    name: 'a tenant has a client made for another',
    plant: (s) => {
      input(s, A, (text) => text.replace('"acme"', '"globex"'));
    },
    from: A,
    to: G,
    says: 'it asks for tenantId globex',
  },
  {
    name: 'a tenant has a client made with another’s scope',
    plant: (s) => {
      input(s, A, (text) => text.replace('tenant-acme/machine', 'tenant-globex/machine'));
    },
    from: A,
    to: G,
    says: 'it asks for scopes',
  },
  {
    name: 'a tenant has its client’s secret put into another’s',
    plant: (s) => {
      const secret = `${PATH}/tenant-globex/machine-credentials`;
      input(s, A, (text) => text.replace(/"(secretArn|secretName)" = [^,]*/, `"$1" = "${secret}"`));
    },
    from: A,
    to: G,
    says: 'it asks for secret',
  },
  {
    name: 'a tenant asks a function for what nobody has thought of',
    plant: (s) => {
      input(s, A, (text) => text.replace('"tenantId"', '"onBehalfOf" = "x", "tenantId"'));
    },
    from: A,
    to: ANYBODY,
    says: 'it asks for onBehalfOf x',
  },
  {
    name: 'a tenant asks a function for what only Terraform knows',
    plant: (s) => {
      s.resource(A, 'aws_lambda_invocation').input = '${file("input.json")}';
    },
    from: A,
    to: ANYBODY,
    says: 'it asks for tenantId that cannot be read',
  },
  {
    name: 'a tenant calls another function',
    plant: (s) => {
      s.resource(A, 'aws_lambda_invocation').function_name = `${PREFIX}-token-claims`;
    },
    from: A,
    to: ANYBODY,
    says: `it calls ${PREFIX}-token-claims`,
  },
  {
    name: 'a pooled tier calls a function of tenants',
    plant: (s) => {
      s.add(STARTER, 'aws_lambda_invocation', {
        function_name: `${PREFIX}-machine-client`,
        input: JSON.stringify({ tenantId: 'starter' }),
      });
    },
    from: STARTER,
    to: ANYBODY,
    says: `it calls ${PREFIX}-machine-client`,
  },
  {
    name: 'a tenant’s provider sets whose people its people are, by the function',
    plant: (s) => {
      s.add(A, 'aws_lambda_invocation', {
        function_name: `${PREFIX}-oidc-provider`,
        input: JSON.stringify({ tenantId: 'acme', attributeMapping: { 'custom:tenant_id': 'org' } }),
      });
    },
    from: A,
    to: ANYBODY,
    says: 'it asks for attributeMapping',
  },
  {
    name: 'anybody may call the function that makes tokens',
    plant: (s) => {
      s.resource(IDENTITY, 'aws_lambda_permission').principal = '*';
    },
    from: ANYBODY,
    to: 'whatever the function may do for owners',
    says: 'it lets * call',
  },
  {
    name: 'a service calls a function for whatever asks it to',
    plant: (s) => {
      Reflect.deleteProperty(s.resource(IDENTITY, 'aws_lambda_permission') as object, 'source_arn');
    },
    from: ANYBODY,
    to: 'whatever the function may do for owners',
    says: 'for anything of anybody',
  },
  {
    name: 'a function can be called from the internet',
    plant: (s) => {
      s.add(IDENTITY, 'aws_lambda_function_url', { function_name: 'x', authorization_type: 'NONE' });
    },
    from: ANYBODY,
    to: 'whatever the function may do for owners',
    says: 'it lets the internet call a function',
  },
  {
    name: 'a tenant lets others call a function',
    plant: (s) => {
      s.add(A, 'aws_lambda_permission', { function_name: 'x', principal: '*' });
    },
    from: A,
    to: ANYBODY,
    says: 'nobody has checked yet whom a aws_lambda_permission can reach',
  },
  {
    name: 'the function that makes tokens reads the whole registry',
    plant: (s) => {
      statements(s, 'Tokens')
        .find(({ sid }: Loose) => sid === 'LookUpTenants')
        .actions.push('dynamodb:Scan');
    },
    from: IDENTITY,
    to: 'what is not its own',
    says: 'dynamodb:Scan',
  },
  {
    name: 'the function that makes tokens decrypts what it likes',
    plant: (s) => {
      const decrypt = statements(s, 'Tokens').find(({ sid }: Loose) => sid === 'DecryptTenants');
      Reflect.deleteProperty(decrypt as object, 'condition');
    },
    from: IDENTITY,
    to: A,
    says: 'kms:Decrypt',
  },
  {
    name: 'the function that makes machines’ clients reads their secrets',
    plant: (s) => {
      statements(s, 'MachineClients')
        .find(({ sid }: Loose) => sid === 'PutSecrets')
        .actions.push('secretsmanager:GetSecretValue');
    },
    from: IDENTITY,
    to: 'a tenant that could come',
    says: 'secretsmanager:GetSecretValue',
  },
  {
    name: 'the function that makes machines’ clients writes all secrets of tenants',
    plant: (s) => {
      const put = statements(s, 'MachineClients').find(({ sid }: Loose) => sid === 'PutSecrets');
      put.resources = [arn('secretsmanager', `secret:${PATH}/tenant-*`)];
    },
    from: IDENTITY,
    to: A,
    says: 'secretsmanager:PutSecretValue',
  },
  {
    name: 'another function does what the one for machines’ clients does',
    plant: (s) => {
      inlinePolicy(s, IDENTITY, 'OidcProviders/Function/Role', {
        Action: 'secretsmanager:PutSecretValue',
        Resource: arn('secretsmanager', `secret:${PATH}/tenant-*/machine-credentials-??????`),
      });
    },
    from: IDENTITY,
    to: 'a tenant that could come',
    says: 'statement Planted',
  },
  {
    name: 'somebody else may be the function that makes machines’ clients',
    plant: (s) => {
      const [trust] = s.statements(IDENTITY, 'Identity/MachineClients/Function/Trust');
      trust.principals.push({ type: 'Service', identifiers: ['ec2.amazonaws.com'] });
    },
    from: IDENTITY,
    to: 'a tenant that could come',
    says: 'statement PutSecrets',
  },
  {
    name: 'the add-ons may make users of any tenant',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'FluentBit/Role', {
        Action: 'cognito-idp:AdminCreateUser',
        Resource: arn('cognito-idp', 'userpool/*'),
      });
    },
    from: ADDONS,
    to: A,
    says: 'cognito-idp:AdminCreateUser',
  },
  {
    name: 'the add-ons may change the function that makes tokens',
    plant: (s) => {
      inlinePolicy(s, ADDONS, 'FluentBit/Role', {
        Action: 'lambda:UpdateFunctionCode',
        Resource: arn('lambda', `function:${PREFIX}-*`),
      });
    },
    from: ADDONS,
    to: A,
    says: 'lambda:UpdateFunctionCode',
  },
  {
    name: 'a tenant’s service may have clients made',
    plant: (s) => {
      inlinePolicy(s, A, 'Service-api', {
        Action: 'lambda:InvokeFunction',
        Resource: arn('lambda', `function:${PREFIX}-machine-client`),
      });
    },
    from: A,
    to: 'dev1a-',
    says: 'lambda:InvokeFunction',
  },
  {
    name: 'the registry lets in a tenant’s role',
    plant: (s) => {
      const [read] = s.statements(REGISTRY, 'TenantRegistry/Readers');
      read.condition[0].values.push(`arn:aws:iam::${ACCOUNT}:role/${PREFIX}-tenant-acme.api`);
    },
    from: A,
    to: 'what the platform keeps for all',
    says: 'it allows dynamodb:GetItem',
  },
  {
    name: 'another stack sets the registry’s policy',
    plant: (s) => {
      s.add(ADDONS, 'aws_dynamodb_resource_policy', {
        resource_arn: arn('dynamodb', 'table/bulkhead-dev-tenants'),
        policy: JSON.stringify({ Statement: [] }),
      });
    },
    from: ADDONS,
    to: 'what is not its own',
    says: 'which another stack makes',
  },
  {
    name: 'the key of some alias may be a tenant’s',
    plant: (s) => {
      const encrypt = s
        .statements(ADDONS, 'ClusterAddons/FluentBit/Role/Policy')
        .find(({ sid }: Loose) => sid === 'EncryptHistory');
      encrypt.condition[0].values = [`alias/${PREFIX}-tenant/acme`];
    },
    from: ADDONS,
    to: A,
    says: 'kms:Decrypt',
  },
  {
    name: 'a service of the platform may use a tenant’s keys in the cache',
    plant: (s) => {
      const user = s.resource(CACHE, 'aws_elasticache_user', 'plt-ratelimit');
      user.access_string = user.access_string.replace('~plt:ratelimit:*', '~ten:acme:*');
    },
    from: CACHE,
    to: A,
    says: 'may use the keys ~ten:acme:*',
  },
  {
    name: 'a tier’s service may write what is revoked',
    plant: (s) => {
      const user = s.resource(CACHE, 'aws_elasticache_user', 'svc-starter-api');
      user.access_string = user.access_string.replace('~svc:starter:api:*', '~plt:revocation:*');
    },
    from: CACHE,
    to: ANYBODY,
    says: 'may use the keys ~plt:revocation:*',
  },
  {
    name: 'the cache lets in a group of the add-ons',
    plant: (s) => {
      s.add(ADDONS, 'aws_vpc_security_group_ingress_rule', {
        security_group_id: contractField(s, ADDONS, 'cache', 'securityGroupId'),
        referenced_security_group_id: `\${${s.address(ADDONS, 'aws_security_group')}.id}`,
        ip_protocol: 'tcp',
        from_port: 6379,
        to_port: 6379,
      });
    },
    from: ADDONS,
    to: 'all owners',
    says: 'tcp 6379',
  },
];

/** Gaps of whose tokens there are. */
export const IDENTITY_GAPS: readonly Gap[] = [
  {
    name: 'a tenant has no resource server',
    plant: (s) => {
      s.remove(A, 'aws_cognito_resource_server');
    },
    stack: A,
    control: 'identity',
    says: 'there is no resource server of its own',
  },
  {
    name: 'a tenant’s resource server has another’s name',
    plant: (s) => {
      s.resource(A, 'aws_cognito_resource_server').identifier = 'tenant-acme-eu';
    },
    stack: A,
    control: 'identity',
    says: 'is called tenant-acme-eu and not tenant-acme',
  },
  {
    name: 'a tenant’s resource server has no scope for machines',
    plant: (s) => {
      s.resource(A, 'aws_cognito_resource_server').scope = [];
    },
    stack: A,
    control: 'identity',
    says: 'has no scope machine',
  },
  {
    name: 'a tenant’s resource server is in another pool',
    plant: (s) => {
      s.resource(A, 'aws_cognito_resource_server').user_pool_id = 'us-east-1_other';
    },
    stack: A,
    control: 'identity',
    says: 'is not in the cell’s user pool',
  },
  {
    name: 'a tenant has no client for its machines',
    plant: (s) => {
      s.remove(A, 'aws_lambda_invocation');
    },
    stack: A,
    control: 'identity',
    says: 'no client of dev1a-tenant-acme has its scope',
  },
  {
    name: 'people of a dedicated tenant can change whose they are',
    plant: (s) => {
      pool(s).schema[0].mutable = true;
    },
    stack: A,
    control: 'identity',
    says: 'lets custom:tenant_id be changed',
  },
  {
    name: 'people of a pooled tier sign up themselves',
    plant: (s) => {
      Reflect.deleteProperty(pool(s) as object, 'admin_create_user_config');
    },
    stack: STARTER,
    control: 'identity',
    says: 'lets people sign up',
  },
  {
    name: 'tokens of pooled tiers pass no function',
    plant: (s) => {
      Reflect.deleteProperty(pool(s) as object, 'lambda_config');
    },
    stack: STARTER,
    control: 'identity',
    says: 'that the function token-claims has not seen',
  },
  {
    name: 'the pool has a client that may write whose user somebody is',
    plant: (s) => {
      s.resource(IDENTITY, 'aws_cognito_user_pool_client').write_attributes.push('custom:tenant_id');
    },
    stack: STARTER,
    control: 'identity',
    says: 'has a client that may write custom:tenant_id',
  },
  {
    name: 'there is no user pool',
    plant: (s) => {
      s.remove(IDENTITY, 'aws_cognito_user_pool');
    },
    stack: STARTER,
    control: 'identity',
    says: 'there is no user pool of its cell',
  },
];
