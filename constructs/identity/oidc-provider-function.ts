import { Construct } from 'constructs';
import { nameIn } from '../core/naming';
import { NodeFunction } from '../core/node-function';
import type { Placement } from '../core/placement';

export interface OidcProviderFunctionProps {
  readonly userPoolId: string;
  readonly userPoolArn: string;
  readonly logRetentionDays: number;
}

/** Last part of the names of the function and its role. */
const NAME = 'oidc-provider';

/** Name of a cell's function, for the stacks of its tenants. */
export const oidcProviderFunctionName = (placement: Placement): string =>
  nameIn(placement, 'lambdaFunction', NAME);

/**
 * The function by which tenants' stacks make their OpenID Connect provider. It keeps the client secret that the provider has,
 * and gives it to nobody.
 */
export class OidcProviderFunction extends Construct {
  public constructor(scope: Construct, id: string, props: OidcProviderFunctionProps) {
    super(scope, id);
    new NodeFunction(this, 'Function', {
      name: [NAME],
      description:
        "Makes a dedicated tenant's OpenID Connect provider, whose client secret is not Terraform's",
      entry: 'services/oidc-provider/handler.ts',
      environment: { USER_POOL_ID: props.userPoolId },
      statements: [
        {
          sid: 'Providers',
          effect: 'Allow',
          actions: [
            'cognito-idp:CreateIdentityProvider',
            'cognito-idp:DeleteIdentityProvider',
            'cognito-idp:DescribeIdentityProvider',
            'cognito-idp:UpdateIdentityProvider',
          ],
          // Cognito knows providers by their pool only.
          resources: [props.userPoolArn],
        },
      ],
      timeoutSeconds: 30,
      logRetentionDays: props.logRetentionDays,
    });
  }
}
