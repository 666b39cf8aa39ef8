import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from './encrypted-log-group';
import { EncryptionKey } from './encryption-key';
import { functionStatements } from './function-statements';
import { physicalName } from './naming';
import { permissionsBoundaryArn } from './permissions-boundary';
import { placementOf } from './placement';
import { Program } from './program';
import { outside, type Rule, validateProps } from './validation';

/** Known to the provider since 6.19, and supported by AWS until April 2028: "Lambda runtimes". */
const RUNTIME = 'nodejs24.x';

export interface NodeFunctionProps {
  /** Last parts of the name of the function, and of all that belongs to it. */
  readonly name: readonly string[];

  /** What the function does, for people; at most 256 characters. */
  readonly description: string;

  /** The program's first file, from the project's root: `services/token-claims/handler.ts`. It exports `handler`. */
  readonly entry: string;

  /** What the program is told. No secrets: whoever may look at the function reads them. */
  readonly environment: Readonly<Record<string, string>>;

  /** What the function may do besides writing its log. @default - nothing */
  readonly statements?: readonly DataAwsIamPolicyDocumentStatement[];

  /** Memory, in MiB, 128-10240; one vCPU is 1769 of them. @default 256 */
  readonly memoryMb?: number;

  /** Longest run, in seconds, 1-900. */
  readonly timeoutSeconds: number;

  /** How long its log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;

  /**
   * How many may run at once, 1-1000: kept free for this function, and never exceeded.
   *
   * @default - what others leave of the account's limit
   */
  readonly reservedConcurrency?: number;

  /** Whether runs are traced by X-Ray even if the caller is not. @default true */
  readonly tracing?: boolean;

  /** Where it stands in a VPC. @default - in none: it reaches public endpoints only */
  readonly network?: { readonly subnetIds: readonly string[]; readonly securityGroupId: string };
}

type Settings = NodeFunctionProps & { readonly memoryMb: number };

/** "Using Lambda environment variables", Lambda Developer Guide: names, those that are taken, and 4 KiB in all. */
const VARIABLE = /^[a-zA-Z]\w+$/;
const RESERVED = /^(_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_|AWS_(?!XRAY_|NODEJS_))/;
const MOST_BYTES = 4096;

const wrongVariables = ({ environment }: Settings): string[] =>
  Object.keys(environment).filter((name) => !VARIABLE.test(name) || RESERVED.test(name));

const bytesOf = ({ environment }: Settings): number => Buffer.byteLength(JSON.stringify(environment));

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ description }) => outside(description.length, 1, 256),
    message: ({ description }) =>
      `description must have 1 to 256 characters, got ${String(description.length)}`,
  },
  {
    fails: ({ memoryMb }) => !Number.isInteger(memoryMb) || outside(memoryMb, 128, 10_240),
    message: ({ memoryMb }) => `memoryMb must be a whole number between 128 and 10240, got ${memoryMb}`,
  },
  {
    fails: ({ timeoutSeconds }) => !Number.isInteger(timeoutSeconds) || outside(timeoutSeconds, 1, 900),
    message: ({ timeoutSeconds }) =>
      `timeoutSeconds must be a whole number between 1 and 900, got ${timeoutSeconds}`,
  },
  {
    fails: ({ reservedConcurrency = 1 }) =>
      !Number.isInteger(reservedConcurrency) || outside(reservedConcurrency, 1, 1000),
    message: ({ reservedConcurrency = 1 }) =>
      `reservedConcurrency must be a whole number between 1 and 1000, got ${reservedConcurrency}`,
  },
  {
    fails: (props) => wrongVariables(props).length > 0,
    message: (props) =>
      `environment must have names of letters, digits and underscores that Lambda does not use itself, got ${wrongVariables(props).join(', ')}`,
  },
  {
    fails: (props) => bytesOf(props) > MOST_BYTES,
    message: (props) => `environment must be at most ${MOST_BYTES} bytes as JSON, got ${bytesOf(props)}`,
  },
  {
    fails: ({ network }) => network?.subnetIds.length === 0,
    message: () => 'network must have at least one subnet, got none',
  },
];

