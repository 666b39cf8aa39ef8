import { CognitoResourceServer } from '@cdktf/provider-aws/lib/cognito-resource-server';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { LambdaInvocation } from '@cdktf/provider-aws/lib/lambda-invocation';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { Fn, type ITerraformDependable, Token } from 'cdktf';
import { Construct } from 'constructs';
import { machineClientFunctionName, machineSecretName } from '../core/machine-secret';
import { placementOf } from '../core/placement';
import { API_SCOPES, MACHINE_SCOPE, machineScope, tenantResourceServer } from '../core/tenant-token';
import { machineClientRoleArn } from './machine-client-function';

export interface MachineIdentityProps {
  readonly tenantId: string;
  readonly userPoolId: string;

  /** Life of the machines' access tokens, in minutes. */
  readonly accessTokenMinutes: number;

  /** Another number than before makes another client, and removes the old one when the secret holds the new. */
  readonly rotation: number;

  /** Key of the secret. */
  readonly keyArn: string;

  /** For the secret's policy: refuses its value to all but those who may read it. */
  readonly readers: DataAwsIamPolicyDocumentStatement;

  /** Whether Terraform may remove the secret. @default false */
  readonly disposable?: boolean;

  /** What must be there before the client is made, besides its scope. @default - nothing that this stack makes */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** Days that a deleted secret can be brought back: the longest. */
const RECOVERY_DAYS = 30;

/**
 * A client for the machines of one tenant, whose one scope of its own says whose they are, and the secret that holds its id
 * and secret: put there by the function that makes the client, past Terraform.
 */
export class MachineIdentity extends Construct {
  public readonly machineClientId: string;
  /** Name of the secret that holds the machine client's id and secret. */
  public readonly machineSecretName: string;

  public constructor(scope: Construct, id: string, props: MachineIdentityProps) {
    super(scope, id);
    const { tenantId, userPoolId, dependsOn = [] } = props;
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
        accessTokenMinutes: props.accessTokenMinutes,
        rotation: props.rotation,
      }),
      // A client can only have scopes that there are.
      dependsOn: [server, ...dependsOn],
    });
    this.machineClientId = Token.asString(Fn.lookup(Fn.jsondecode(client.result), 'clientId', ''));
    this.machineSecretName = secret.name;
  }

  /** A secret without a value: the function puts it there past Terraform. */
  private secret({ keyArn, readers, tenantId, disposable }: MachineIdentityProps): SecretsmanagerSecret {
    const placement = placementOf(this);
    const secret = new SecretsmanagerSecret(this, 'Secret', {
      name: machineSecretName(placement, tenantId),
      description: `Id and secret of the machine client of tenant ${tenantId}`,
      kmsKeyId: keyArn,
      recoveryWindowInDays: RECOVERY_DAYS,
      lifecycle: { preventDestroy: !disposable },
    });
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        readers,
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
              values: [machineClientRoleArn(placement)],
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
}
