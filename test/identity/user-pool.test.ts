import { identity } from './fixture';

const stack = identity();
const pool = stack.only('aws_cognito_user_pool');

describe('the user pool', () => {
  it('lets administrators make users, and nobody sign up', () => {
    expect(pool['admin_create_user_config']).toEqual({ allow_admin_create_user_only: true });
  });

  it('knows the tenant of a user from an attribute that is set once', () => {
    expect(pool['schema']).toEqual([
      {
        name: 'tenant_id',
        attribute_data_type: 'String',
        mutable: false,
        required: false,
        developer_only_attribute: false,
        string_attribute_constraints: { min_length: '2', max_length: '31' },
      },
    ]);
  });

  it('cannot be deleted, by Terraform nor by hand', () => {
    expect(pool).toMatchObject({ deletion_protection: 'ACTIVE', lifecycle: { prevent_destroy: true } });
  });

  it('asks for a second factor that no message carries', () => {
    expect(pool).toMatchObject({
      mfa_configuration: 'ON',
      software_token_mfa_configuration: { enabled: true },
      sign_in_policy: { allowed_first_auth_factors: ['PASSWORD'] },
    });
    for (const absent of [
      'sms_configuration',
      'email_mfa_configuration',
      'device_configuration',
      'web_authn_configuration',
    ])
      expect(pool).not.toHaveProperty(absent);
  });

  it('takes passkeys that know their holder where a second factor is optional', () => {
    expect(identity({ mfa: 'optional' }).only('aws_cognito_user_pool')).toMatchObject({
      mfa_configuration: 'OPTIONAL',
      sign_in_policy: { allowed_first_auth_factors: ['PASSWORD', 'WEB_AUTHN'] },
      web_authn_configuration: {
        relying_party_id: 'auth.use1a.bulkhead.example',
        user_verification: 'required',
      },
    });
  });

  it('wants long passwords, other ones than the last twelve', () => {
    expect(pool['password_policy']).toEqual({
      minimum_length: 14,
      require_lowercase: true,
      require_uppercase: true,
      require_numbers: true,
      require_symbols: true,
      password_history_size: 12,
      temporary_password_validity_days: 3,
    });
  });

  it('believes an e-mail address when its owner has answered, the first and each new one', () => {
    expect(pool).toMatchObject({
      username_attributes: ['email'],
      username_configuration: { case_sensitive: false },
      auto_verified_attributes: ['email'],
      user_attribute_update_settings: { attributes_require_verification_before_update: ['email'] },
      account_recovery_setting: { recovery_mechanism: [{ name: 'verified_email', priority: 1 }] },
    });
  });

  it('sends mail by an identity of SES where config names one, and by Cognito itself where not', () => {
    expect(pool).not.toHaveProperty('email_configuration');
    const mail = {
      identityArn: 'arn:aws:ses:us-east-1:222222222222:identity/bulkhead.example',
      from: 'Bulkhead <no-reply@bulkhead.example>',
    };
    expect(identity({ mail }).only('aws_cognito_user_pool')['email_configuration']).toEqual({
      email_sending_account: 'DEVELOPER',
      source_arn: mail.identityArn,
      from_email_address: mail.from,
    });
  });

  it('has its tokens made by the one function, by the event that machines have too', () => {
    expect(pool['lambda_config']).toEqual({
      pre_token_generation_config: {
        lambda_arn: `\${${stack.only('aws_lambda_function', 'Tokens').address}.arn}`,
        lambda_version: 'V3_0',
      },
    });
  });
});

describe('threat protection', () => {
  it('blocks what is risky and passwords that are known to others', () => {
    expect(pool).toMatchObject({
      user_pool_tier: 'PLUS',
      user_pool_add_ons: { advanced_security_mode: 'ENFORCED' },
    });
    expect(stack.only('aws_cognito_risk_configuration')).toMatchObject({
      account_takeover_risk_configuration: {
        actions: {
          low_action: { event_action: 'MFA_IF_CONFIGURED', notify: false },
          medium_action: { event_action: 'MFA_REQUIRED', notify: false },
          high_action: { event_action: 'BLOCK', notify: false },
        },
      },
      compromised_credentials_risk_configuration: {
        event_filter: ['PASSWORD_CHANGE', 'SIGN_IN', 'SIGN_UP'],
        actions: { event_action: 'BLOCK' },
      },
    });
  });

  const logged = (built: typeof stack): readonly string[] =>
    (
      built.only('aws_cognito_log_delivery_configuration')['log_configurations'] as readonly {
        event_source: string;
      }[]
    ).map(({ event_source }) => event_source);

  it('writes down every sign-in, and messages that could not be sent, into encrypted logs', () => {
    expect(logged(stack)).toEqual(['userAuthEvents', 'userNotification']);
    expect(
      ['user-activity', 'user-messages'].map((name) => stack.only('aws_cloudwatch_log_group', name)),
    ).toEqual(
      ['user-activity', 'user-messages'].map(
        (name) =>
          expect.objectContaining({
            name: `/aws/vendedlogs/cognito/bulkhead-prod-use1a-${name}`,
            retention_in_days: 365,
            kms_key_id: expect.stringMatching(/^\$\{aws_kms_key\./) as string,
          }) as object,
      ),
    );
  });

  it('is not there in the plan that has none', () => {
    const essentials = identity({ plan: 'essentials' });
    expect(essentials.only('aws_cognito_user_pool')).toMatchObject({
      user_pool_tier: 'ESSENTIALS',
      user_pool_add_ons: { advanced_security_mode: 'OFF' },
    });
    expect(essentials.resources('aws_cognito_risk_configuration')).toEqual([]);
    expect(logged(essentials)).toEqual(['userNotification']);
  });
});
