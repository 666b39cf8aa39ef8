import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus';
import { CloudwatchEventBusPolicy } from '@cdktf/provider-aws/lib/cloudwatch-event-bus-policy';
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { EVENTS } from './events';
import { tenantBusArn } from './names';

export interface TenantBusProps {
  /** ARNs of the roles that may ask for tenants, of whichever account. Empty for nobody. */
  readonly callers: readonly string[];

  /** ARN of the role that says what became of them. */
  readonly tellerRoleArn: string;

  /** Key of what is on the bus, and queue for what cannot be encrypted. */
  readonly keyArn: string;
  readonly queueArn: string;
}

/**
 * The bus on which tenants are asked for. Nobody puts anything on it but the named roles, requests and nothing else, and the
 * machine that answers them: what IAM allows others of this account is refused here.
 */
export class TenantBus extends Construct {
  public readonly busName: string;

  public constructor(scope: Construct, id: string, props: TenantBusProps) {
    super(scope, id);
    const home = placementOf(this);
    const bus = new CloudwatchEventBus(this, 'Bus', {
      name: physicalName(this, 'eventBus', 'tenants'),
      description: 'Tenants that are asked for, and what became of them',
      kmsKeyIdentifier: props.keyArn,
      deadLetterConfig: { arn: props.queueArn },
    });
    this.busName = bus.name;
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: statements(props, tenantBusArn(home)),
    });
    new CloudwatchEventBusPolicy(this, 'Access', { eventBusName: bus.name, policy: policy.minifiedJson });
  }
}

/** Roles are named by a condition: a policy that names one as principal is refused until there is one, and dies with it. */
function statements(
  { callers, tellerRoleArn }: TenantBusProps,
  busArn: string,
): DataAwsIamPolicyDocumentStatement[] {
  const put = { actions: ['events:PutEvents'], resources: [busArn] };
  const everybody = [{ type: '*', identifiers: ['*'] }];
  const accounts = [...new Set(callers.map((arn) => `arn:aws:iam::${arn.split(':')[4] ?? ''}:root`))].sort();
  const requests = { variable: 'events:detail-type', values: [EVENTS.requested] };
  return [
    ...(callers.length > 0
      ? [
          {
            ...put,
            sid: 'CallersAsk',
            effect: 'Allow',
            principals: [{ type: 'AWS', identifiers: accounts }],
            condition: [
              { test: 'ArnEquals', variable: 'aws:PrincipalArn', values: [...callers].sort() },
              { test: 'StringEquals', ...requests },
            ],
          },
        ]
      : []),
    {
      ...put,
      sid: 'NobodyElse',
      effect: 'Deny',
      principals: everybody,
      condition: [
        {
          test: 'ArnNotLike',
          variable: 'aws:PrincipalArn',
          values: [...callers, tellerRoleArn].sort(),
        },
      ],
    },
    {
      ...put,
      sid: 'OnlyTheMachineAnswers',
      effect: 'Deny',
      principals: everybody,
      condition: [
        { test: 'ArnNotLike', variable: 'aws:PrincipalArn', values: [tellerRoleArn] },
        { test: 'StringNotEquals', ...requests },
      ],
    },
  ];
}
