import { CognitoManagedLoginBranding } from '@cdktf/provider-aws/lib/cognito-managed-login-branding';
import { CognitoResourceServer } from '@cdktf/provider-aws/lib/cognito-resource-server';
import { Construct } from 'constructs';
import { API_RESOURCE_SERVER, API_SCOPES } from '../core/tenant-token';
import { MachineClientFunction } from './machine-client-function';
import { OidcProviderFunction } from './oidc-provider-function';
import { SignInDomain, signInDomainOf, type Zone } from './sign-in-domain';
import { SignInFirewall } from './sign-in-firewall';
import { SyntheticTenants, type SyntheticTenantsProps } from './synthetic-tenants';
import { TokenFunction, type TokenFunctionProps } from './token-function';
import { UserPool, type UserPoolProps } from './user-pool';
import { type TokenLives, WebClient } from './web-client';
import { type WebUrls, webUrls } from './web-urls';

export interface IdentityProps
  extends TokenLives, WebUrls, Pick<UserPoolProps, 'plan' | 'mfa' | 'mail' | 'logRetentionDays'> {
  /** The cell's public zone. */
  readonly zone: Zone;

  /** Tenants of the platform itself, by their ids, and roles that may be their machines: ARNs, in which `*` may stand. */
  readonly synthetic: Pick<SyntheticTenantsProps, 'tenantIds' | 'readers'>;

  /** The function that makes tokens. */
  readonly tokens: Omit<TokenFunctionProps, 'logRetentionDays'>;
}

/** What the scopes of the API allow, for whoever is asked to agree. */
const DESCRIPTIONS: Readonly<Record<keyof typeof API_SCOPES, string>> = {
  read: 'Read what the tenant has',
  write: 'Change what the tenant has',
};

/**
 * Who issues a cell's tokens: users, the function that says what each token carries, the API's scopes, and the client of the
 * web application, and what tries out releases. Clients of dedicated tenants are made in the tenants' own stacks.
 */
export class Identity extends Construct {
  public readonly pool: UserPool;
  public readonly webClientId: string;
  /** Where people sign in and machines get tokens, without https:// before it. */
  public readonly signInDomain: string;

  public constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    const { zone, logRetentionDays } = props;
    const tokens = new TokenFunction(this, 'Tokens', { ...props.tokens, logRetentionDays });
    this.pool = new UserPool(this, 'Users', {
      plan: props.plan,
      mfa: props.mfa,
      ...(props.mail && { mail: props.mail }),
      logRetentionDays,
      tokenFunctionArn: tokens.functionArn,
      signInDomain: signInDomainOf(zone.name),
    });
    tokens.admitPool(this.pool.arn);
    const { userPoolId } = this.pool;
    new SignInFirewall(this, 'Firewall', { userPoolArn: this.pool.arn });

    const api = new CognitoResourceServer(this, 'Api', {
      userPoolId,
      identifier: API_RESOURCE_SERVER,
      name: API_RESOURCE_SERVER,
      scope: Object.keys(API_SCOPES)
        .sort()
        .map((scopeName) => ({
          scopeName,
          scopeDescription: DESCRIPTIONS[scopeName as keyof typeof API_SCOPES],
        })),
    });
    const { domain } = new SignInDomain(this, 'SignIn', { userPoolId, zone });
    this.signInDomain = domain;

    const { clientId } = new WebClient(this, 'Web', {
      userPoolId,
      name: 'web',
      identityProviders: ['COGNITO'],
      ...webUrls(`app.${zone.name}`, props),
      accessTokenMinutes: props.accessTokenMinutes,
      refreshTokenHours: props.refreshTokenHours,
      // Its scopes must be there.
      dependsOn: [api],
    });
    this.webClientId = clientId;
    // Without a style of its own, a client's sign-in pages are not served.
    new CognitoManagedLoginBranding(this, 'Style', { userPoolId, clientId, useCognitoProvidedValues: true });
    const ofTenants = { userPoolId, userPoolArn: this.pool.arn, logRetentionDays };
    const clients = new MachineClientFunction(this, 'MachineClients', {
      ...ofTenants,
      signInDomain: domain,
      zoneName: zone.name,
    });
    new OidcProviderFunction(this, 'OidcProviders', ofTenants);
    new SyntheticTenants(this, 'Synthetic', {
      ...props.synthetic,
      userPoolId,
      accessTokenMinutes: props.accessTokenMinutes,
      // Machines ask for the API's scopes too.
      dependsOn: [clients.ready, api],
    });
  }
}
