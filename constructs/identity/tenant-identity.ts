import { CognitoResourceServer } from '@cdktf/provider-aws/lib/cognito-resource-server';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { LambdaInvocation } from '@cdktf/provider-aws/lib/lambda-invocation';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import { placementOf } from '../core/placement';
import { onlyPodsOf } from '../core/secret-policy';
import { API_SCOPES, MACHINE_SCOPE, machineScope, tenantResourceServer } from '../core/tenant-token';
import { Federation, type FederationProps } from './federation';
import {
  MACHINE_CLIENT_SECRET,
  machineClientFunctionName,
  machineClientRoleArn,
} from './machine-client-function';
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

  /** Key and beginning of the names of the tenant's secrets, with a slash at its end. */
  readonly secrets: { readonly keyArn: string; readonly path: string };

  /** The customer's own identity provider. @default - people are users of the pool */
  readonly federation?: Omit<FederationProps, 'userPoolId' | 'tenantId'> & {
    /** Where the tenant's web client may return to. Empty is the tenant's host. */
    readonly callbackUrls: readonly string[];
    readonly logoutUrls: readonly string[];
  };

  /** Whether Terraform may remove the secret. @default false */
  readonly disposable?: boolean;
}

/** Days that a deleted secret can be brought back: the longest. */
const RECOVERY_DAYS = 30;

/**
 * What a dedicated tenant has of its own in the cell's user pool: a client for its machines, whose one scope of its own says
 * whose they are, and with an identity provider of the customer a client that admits that provider's people only.
 */
export class TenantIdentity extends Construct {
  public readonly machineClientId: string;
  /** Name of the secret that holds the machine client's id and secret. */
  public readonly machineSecretName: string;
  /** Client for the people of the customer's provider. Empty text where there is none. */
  public readonly webClientId: string;

  public constructor(scope: Construct, id: string, props: TenantIdentityProps) {
    super(scope, id);
    const { tenantId, userPoolId } = props;
    const identifier = tenantResourceServer(tenantId);
    const server = new CognitoResourceServer(this, 'Machines', {
      userPoolId,
      identifier,
      name: identifier,
      scope: [{ scopeName: MACHINE_SCOPE, scopeDescription: `Be a machine of tenant ${tenantId}` }],
    });
    const secret = this.secret(props);
    const client = new LambdaInvocation(this, 'MachineClient', {
      functionName: machineClientFunctionName(placementOf(this)),
      lifecycleScope: 'CRUD',
      input: Fn.jsonencode({
        tenantId,
        secretArn: secret.arn,
        scopes: [...Object.values(API_SCOPES), machineScope(tenantId)].sort(),
        accessTokenMinutes: props.lives.accessTokenMinutes,
        rotation: props.machineClientRotation,
      }),
      // A client can only have scopes that there are.
      dependsOn: [server],
    });
    this.machineClientId = Token.asString(Fn.lookup(Fn.jsondecode(client.result), 'clientId', ''));
    this.machineSecretName = secret.name;
    this.webClientId = this.federate(props);
  }

  /** A secret without a value: the function puts it there past Terraform. */
  private secret({ secrets, namespace, tenantId, disposable }: TenantIdentityProps): SecretsmanagerSecret {
    const secret = new SecretsmanagerSecret(this, 'Secret', {
      name: `${secrets.path}${MACHINE_CLIENT_SECRET}`,
      description: `Id and secret of the machine client of tenant ${tenantId}`,
      kmsKeyId: secrets.keyArn,
      recoveryWindowInDays: RECOVERY_DAYS,
      lifecycle: { preventDestroy: !disposable },
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        onlyPodsOf(namespace),
        {
          // Whoever could put another client's secret here would have the tenant's services be somebody else.
          sid: 'NobodyElsePuts',
          effect: 'Deny',
          principals: [{ type: '*', identifiers: ['*'] }],
          actions: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret'],
          resources: ['*'],
          condition: [
            {
              test: 'ArnNotEquals',
              variable: 'aws:PrincipalArn',
              values: [machineClientRoleArn(placementOf(this))],
            },
          ],
        },
      ],
    });
    new SecretsmanagerSecretPolicy(this, 'SecretPolicy', {
      secretArn: secret.arn,
      policy: policy.json,
      blockPublicPolicy: true,
    });
    return secret;
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
