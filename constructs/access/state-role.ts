import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { SESSION_SECONDS } from './deployer-role';
import { policyDocument, trustDocument } from './policy-document';
import type { Statement } from './statement';

export interface StateRoleProps {
  /** Name of the role, at most 64 characters. */
  readonly name: string;

  /** ARNs of the roles that may assume this one; nobody else may. */
  readonly trustedRoleArns: readonly string[];

  /** Bucket that holds the state, and the key that encrypts it. */
  readonly bucketArn: string;
  readonly keyArn: string;

  /** Region of bucket and key. */
  readonly region: string;

  /** Objects that hold the state of this group: `prod/use1a-network.tfstate`; `*` only where a group has many stacks. */
  readonly stateObject: string;

  /** Whether it may read the state only. @default false */
  readonly readOnly?: boolean;

  /** Tags beside the provider's own. */
  readonly tags: Readonly<Record<string, string>>;

  /** Trusted roles of the same stack: IAM refuses to trust what does not exist. @default - none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** A role that may read, write and lock the state of one group of stacks, or only read it, and see no other state. */
export class StateRole extends Construct {
  public constructor(scope: Construct, id: string, props: StateRoleProps) {
    super(scope, id);
    const role = new IamRole(this, 'Role', {
      name: props.name,
      description: `Reads ${props.readOnly ? '' : 'and writes '}${props.stateObject}`,
      assumeRolePolicy: trustDocument(this, 'Trust', props.trustedRoleArns),
      maxSessionDuration: SESSION_SECONDS,
      tags: { ...props.tags },
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
    });
    new IamRolePolicy(this, 'Policy', {
      role: role.name,
      name: 'state',
      policy: policyDocument(
        this,
        'Statements',
        props.readOnly ? readStatements(props) : stateStatements(props),
      ),
    });
  }
}

type StateAccess = Pick<StateRoleProps, 'bucketArn' | 'keyArn' | 'region' | 'stateObject'>;

function stateStatements({ bucketArn, keyArn, region, stateObject }: StateAccess): readonly Statement[] {
  const state = `${bucketArn}/${stateObject}`;
  const lock = `${state}.tflock`;
  return [
    // No DeleteObject on state: Terraform empties a state, it never deletes one.
    { sid: 'State', actions: ['s3:GetObject', 's3:PutObject'], resources: [state, lock] },
    { sid: 'Unlock', actions: ['s3:DeleteObject'], resources: [lock] },
    {
      sid: 'FindState',
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      // `env:/` is where Terraform looks for workspaces at init. The platform has none, so the list is empty.
      conditions: [
        {
          test: 'StringLike',
          variable: 's3:prefix',
          values: [stateObject, `${stateObject}.tflock`, 'env:/'],
        },
      ],
    },
    {
      sid: 'StateKey',
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [keyArn],
      conditions: [
        { test: 'StringEquals', variable: 'kms:ViaService', values: [`s3.${region}.amazonaws.com`] },
      ],
    },
  ];
}

/** Reading state, without its lock: who only reads takes none. */
function readStatements(access: StateAccess): readonly Statement[] {
  const { bucketArn, stateObject } = access;
  return stateStatements(access).flatMap((statement): readonly Statement[] => {
    switch (statement.sid) {
      case 'State':
        return [{ ...statement, actions: ['s3:GetObject'], resources: [`${bucketArn}/${stateObject}`] }];
      case 'StateKey':
        return [{ ...statement, actions: ['kms:Decrypt'] }];
      case 'FindState':
        return [statement];
      default:
        return [];
    }
  });
}
