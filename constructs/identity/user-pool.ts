import { CognitoUserPool } from '@cdktf/provider-aws/lib/cognito-user-pool';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { TENANT_ATTRIBUTE } from '../core/tenant-token';
import { ThreatProtection } from './threat-protection';

export interface UserPoolProps {
  /** Feature plan. Threat protection takes `plus`. */
  readonly plan: 'essentials' | 'plus';

  /** Whether people must have a second factor. Those of federated tenants bring what their own provider asks of them. */
  readonly mfa: 'required' | 'optional';

  /** Function that makes tokens of what is known about a user. Without its answer, the pool issues none. */
  readonly tokenFunctionArn: string;

  /** Where people sign in: what passkeys are bound to. */
  readonly signInDomain: string;

  /**
   * Verified SES identity that invitations and codes are sent by, and the sender that people see.
   *
   * @default - Cognito itself, at most 50 messages a day for the whole account
   */
  readonly mail?: { readonly identityArn: string; readonly from: string };

  /** How long logs are kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/** Name of {@link TENANT_ATTRIBUTE} as a pool declares it: it puts `custom:` before. */
const TENANT_ATTRIBUTE_NAME = TENANT_ATTRIBUTE.replace(/^custom:/, '');

/** What NIST SP 800-63B asks of a password beside a second factor is length; the pool takes up to 256 characters. */
const PASSWORD = {
  minimumLength: 14,
  requireLowercase: true,
  requireUppercase: true,
  requireNumbers: true,
  requireSymbols: true,
  passwordHistorySize: 12,
  // An invitation that nobody answered within three days is made anew.
  temporaryPasswordValidityDays: 3,
} as const;

/**
 * The users of a cell.
 *
 * Administrators make users; nobody signs up. A user's tenant is set then and never again: the attribute cannot be changed,
 * and no client may write it. People sign in with an e-mail address, which is one user's in the whole pool.
 */
export class UserPool extends Construct {
  public readonly userPoolId: string;
  public readonly arn: string;
  /** `iss` of every token. */
  public readonly issuer: string;
  public readonly jwksUri: string;

  public constructor(scope: Construct, id: string, props: UserPoolProps) {
    super(scope, id);
    const passkeys = props.mfa === 'optional';
    const pool = new CognitoUserPool(this, 'UserPool', {
      name: physicalName(this, 'cognitoUserPool', 'users'),
      userPoolTier: props.plan.toUpperCase(),
      deletionProtection: 'ACTIVE',
      // Attributes and sign-in names of a pool cannot be changed: a change would make a new, empty pool.
      lifecycle: { preventDestroy: true },

      usernameAttributes: ['email'],
      usernameConfiguration: { caseSensitive: false },
      autoVerifiedAttributes: ['email'],
      // A new address counts only when its owner has answered, so nobody locks himself or somebody else out.
      userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdate: ['email'] },
      schema: [
        {
          name: TENANT_ATTRIBUTE_NAME,
          attributeDataType: 'String',
          mutable: false,
          required: false,
          developerOnlyAttribute: false,
          stringAttributeConstraints: { minLength: '2', maxLength: '31' },
        },
      ],

      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      accountRecoverySetting: { recoveryMechanism: [{ name: 'verified_email', priority: 1 }] },
      passwordPolicy: PASSWORD,
      ...(props.mail && {
        emailConfiguration: {
          emailSendingAccount: 'DEVELOPER',
          sourceArn: props.mail.identityArn,
          fromEmailAddress: props.mail.from,
        },
      }),

      // No text messages: a number can be taken over, and each message costs money that a flood could spend.
      mfaConfiguration: props.mfa === 'required' ? 'ON' : 'OPTIONAL',
      softwareTokenMfaConfiguration: { enabled: true },
      // Passkeys only where a second factor is optional: by default Cognito counts a passkey as one factor and lets nobody
      // who needs two sign in with it, and provider 6.25 does not know the setting by which it counts as both.
      signInPolicy: { allowedFirstAuthFactors: passkeys ? ['PASSWORD', 'WEB_AUTHN'] : ['PASSWORD'] },
      ...(passkeys && {
        webAuthnConfiguration: { relyingPartyId: props.signInDomain, userVerification: 'required' },
      }),
      // No `deviceConfiguration`: a remembered device would do instead of the second factor.

      userPoolAddOns: { advancedSecurityMode: props.plan === 'plus' ? 'ENFORCED' : 'OFF' },
      lambdaConfig: {
        // The third version of the event is the first that is sent for machines' tokens too.
        preTokenGenerationConfig: { lambdaArn: props.tokenFunctionArn, lambdaVersion: 'V3_0' },
      },
    });
    this.userPoolId = pool.id;
    this.arn = pool.arn;
    this.issuer = `https://${pool.endpoint}`;
    this.jwksUri = `${this.issuer}/.well-known/jwks.json`;
    new ThreatProtection(this, 'ThreatProtection', {
      userPoolId: pool.id,
      plan: props.plan,
      logRetentionDays: props.logRetentionDays,
    });
  }
}
