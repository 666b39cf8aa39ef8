import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { physicalName } from '../core/naming';
import { placementOf } from '../core/placement';
import { ENDPOINT_SERVICES } from './endpoint-services';

/** Principals of these accounts only. `*` is everybody, narrowed by the condition: endpoint policies know no other way. */
const principalsOf = (accounts: readonly string[]): DataAwsIamPolicyDocumentStatement => ({
  effect: 'Allow',
  principals: [{ type: '*', identifiers: ['*'] }],
  condition: [{ test: 'StringEquals', variable: 'aws:PrincipalAccount', values: [...accounts] }],
});

/** Principals of these accounts, and only on what these accounts own. */
const withinAccounts = (accounts: readonly string[]): DataAwsIamPolicyDocumentStatement => ({
  ...principalsOf(accounts),
  condition: ['aws:PrincipalAccount', 'aws:ResourceAccount'].map((variable) => ({
    test: 'StringEquals',
    variable,
    values: [...accounts],
  })),
});

export interface GatewayEndpointsProps {
  readonly vpcId: string;
  readonly routeTableIds: readonly string[];
  /** Accounts whose principals and data may use the endpoints. */
  readonly trustedAccounts: readonly string[];
}

/**
 * S3 and DynamoDB without NAT, which costs nothing. Nothing can be written to a bucket or table of a stranger. (Reading
 * is allowed, and a request to read is itself a few bytes that leave.)
 */
export class GatewayEndpoints extends Construct {
  public constructor(scope: Construct, id: string, props: GatewayEndpointsProps) {
    super(scope, id);
    const { trustedAccounts } = props;
    this.endpoint('S3', props, [
      // What an identity may do in our accounts is up to its own policies and the bucket's, so all actions and buckets.
      { ...withinAccounts(trustedAccounts), sid: 'OwnBuckets', actions: ['s3:*'], resources: ['*'] },
      {
        // Image layers come from buckets of registries, often without a login: of ECR
        // (prod-<region>-starport-layer-bucket), registry.k8s.io, quay.io. Their owners rename them without notice.
        sid: 'ReadImageLayers',
        effect: 'Allow',
        principals: [{ type: '*', identifiers: ['*'] }],
        actions: ['s3:GetObject'],
        resources: ['arn:aws:s3:::*/*'],
      },
    ]);
    this.endpoint('DynamoDb', props, [
      // As for buckets.
      { ...withinAccounts(trustedAccounts), sid: 'OwnTables', actions: ['dynamodb:*'], resources: ['*'] },
    ]);
  }

  private endpoint(
    id: 'S3' | 'DynamoDb',
    { vpcId, routeTableIds }: GatewayEndpointsProps,
    statement: DataAwsIamPolicyDocumentStatement[],
  ): void {
    const service = id.toLowerCase();
    const policy = new DataAwsIamPolicyDocument(this, `${id}Policy`, { statement });
    new VpcEndpoint(this, id, {
      vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${placementOf(this).region}.${service}`,
      routeTableIds: [...routeTableIds],
      policy: policy.json,
      tags: { Name: physicalName(this, 'nameTag', service) },
    });
  }
}

export interface InterfaceEndpointsProps {
  readonly vpcId: string;
  /** Subnets that hold the endpoints, one a zone, and what these subnets' blocks are. */
  readonly subnetIds: readonly string[];
  readonly subnetCidrs: readonly string[];
  /** Accounts whose principals may use the endpoints. */
  readonly trustedAccounts: readonly string[];
}

/**
 * AWS services inside the VPC, in every zone, under their usual names. Only the given subnets reach them, and only
 * principals of the trusted accounts get through, so credentials of a stranger's account are of no use here.
 */
export class InterfaceEndpoints extends Construct {
  public readonly securityGroupId: string;

  public constructor(scope: Construct, id: string, props: InterfaceEndpointsProps) {
    super(scope, id);
    const { vpcId, subnetIds, subnetCidrs, trustedAccounts } = props;
    const name = physicalName(this, 'securityGroup', 'endpoints');
    const group = new SecurityGroup(this, 'SecurityGroup', {
      name,
      vpcId,
      description: 'AWS service endpoints: HTTPS from nodes and pods',
      tags: { Name: name },
    });
    this.securityGroupId = group.id;
    // No rule for outgoing traffic: an endpoint only answers.
    for (const [index, cidrIpv4] of subnetCidrs.entries()) {
      new VpcSecurityGroupIngressRule(this, `FromPrivate${String(index + 1)}`, {
        securityGroupId: group.id,
        description: 'HTTPS from nodes and pods',
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        cidrIpv4,
      });
    }

    // The policies of identities and resources say what may be done; this one says only whose they are. It does not say
    // whose resource: images of EKS and parameters of AMIs belong to AWS.
    const policy = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        { ...principalsOf(trustedAccounts), sid: 'TrustedPrincipals', actions: ['*'], resources: ['*'] },
      ],
    });
    for (const { id: service, service: serviceName } of ENDPOINT_SERVICES) {
      new VpcEndpoint(this, service, {
        vpcId,
        vpcEndpointType: 'Interface',
        serviceName: `com.amazonaws.${placementOf(this).region}.${serviceName}`,
        subnetIds: [...subnetIds],
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        policy: policy.json,
        tags: { Name: physicalName(this, 'nameTag', serviceName) },
      });
    }
  }
}
