import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { accessLogGroupName, accessStreamName } from '../../core/access-log';
import { nameIn } from '../../core/naming';
import { placementOf } from '../../core/placement';
import { AddonNamespace } from './addon-namespace';
import { fluentBitConfig, METRICS_PORT, STATE } from './fluent-bit-config';
import { PinnedRelease } from '../../core/pinned-release';
import { resources } from '../../core/system-pods';
import { CHARTS } from './versions';
import { WorkloadRole } from './workload-role';

export interface FluentBitProps {
  readonly cluster: ICluster;
  /** Name of the log group to make. */
  readonly logGroup: string;
  /** Key that encrypts it. */
  readonly keyArn: string;
  /** How long lines are kept, in days. */
  readonly retentionDays: number;
}

const SERVICE_ACCOUNT = 'fluent-bit';

/**
 * Fluent Bit on every node: sends what pods print to CloudWatch Logs, and what gateways tell of each request to a log group
 * and a delivery stream of its own. The gateway's stack makes those two later, and the agent knows them by their names; until
 * then no gateway tells anything.
 */
export class FluentBit extends Construct {
  public constructor(scope: Construct, id: string, props: FluentBitProps) {
    super(scope, id);
    const logs = new CloudwatchLogGroup(this, 'Logs', {
      name: props.logGroup,
      retentionInDays: props.retentionDays,
      kmsKeyId: props.keyArn,
      lifecycle: { preventDestroy: true },
    });
    // Privileged, for nothing less admits a volume of the host, and logs are there.
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'logging', podSecurity: 'privileged' });
    const role = new WorkloadRole(this, 'Role', {
      cluster: props.cluster,
      name: 'fluent-bit',
      namespace: namespace.name,
      serviceAccount: SERVICE_ACCOUNT,
      statements: [
        {
          sid: 'Write',
          actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          // Every stream of the one group: each container has its own.
          resources: [`${logs.arn}:*`],
        },
        ...this.accessStatements(),
      ],
    });
    new PinnedRelease(this, 'Agent', {
      chart: CHARTS.fluentBit,
      name: 'fluent-bit',
      namespace: namespace.name,
      values: values(
        fluentBitConfig({
          region: placementOf(this).region,
          podLogGroup: logs.name,
          accessLogGroup: accessLogGroupName(placementOf(this)),
          accessStream: accessStreamName(placementOf(this)),
        }),
      ),
      dependsOn: [namespace.resource, role.association],
    });
  }

  /** Handing on what gateways tell. */
  private accessStatements(): readonly DataAwsIamPolicyDocumentStatement[] {
    const placement = placementOf(this);
    const { account, region } = placement;
    return [
      {
        sid: 'WriteRequests',
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        // Every stream of the one group: each proxy has its own.
        resources: [`arn:aws:logs:${region}:${account}:log-group:${accessLogGroupName(placement)}:*`],
      },
      {
        sid: 'SendHistory',
        actions: ['firehose:PutRecordBatch'],
        resources: [`arn:aws:firehose:${region}:${account}:deliverystream/${accessStreamName(placement)}`],
      },
      {
        sid: 'EncryptHistory',
        // As AWS's own log deliveries have it, for a stream with a key of the customer's (AWSServiceRoleForLogDeliveryPolicy).
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // The key is made after this role, so its alias names it.
        resources: [`arn:aws:kms:${region}:${account}:key/*`],
        condition: [
          {
            test: 'ForAnyValue:StringEquals',
            variable: 'kms:ResourceAliases',
            values: [`alias/${nameIn(placement, 'kmsAlias', 'gateway-history')}`],
          },
          { test: 'StringEquals', variable: 'kms:ViaService', values: [`firehose.${region}.amazonaws.com`] },
        ],
      },
    ];
  }
}

function values(config: Readonly<Record<string, string>>): object {
  return {
    kind: 'DaemonSet',
    serviceAccount: { name: SERVICE_ACCOUNT },
    testFramework: { enabled: false },
    image: { pullPolicy: 'IfNotPresent' },
    priorityClassName: 'system-node-critical',
    // What it sends, retries and drops: nothing is lost without a trace.
    podAnnotations: {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(METRICS_PORT),
      'prometheus.io/path': '/api/v2/metrics/prometheus',
    },
    // Every node, whatever it is kept for.
    tolerations: [{ operator: 'Exists' }],
    resources: resources('50m', '64Mi', '384Mi'),
    podSecurityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    // Root, for the files belong to root; without any of root's capabilities.
    securityContext: {
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    daemonSetVolumes: [
      { name: 'logs', hostPath: { path: '/var/log' } },
      { name: 'state', hostPath: { path: STATE, type: 'DirectoryOrCreate' } },
    ],
    daemonSetVolumeMounts: [
      { name: 'logs', mountPath: '/var/log', readOnly: true },
      { name: 'state', mountPath: STATE },
    ],
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    config,
  };
}
