import { CognitoUserPoolClient } from '@cdktf/provider-aws/lib/cognito-user-pool-client';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { API_SCOPES } from '../core/tenant-token';
import { type Rule, validateProps } from '../core/validation';

/** How long tokens live, the same for all clients of a cell. */
export interface TokenLives {
  /** Life of access and id tokens, in minutes, 5-1440. */
  readonly accessTokenMinutes: number;
  /** How long a person stays signed in, in hours, 1-87600. */
  readonly refreshTokenHours: number;
}

export interface WebClientProps extends TokenLives {
  readonly userPoolId: string;

  /** Name of the client, which the pool does not keep unique. */
  readonly name: string;

  /** Who signs people in: `COGNITO` for the pool itself, or names of identity providers. At least one. */
  readonly identityProviders: readonly string[];

  /** Where the client may return to after sign-in, and after sign-out. At least one each. */
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];

  /** @default - waits for nothing but what the values refer to */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** What a person may read and change about himself. Never the tenant, and nothing that we do not need. */
const ATTRIBUTES = ['email', 'name'] as const;

/** A refreshed token that got lost on its way can be asked for once more, for so many seconds: at most 60. */
const RETRY_GRACE_SECONDS = 30;

/** Minutes that a sign-in may take between two steps, 3-15. */
const SIGN_IN_MINUTES = 5;

const RULES: readonly Rule<WebClientProps>[] = [
  {
    fails: ({ identityProviders }) => identityProviders.length === 0,
    message: () => 'identityProviders must name at least one: a client without lets in nobody',
  },
  ...(['callbackUrls', 'logoutUrls'] as const).map((list): Rule<WebClientProps> => ({
    fails: (props) => props[list].length === 0,
    message: () => `${list} must name at least one URL`,
  })),
  ...(['callbackUrls', 'logoutUrls'] as const).map((list): Rule<WebClientProps> => ({
    fails: (props) => props[list].some((url) => url.includes('*') || url.includes('#')),
    message: (props) => `${list} must be whole URLs without * and #, got ${props[list].join(', ')}`,
  })),
];

/**
 * A public client of a user pool, for web applications: authorization code with PKCE, no secret.
 *
 * A refresh token is good for one use, and using it twice is what a thief would do. Signing out revokes the tokens that can
 * be asked for with it. People sign in on the pool's own pages. The one flow that those need takes passwords by the API too, with
 * the same second factor, threat protection and firewall.
 */
export class WebClient extends Construct {
  public readonly clientId: string;

  public constructor(scope: Construct, id: string, props: WebClientProps) {
    super(scope, id);
    validateProps(this, 'WebClient props', props, RULES);
    const client = new CognitoUserPoolClient(this, 'Client', {
      userPoolId: props.userPoolId,
      name: props.name,
      generateSecret: false,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ['code'],
      allowedOauthScopes: ['openid', 'email', ...Object.values(API_SCOPES)].sort(),
      supportedIdentityProviders: [...props.identityProviders].sort(),
      callbackUrls: [...props.callbackUrls].sort(),
      logoutUrls: [...props.logoutUrls].sort(),
      // What the pool's own pages need to offer passkeys. Refresh by this API is off: it does not rotate.
      explicitAuthFlows: ['ALLOW_USER_AUTH'],
      authSessionValidity: SIGN_IN_MINUTES,
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      refreshTokenRotation: [{ feature: 'ENABLED', retryGracePeriodSeconds: RETRY_GRACE_SECONDS }],
      accessTokenValidity: props.accessTokenMinutes,
      idTokenValidity: props.accessTokenMinutes,
      refreshTokenValidity: props.refreshTokenHours,
      tokenValidityUnits: [{ accessToken: 'minutes', idToken: 'minutes', refreshToken: 'hours' }],
      readAttributes: [...ATTRIBUTES, 'email_verified'].sort(),
      // A provider's attributes are written with the client's rights, so these are also all that one can say of a person.
      writeAttributes: [...ATTRIBUTES],
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
    });
    this.clientId = client.id;
  }
}
