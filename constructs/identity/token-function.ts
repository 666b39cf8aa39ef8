import { Construct } from 'constructs';
import { NodeFunction } from '../core/node-function';
import { placementOf } from '../core/placement';

export interface TokenFunctionProps {
  /** Last part of the name of the function and of its role, by which the registry admits it. */
  readonly name: string;

  /** The registry's table that is read: `arn:aws:dynamodb:us-east-1:111111111111:table/…`, in whichever account. */
  readonly registryTableArn: string;

  /** Age at which clients shall get a new access token, in minutes. */
  readonly refreshAfterMinutes: number;

  readonly logRetentionDays: number;
}

/** Cognito waits five seconds: "Important considerations", Customizing user pool workflows with Lambda triggers. */
const TIMEOUT_SECONDS = 4;

/** A third of a vCPU: JSON and one TLS connection, which the first call of each copy opens. */
const MEMORY_MB = 512;

/**
 * The function that every token of the cell passes: it adds what the registry says of the tenant, and throws where there is
 * nothing to add, whereupon the pool issues no token.
 *
 * It keeps no concurrency free for itself: nothing else in the account runs often enough to leave it none (`guarantees/quota`
 * counts), and a number kept free is one that it could not exceed either.
 */
export class TokenFunction extends Construct {
  public readonly functionArn: string;
  public readonly roleArn: string;
  private readonly fn: NodeFunction;

  public constructor(scope: Construct, id: string, props: TokenFunctionProps) {
    super(scope, id);
    const [, , , region = '', account = '', resource = ''] = props.registryTableArn.split(':');
    const table = resource.replace(/^table\//, '');
    const through = {
      test: 'StringEquals',
      variable: 'kms:ViaService',
      values: [`dynamodb.${region}.amazonaws.com`],
    };
    // By what DynamoDB says when it uses the key: which key the registry has, only its own stack knows.
    const keys = [`arn:aws:kms:${region}:${account}:key/*`];
    this.fn = new NodeFunction(this, 'Function', {
      name: [props.name],
      description: 'Adds claims of the tenant to tokens, or lets none be issued',
      entry: 'services/token-claims/handler.ts',
      environment: {
        CELL: placementOf(this).cell ?? '',
        TABLE_ARN: props.registryTableArn,
        TABLE_REGION: region,
        REFRESH_AFTER_MINUTES: String(props.refreshAfterMinutes),
      },
      statements: [
        {
          sid: 'LookUpTenants',
          effect: 'Allow',
          actions: ['dynamodb:GetItem'],
          resources: [props.registryTableArn],
        },
        {
          sid: 'DecryptTenants',
          effect: 'Allow',
          actions: ['kms:Decrypt'],
          resources: keys,
          condition: [
            through,
            {
              test: 'StringEquals',
              variable: 'kms:EncryptionContext:aws:dynamodb:tableName',
              values: [table],
            },
          ],
        },
        {
          sid: 'FindKey',
          effect: 'Allow',
          actions: ['kms:DescribeKey'],
          resources: keys,
          condition: [through],
        },
      ],
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      logRetentionDays: props.logRetentionDays,
    });
    this.functionArn = this.fn.lambda.arn;
    this.roleArn = this.fn.roleArn;
  }

  /** Lets one pool call the function, and nobody else. */
  public admitPool(userPoolArn: string): void {
    this.fn.admit('UserPool', 'cognito-idp.amazonaws.com', userPoolArn);
  }
}
