import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { SfnStateMachine } from '@cdktf/provider-aws/lib/sfn-state-machine';
import { Construct } from 'constructs';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { physicalName } from '../core/naming';
import { permissionsBoundaryArn } from '../core/permissions-boundary';
import { placementOf } from '../core/placement';
import type { Definition } from './definition';
import { type Machine, machineArn, machineLogGroup, MACHINES } from './names';

/** Beginning of the names of what acts for the bus and the machines: deployers know their roles by it. */
export const ROLE_PREFIX = 'tenants';

export interface StateMachineProps {
  readonly machine: Machine;
  readonly definition: Definition;
  /** Standard: each execution once, for hours. Express: for minutes, and maybe twice. */
  readonly type: 'STANDARD' | 'EXPRESS';
  /** Key of its data. */
  readonly keyArn: string;
  /** All that it may do. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
  /** How long its log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/** How long a data key is used, in seconds: the longest that Step Functions takes is 900. */
const DATA_KEY_SECONDS = 300;

/**
 * A state machine with a role of its own, its data encrypted, traced, and a log of what went wrong: of errors only, and without
 * what executions hold, for that is a customer's name and address.
 */
export class StateMachine extends Construct {
  public readonly arn: string;
  public readonly resource: SfnStateMachine;

  public constructor(scope: Construct, id: string, props: StateMachineProps) {
    super(scope, id);
    const home = placementOf(this);
    const name = physicalName(this, 'stateMachine', MACHINES[props.machine]);
    this.arn = machineArn(home, props.machine);
    const { logGroup } = new EncryptedLogGroup(this, 'Log', {
      name: machineLogGroup(home, props.machine),
      keyName: [ROLE_PREFIX, props.machine, 'log'],
      retentionDays: props.logRetentionDays,
    });
    const role = new ServiceRole(this, 'Role', {
      name: [ROLE_PREFIX, props.machine],
      description: `State machine ${name}`,
      service: 'states.amazonaws.com',
      sourceArn: this.arn,
      statements: props.statements,
    });
    this.resource = new SfnStateMachine(this, 'Machine', {
      name,
      type: props.type,
      roleArn: role.arn,
      definition: JSON.stringify(props.definition),
      encryptionConfiguration: {
        type: 'CUSTOMER_MANAGED_KMS_KEY',
        kmsKeyId: props.keyArn,
        kmsDataKeyReusePeriodSeconds: DATA_KEY_SECONDS,
      },
      loggingConfiguration: {
        level: 'ERROR',
        includeExecutionData: false,
        logDestination: `${logGroup.arn}:*`,
      },
      tracingConfiguration: { enabled: true },
      // Step Functions tries the role when the machine is made.
      dependsOn: [role.permissions],
    });
  }
}

export interface ServiceRoleProps {
  /** Last parts of its name. */
  readonly name: readonly string[];
  readonly description: string;
  /** Service that takes it, for one resource alone. */
  readonly service: string;
  readonly sourceArn: string;
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
}

/** What a service acts as, for one of its resources. */
export class ServiceRole extends Construct {
  public readonly arn: string;
  public readonly permissions: IamRolePolicy;

  public constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, 'Trust', {
      statement: [
        {
          sid: 'ThisResource',
          effect: 'Allow',
          principals: [{ type: 'Service', identifiers: [props.service] }],
          actions: ['sts:AssumeRole'],
          // "Cross-service confused deputy prevention", Developer Guide of Step Functions and User Guide of EventBridge.
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [placementOf(this).account] },
            { test: 'ArnEquals', variable: 'aws:SourceArn', values: [props.sourceArn] },
          ],
        },
      ],
    });
    const role = new IamRole(this, 'Role', {
      name: physicalName(this, 'iamRole', ...props.name),
      description: props.description,
      assumeRolePolicy: trust.minifiedJson,
      permissionsBoundary: permissionsBoundaryArn(this),
    });
    this.arn = role.arn;
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', { statement: [...props.statements] });
    this.permissions = new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'machine',
      policy: policy.minifiedJson,
    });
  }
}
