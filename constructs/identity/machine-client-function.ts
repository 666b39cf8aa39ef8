import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { MACHINE_CLIENT_FUNCTION, machineSecretArn, secretPath } from '../core/machine-secret';
import { NodeFunction } from '../core/node-function';
import { nameIn } from '../core/naming';
import { type Placement, placementOf } from '../core/placement';

export interface MachineClientFunctionProps {
  readonly userPoolId: string;
  readonly userPoolArn: string;
  /** Where machines get tokens, without https:// before it. */
  readonly signInDomain: string;
  /** Name of the cell's zone, in which each tenant has its host name. */
  readonly zoneName: string;
  readonly logRetentionDays: number;
}

/** The only role that may put a value into tenants' machine-client secrets. */
export const machineClientRoleArn = (placement: Placement): string =>
  `arn:aws:iam::${placement.account}:role/${nameIn(placement, 'iamRole', MACHINE_CLIENT_FUNCTION)}`;

/**
 * The function by which tenants' stacks make their machine client, and the cell's identity those of synthetic tenants.
 *
 * Terraform's own resource for clients keeps their secret in the state. This function hands it from Cognito to Secrets
 * Manager, and answers with the client's id alone. Whose client and secret it may be, it decides by the tenant's id; it may
 * write secrets of that one name and read none. Whoever onboards a tenant has it call the tenant's address with the tenant's own
 * token: what was answered leaves it, the token never does.
 */
export class MachineClientFunction extends Construct {
  /** What calls of the function in its own stack must wait for. */
  public readonly ready: ITerraformDependable;

  public constructor(scope: Construct, id: string, props: MachineClientFunctionProps) {
    super(scope, id);
    const placement = placementOf(this);
    const { account, region } = placement;
    const secrets = machineSecretArn(placement, '*');
    const { lambda } = new NodeFunction(this, 'Function', {
      name: [MACHINE_CLIENT_FUNCTION],
      description: "Makes a dedicated tenant's machine client and puts its secret into Secrets Manager",
      entry: 'services/machine-client/handler.ts',
      environment: {
        USER_POOL_ID: props.userPoolId,
        SECRET_PATH: secretPath(placement),
        TOKEN_ENDPOINT: `https://${props.signInDomain}/oauth2/token`,
        ZONE: props.zoneName,
      },
      statements: [
        {
          sid: 'MachineClients',
          effect: 'Allow',
          actions: [
            'cognito-idp:CreateUserPoolClient',
            'cognito-idp:DeleteUserPoolClient',
            'cognito-idp:DescribeUserPoolClient',
            'cognito-idp:ListUserPoolClients',
            'cognito-idp:UpdateUserPoolClient',
          ],
          // Cognito knows clients by their pool only.
          resources: [props.userPoolArn],
        },
        {
          sid: 'PutSecrets',
          effect: 'Allow',
          actions: ['secretsmanager:PutSecretValue'],
          resources: [secrets],
        },
        {
          sid: 'EncryptSecrets',
          effect: 'Allow',
          // Secrets Manager reads a key's data key again to write with it.
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [`arn:aws:kms:${region}:${account}:key/*`],
          condition: [
            {
              test: 'StringEquals',
              variable: 'kms:ViaService',
              values: [`secretsmanager.${region}.amazonaws.com`],
            },
            {
              test: 'StringLike',
              variable: 'kms:EncryptionContext:SecretARN',
              values: [secrets],
            },
          ],
        },
      ],
      // A pool of thousands of clients is listed page by page, at Cognito's pace.
      timeoutSeconds: 120,
      logRetentionDays: props.logRetentionDays,
    });
    this.ready = lambda;
  }
}
