import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';

export interface FunctionPermissions {
  readonly arn: string;
  readonly logGroupArn: string;
  /** Key of its environment variables. */
  readonly keyArn: string;
  readonly tracing: boolean;
  readonly isInVpc: boolean;
}

/** "Giving Lambda functions access to resources in an Amazon VPC": what Lambda does as the function's role. */
const INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** What every function needs to run, and what Lambda itself does as its role. */
export function functionStatements(permissions: FunctionPermissions): DataAwsIamPolicyDocumentStatement[] {
  const { arn, logGroupArn, keyArn, tracing, isInVpc } = permissions;
  return [
    {
      sid: 'OwnLog',
      effect: 'Allow',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${logGroupArn}:*`],
    },
    {
      sid: 'OwnEnvironment',
      effect: 'Allow',
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      condition: [
        { test: 'StringEquals', variable: 'kms:EncryptionContext:aws:lambda:FunctionArn', values: [arn] },
      ],
    },
    ...(tracing ? [traces()] : []),
    ...(isInVpc ? interfaces(arn) : []),
  ];
}

const traces = (): DataAwsIamPolicyDocumentStatement => ({
  sid: 'Traces',
  effect: 'Allow',
  actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  // X-Ray knows no resource for these.
  resources: ['*'],
});

/** The interfaces have no names yet when Lambda asks for them, so the program itself is kept from it instead. */
const interfaces = (arn: string): DataAwsIamPolicyDocumentStatement[] => [
  {
    sid: 'InterfacesByLambda',
    effect: 'Allow',
    actions: INTERFACES,
    resources: ['*'],
  },
  {
    sid: 'NotByTheProgram',
    effect: 'Deny',
    actions: INTERFACES,
    resources: ['*'],
    // Lambda's own calls carry none: "Using source function ARN to control function access behavior".
    condition: [{ test: 'ArnEquals', variable: 'lambda:SourceFunctionArn', values: [arn] }],
  },
];
