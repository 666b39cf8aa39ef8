import { CognitoIdentityProvider } from '@cdktf/provider-aws/lib/cognito-identity-provider';
import { LambdaInvocation } from '@cdktf/provider-aws/lib/lambda-invocation';
import { Fn, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { tenantResourceServer } from '../core/tenant-token';
import { placementOf } from '../core/placement';
import { type Rule, validateProps } from '../core/validation';
import { oidcProviderFunctionName } from './oidc-provider-function';

/** The customer's own identity provider. */
export type Provider =
  | { readonly kind: 'saml'; readonly metadataUrl: string }
  | { readonly kind: 'oidc'; readonly issuer: string; readonly clientId: string };

export interface FederationProps {
  readonly userPoolId: string;
  readonly tenantId: string;
  readonly provider: Provider;

  /** Attributes or claims that hold a person's e-mail address and name. @default - what SAML and OpenID Connect call them */
  readonly email?: string;
  readonly name?: string;
}

/** Longest name of a provider, in characters: `ProviderName`, CreateIdentityProvider, Cognito API reference. */
const PROVIDER_NAME_MAX = 32;

const RULES: readonly Rule<{ readonly name: string }>[] = [
  {
    fails: ({ name }) => name.length > PROVIDER_NAME_MAX,
    message: ({ name }) =>
      `tenantId must leave room for a provider's name of ${String(PROVIDER_NAME_MAX)} characters, got ${String(name.length)}: ${name}`,
  },
];

/** What the two kinds of providers call a person's e-mail address and name: claims of WS-Federation and of OpenID Connect. */
const CLAIMS = {
  saml: {
    email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
    name: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
  },
  oidc: { email: 'email', name: 'name' },
} as const;

/**
 * A tenant's identity provider in the cell's user pool, named as the tenant: the name is how tokens know whose people it
 * signs in. Nothing that the provider says of a person can name another tenant, for only e-mail and name are read.
 */
export class Federation extends Construct {
  /** The provider's name, as clients refer to it. */
  public readonly providerName: string;
  /** What clients that refer to it must wait for. */
  public readonly ready: ITerraformDependable;

  public constructor(scope: Construct, id: string, props: FederationProps) {
    super(scope, id);
    this.providerName = tenantResourceServer(props.tenantId);
    validateProps(this, 'Federation props', { name: this.providerName }, RULES);
    const { provider } = props;
    const claims = CLAIMS[provider.kind];
    const attributes = { email: props.email ?? claims.email, name: props.name ?? claims.name };
    this.ready =
      provider.kind === 'saml'
        ? this.saml(props.userPoolId, provider.metadataUrl, attributes)
        : this.oidc(props.tenantId, provider, attributes);
  }

  private saml(
    userPoolId: string,
    metadataUrl: string,
    attributeMapping: Record<string, string>,
  ): ITerraformDependable {
    return new CognitoIdentityProvider(this, 'Saml', {
      userPoolId,
      providerName: this.providerName,
      providerType: 'SAML',
      providerDetails: {
        MetadataURL: metadataUrl,
        // Only sign-ins that began here: others could be made to happen to somebody who did not ask for one.
        IDPInit: 'false',
        IDPSignout: 'false',
        EncryptedResponses: 'true',
        RequestSigningAlgorithm: 'rsa-sha256',
      },
      attributeMapping,
      lifecycle: {
        // Cognito reads these from the metadata and makes the certificate.
        ignoreChanges: ['ActiveEncryptionCertificate', 'SLORedirectBindingURI', 'SSORedirectBindingURI'].map(
          (key) => `provider_details["${key}"]`,
        ),
      },
    });
  }

  /**
   * Cognito takes no OpenID Connect provider without a client secret ("Using OIDC identity providers with a user pool"), and
   * Terraform's own resource would keep it in the state. So a function makes the provider, with a secret that nobody knows,
   * and whoever onboards the tenant puts the customer's: docs/runbooks/federation.md. Until then nobody signs in by it.
   */
  private oidc(
    tenantId: string,
    { issuer, clientId }: Extract<Provider, { readonly kind: 'oidc' }>,
    attributeMapping: Record<string, string>,
  ): ITerraformDependable {
    return new LambdaInvocation(this, 'Oidc', {
      functionName: oidcProviderFunctionName(placementOf(this)),
      lifecycleScope: 'CRUD',
      input: Fn.jsonencode({ tenantId, issuer, clientId, attributeMapping }),
    });
  }
}
