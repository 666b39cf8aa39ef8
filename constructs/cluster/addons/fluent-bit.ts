import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { placementOf } from '../../core/placement';
import { AddonNamespace } from './addon-namespace';
import { PinnedRelease } from './pinned-release';
import { resources } from './system-pods';
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
const STATE = '/var/fluent-bit/state';

/** Fluent Bit on every node: sends what pods print to CloudWatch Logs. */
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
      ],
    });
    new PinnedRelease(this, 'Agent', {
      chart: CHARTS.fluentBit,
      name: 'fluent-bit',
      namespace: namespace.name,
      values: values(placementOf(this).region, logs.name),
      dependsOn: [namespace.resource, role.association],
    });
  }
}

function values(region: string, logGroup: string): object {
  return {
    kind: 'DaemonSet',
    serviceAccount: { name: SERVICE_ACCOUNT },
    testFramework: { enabled: false },
    image: { pullPolicy: 'IfNotPresent' },
    priorityClassName: 'system-node-critical',
    // Every node, whatever it is kept for.
    tolerations: [{ operator: 'Exists' }],
    resources: resources('50m', '64Mi', '256Mi'),
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
    config: {
      service: section('SERVICE', {
        Daemon: 'Off',
        Flush: '1',
        Log_Level: 'info',
        Parsers_File: '/fluent-bit/etc/parsers.conf',
        HTTP_Server: 'On',
        HTTP_Listen: '0.0.0.0',
        HTTP_Port: '2020',
        Health_Check: 'On',
        'storage.path': `${STATE}/buffer`,
        // Lines that CloudWatch does not take yet wait on disk, not in memory.
        'storage.backlog.mem_limit': '64M',
      }),
      inputs: section('INPUT', {
        Name: 'tail',
        Path: '/var/log/containers/*.log',
        // Its own lines would make more of its own lines.
        Exclude_Path: '/var/log/containers/fluent-bit-*',
        'multiline.parser': 'cri',
        Tag: 'kube.*',
        // Where it stopped reading, over restarts.
        DB: `${STATE}/tail.db`,
        'DB.locking': 'true',
        'storage.type': 'filesystem',
        Mem_Buf_Limit: '64M',
        Skip_Long_Lines: 'On',
        Refresh_Interval: '10',
      }),
      filters: section('FILTER', {
        Name: 'kubernetes',
        Match: 'kube.*',
        Merge_Log: 'On',
        Keep_Log: 'Off',
        Annotations: 'Off',
        'K8S-Logging.Parser': 'Off',
        // A pod may not silence itself.
        'K8S-Logging.Exclude': 'Off',
      }),
      outputs: section('OUTPUT', {
        Name: 'cloudwatch_logs',
        Match: 'kube.*',
        region,
        log_group_name: logGroup,
        log_stream_prefix: 'pod-',
        auto_create_group: 'Off',
        Retry_Limit: 'no_limits',
        'storage.total_limit_size': '2G',
      }),
      customParsers: '',
    },
  };
}

/** A section of Fluent Bit's configuration. */
function section(name: string, entries: Readonly<Record<string, string>>): string {
  const lines = Object.entries(entries).map(([key, value]) => `    ${key} ${value}\n`);
  return [`[${name}]\n`, ...lines].join('');
}
