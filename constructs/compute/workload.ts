import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { IRole } from '../core/interfaces';
import { isName, NAME_RULE } from '../core/owner';
import { nameParts, type Placement, placementOf, prefixOf } from '../core/placement';
import { PodRole } from '../core/pod-role';
import { type Rule, validateProps } from '../core/validation';

export interface WorkloadProps {
  /** Name of the service: of its account, and part of its role's name. */
  readonly service: string;
  readonly namespace: string;
  /** Cluster of the cell: its name in this account and region. */
  readonly clusterName: string;
  /** Key that encrypts the owner's secrets. */
  readonly keyArn: string;
  readonly dependsOn: readonly ITerraformDependable[];
}

const RULES: readonly Rule<WorkloadProps>[] = [
  {
    fails: ({ service }) => !isName(service),
    message: ({ service }) => `service ${NAME_RULE}, got '${service}'`,
  },
];

/**
 * The namespace that a pod really runs in, as AWS knows it: EKS puts it on the session, and nothing in the pod can change
 * it. `&{…}` is how Terraform writes a policy variable.
 */
const NAMESPACE_TAG = '&{aws:PrincipalTag/kubernetes-namespace}';

/** Beginning of the names of secrets and parameters of everybody in a placement: `bulkhead/prod/use1a`. */
export const pathOf = (placement: Placement): string => nameParts(placement).join('/');

/**
 * The account that one service of an owner runs as, and the role that its pods take.
 *
 * What the role may use is bound by the session's own tag, so it follows the namespace that the pods really run in: a role
 * that ended up in another namespace by mistake would reach what is that namespace's, and its trust refuses even that.
 * No name ends where another owner's could go on: paths end in a slash, queues have an underscore behind the namespace.
 */
export class Workload extends Construct implements IRole {
  /** Name of the role. */
  public readonly name: string;
  public readonly roleArn: string;
  /** Name of the service account. */
  public readonly serviceAccount: string;

  public constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    validateProps(this, 'Workload props', props, RULES);
    const { service, namespace, clusterName } = props;
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      metadata: { name: service, namespace },
      automountServiceAccountToken: false,
      dependsOn: [...props.dependsOn],
    });
    const { role } = new PodRole(this, 'Role', {
      // A dot, which no name of an owner or a service holds.
      name: [`${namespace}.${service}`],
      clusterName,
      namespace,
      serviceAccount: service,
    });
    const document = new DataAwsIamPolicyDocument(this, 'Policy', { statement: this.statements(props) });
    const permissions = new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'own-namespace',
      policy: document.minifiedJson,
    });
    new EksPodIdentityAssociation(this, 'Association', {
      clusterName,
      namespace,
      serviceAccount: service,
      roleArn: role.arn,
      dependsOn: [account, permissions],
    });
    this.name = role.name;
    this.roleArn = role.arn;
    this.serviceAccount = service;
  }

  private statements({ keyArn }: WorkloadProps) {
    const placement = placementOf(this);
    const { account, region } = placement;
    const arn = (service: string, resource: string): string =>
      `arn:aws:${service}:${region}:${account}:${resource}`;
    const path = `${pathOf(placement)}/${NAMESPACE_TAG}`;
    const secrets = arn('secretsmanager', `secret:${path}/*`);
    return [
      {
        sid: 'OwnSecrets',
        effect: 'Allow',
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        resources: [secrets],
      },
      {
        sid: 'DecryptOwnSecrets',
        effect: 'Allow',
        actions: ['kms:Decrypt'],
        resources: [keyArn],
        condition: [
          {
            test: 'StringEquals',
            variable: 'kms:ViaService',
            values: [`secretsmanager.${region}.amazonaws.com`],
          },
          { test: 'StringLike', variable: 'kms:EncryptionContext:SecretARN', values: [secrets] },
        ],
      },
      {
        sid: 'OwnParameters',
        effect: 'Allow',
        actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
        resources: [arn('ssm', `parameter/${path}/*`)],
      },
      {
        sid: 'OwnQueues',
        effect: 'Allow',
        actions: [
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ReceiveMessage',
          'sqs:SendMessage',
        ],
        resources: [arn('sqs', `${prefixOf(placement)}-${NAMESPACE_TAG}_*`)],
      },
    ];
  }
}