/**
 * A Lambda function that runs a program of `services/`, as a role of its own, with an encrypted log.
 *
 * Nobody may invoke it until `admit` is called, besides principals that IAM policies of the account allow.
 */
export class NodeFunction extends Construct {
  public readonly functionName: string;
  /** Known before the function exists, so that policies anywhere can name it. */
  public readonly arn: string;
  public readonly role: IamRole;
  public readonly roleName: string;
  /** Known before the role exists. */
  public readonly roleArn: string;
  public readonly logGroupName: string;
  public readonly logGroupArn: string;
  /** The resource, for what must wait until the function is there. */
  public readonly lambda: LambdaFunction;

  public constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { name, environment, network, tracing = true, memoryMb = 256 } = props;
    validateProps(this, 'NodeFunction props', { ...props, memoryMb }, RULES);
    const { account, region } = placementOf(this);
    this.functionName = physicalName(this, 'lambdaFunction', ...name);
    this.arn = `arn:aws:lambda:${region}:${account}:function:${this.functionName}`;
    this.logGroupName = `/aws/lambda/${this.functionName}`;
    this.logGroupArn = `arn:aws:logs:${region}:${account}:log-group:${this.logGroupName}`;
    this.roleName = physicalName(this, 'iamRole', ...name);
    this.role = this.makeRole();
    this.roleArn = `arn:aws:iam::${account}:role/${this.roleName}`;

    const program = new Program(this, 'Program', { entry: props.entry, format: 'zip' });
    const log = new EncryptedLogGroup(this, 'Log', {
      name: this.logGroupName,
      keyName: [...name, 'log'],
      retentionDays: props.logRetentionDays,
    });
    const key = new EncryptionKey(this, 'Key', {
      name: [...name, 'environment'],
      description: `Environment variables of function ${this.functionName}`,
      // They come back with the next deployment.
      disposable: true,
    });
    const { arn, logGroupArn } = this;
    const own = { arn, logGroupArn, keyArn: key.arn, tracing, isInVpc: network !== undefined };
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [...functionStatements(own), ...(props.statements ?? [])],
    });
    const permissions = new IamRolePolicy(this, 'Permissions', {
      role: this.role.name,
      name: 'function',
      // One line: IAM counts characters.
      policy: policy.minifiedJson,
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: this.functionName,
      description: props.description,
      role: this.role.arn,
      runtime: RUNTIME,
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: program.path,
      sourceCodeHash: program.base64Sha256,
      memorySize: memoryMb,
      timeout: props.timeoutSeconds,
      kmsKeyArn: key.arn,
      environment: { variables: { ...environment } },
      tracingConfig: { mode: tracing ? 'Active' : 'PassThrough' },
      // Lines as the program writes them, which are JSON.
      loggingConfig: { logFormat: 'Text', logGroup: log.logGroup.name },
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      ...(network && {
        vpcConfig: { subnetIds: [...network.subnetIds], securityGroupIds: [network.securityGroupId] },
      }),
      // Lambda makes network interfaces as the role, when the function is made.
      dependsOn: [permissions],
    });
  }

  /**
   * Lets an AWS service invoke the function for one resource.
   *
   * @param service such as `cognito-idp.amazonaws.com`
   * @param sourceArn the resource, in the function's account
   */
  public admit(id: string, service: string, sourceArn: string): LambdaPermission {
    return new LambdaPermission(this, id, {
      functionName: this.lambda.functionName,
      action: 'lambda:InvokeFunction',
      principal: service,
      sourceArn,
      sourceAccount: placementOf(this).account,
    });
  }

  private makeRole(): IamRole {
    const { account } = placementOf(this);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'FunctionsOfThisAccount',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }],
          actions: ['sts:AssumeRole'],
          condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] }],
        },
      ],
    });
    return new IamRole(this, 'Role', {
      name: this.roleName,
      description: `Function ${this.functionName}`,
      assumeRolePolicy: trust.json,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
  }
}
