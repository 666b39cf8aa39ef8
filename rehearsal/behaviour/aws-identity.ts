import type { TypeBehaviour } from './behaviour';

const from = (file: string): string => `hashicorp/terraform-provider-aws, internal/service/${file}.go`;

/** What belongs to a user pool, and what functions make of it. The pool itself is with the functions. */
export const AWS_IDENTITY: Readonly<Record<string, TypeBehaviour>> = {
  aws_cognito_identity_provider: {
    source: from('cognitoidp/identity_provider'),
    id: '{user_pool_id}:{provider_name}',
    unique: {
      attributes: ['user_pool_id', 'provider_name'],
      error: 'DuplicateProviderException: A provider with the name already exists in this user pool.',
    },
  },
  aws_cognito_log_delivery_configuration: {
    source: from('cognitoidp/log_delivery_configuration'),
  },
  aws_cognito_managed_login_branding: {
    source: from('cognitoidp/managed_login_branding'),
    values: { managed_login_branding_id: '{uuid}' },
    unique: {
      attributes: ['user_pool_id', 'client_id'],
      error: 'ManagedLoginBrandingExistsException: A style for this client already exists.',
    },
  },
  aws_cognito_risk_configuration: {
    source: from('cognitoidp/risk_configuration'),
    id: '{user_pool_id}',
  },
  aws_dynamodb_resource_policy: {
    source: from('dynamodb/resource_policy'),
    id: '{resource_arn}',
    values: { revision_id: '{digits:13}' },
  },
  aws_lambda_invocation: {
    source: from('lambda/invocation'),
    id: '{function_name}_{qualifier}_{hex:32}',
    // Whatever the function answered. No program runs in a rehearsal, so this is the answer of one that made something.
    values: { result: '{"clientId":"{hex:26}"}' },
  },
  aws_wafv2_web_acl: {
    source: from('wafv2/web_acl'),
    id: '{uuid}',
    arn: 'arn:{partition}:wafv2:{region}:{account}:regional/webacl/{name}/{id}',
    values: { capacity: 2, lock_token: '{uuid}' },
    unique: {
      attributes: ['name'],
      error:
        'WAFDuplicateItemException: AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.',
    },
  },
  aws_wafv2_web_acl_association: {
    source: from('wafv2/web_acl_association'),
    id: '{web_acl_arn},{resource_arn}',
  },
};
