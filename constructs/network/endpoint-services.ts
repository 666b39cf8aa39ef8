/** An AWS service that private nodes and pods reach through an interface endpoint. */
export interface EndpointService {
  /** Construct id. */
  readonly id: string;
  /** Last part of the service's name, after `com.amazonaws.<region>.`. */
  readonly service: string;
  /** Who calls it. A service that nobody here calls gets no endpoint: each costs about 22 USD a month in three zones. */
  readonly callers: string;
}

/**
 * Services with an interface endpoint, by the calls that the platform's own parts make.
 *
 * Left out on purpose: `kms` (S3, Secrets Manager and EBS call it for their users; no pod does), `autoscaling` (Karpenter
 * replaces the cluster autoscaler), `rds` and `elasticache` (IAM logins are signed without a call), `ec2messages` (the SSM
 * agent uses `ssmmessages` since 3.3.40), `codebuild` (pipelines of the home account start projects, nothing here does). What
 * is left out and called all the same goes through NAT, and so does what a release asks of the cell's token endpoint: there is
 * no endpoint for a domain of one's own.
 */
export const ENDPOINT_SERVICES: readonly EndpointService[] = [
  { id: 'Ec2', service: 'ec2', callers: 'Karpenter, VPC CNI, EBS CSI, AWS Load Balancer Controller' },
  { id: 'EcrApi', service: 'ecr.api', callers: 'kubelet, for a login to the image registry' },
  {
    id: 'EcrDocker',
    service: 'ecr.dkr',
    callers: 'containerd, for image manifests (layers come through S3)',
  },
  { id: 'Eks', service: 'eks', callers: 'Karpenter, for the address of the cluster' },
  { id: 'EksAuth', service: 'eks-auth', callers: 'Pod Identity agent, for the credentials of pods' },
  { id: 'Sts', service: 'sts', callers: 'pods that take a further role or ask who they are' },
  {
    id: 'LoadBalancing',
    service: 'elasticloadbalancing',
    callers: 'AWS Load Balancer Controller, at each change of a pod',
  },
  { id: 'Logs', service: 'logs', callers: 'Fluent Bit, for every request of every tenant' },
  { id: 'Firehose', service: 'kinesis-firehose', callers: 'Fluent Bit, for the history of requests' },
  {
    id: 'Monitoring',
    service: 'monitoring',
    callers: 'load-level function, to read alarms each minute; releases',
  },
  { id: 'Prometheus', service: 'aps-workspaces', callers: 'Prometheus collector, KEDA, Argo Rollouts' },
  { id: 'SecretsManager', service: 'secretsmanager', callers: 'External Secrets; releases' },
  { id: 'Sqs', service: 'sqs', callers: 'Karpenter, KEDA and the workers it scales' },
  { id: 'Ssm', service: 'ssm', callers: 'Karpenter, for node images; SSM agent of each node' },
  { id: 'SsmMessages', service: 'ssmmessages', callers: 'SSM agent of each node, for Session Manager' },
];
