import type { Construct } from 'constructs';
import { onlyPodsOf } from '../core/secret-policy';
import { tenantResourceServer } from '../core/tenant-token';
import { Federation, type FederationProps } from './federation';
import { MachineIdentity } from './machine-identity';
import { type TokenLives, WebClient } from './web-client';
import { webUrls } from './web-urls';

export interface TenantIdentityProps {
  readonly tenantId: string;
  /** Namespace whose pods may read the machine client's secret. */
  readonly namespace: string;
  /** Host name of the tenant. */
  readonly hostname: string;
  readonly userPoolId: string;
  readonly lives: TokenLives;

  /** Another number than before makes another machine client, and removes the old one when the secret holds the new. */
  readonly machineClientRotation: number;

  /** Key of the tenant's secrets. */
  readonly keyArn: string;

  /** The customer's own identity provider. @default - people are users of the pool */
  readonly federation?: Omit<FederationProps, 'userPoolId' | 'tenantId'> & {
    /** Where the tenant's web client may return to. Empty is the tenant's host. */
    readonly callbackUrls: readonly string[];
    readonly logoutUrls: readonly string[];
  };

  /** Whether Terraform may remove the secret. @default false */
  readonly disposable?: boolean;
}

/**
 * What a dedicated tenant has of its own in the cell's user pool: a client for its machines, and with an identity provider of
 * the customer a client that admits that provider's people only.
 */
export class TenantIdentity extends MachineIdentity {
  /** Client for the people of the customer's provider. Empty text where there is none. */
  public readonly webClientId: string;

  public constructor(scope: Construct, id: string, props: TenantIdentityProps) {
    super(scope, id, {
      ...props,
      accessTokenMinutes: props.lives.accessTokenMinutes,
      rotation: props.machineClientRotation,
      readers: onlyPodsOf(props.namespace),
    });
    this.webClientId = this.federate(props);
  }

  private federate({ federation, tenantId, userPoolId, hostname, lives }: TenantIdentityProps): string {
    if (!federation) return '';
    const { callbackUrls, logoutUrls, ...provider } = federation;
    const { providerName, ready } = new Federation(this, 'Federation', { ...provider, tenantId, userPoolId });
    // Applications name the provider when they ask for a sign-in, which leads past the pool's own pages: they have no style
    // for this client, for a pool has 20 at most.
    return new WebClient(this, 'Web', {
      userPoolId,
      name: tenantResourceServer(tenantId),
      identityProviders: [providerName],
      ...webUrls(hostname, { callbackUrls, logoutUrls }),
      accessTokenMinutes: lives.accessTokenMinutes,
      refreshTokenHours: lives.refreshTokenHours,
      dependsOn: [ready],
    }).clientId;
  }
}
