import { Construct } from 'constructs';
import type { ICluster } from '../../core/interfaces';
import { placementOf } from '../../core/placement';
import { AddonNamespace } from './addon-namespace';
import type { MetricsWorkspace } from './metrics-workspace';
import { PinnedRelease } from '../../core/pinned-release';
import { resources, RESTRICTED_CONTAINER, SYSTEM_POD, zoneSpread } from '../../core/system-pods';
import { CHARTS } from './versions';
import { WorkloadRole } from './workload-role';

export interface MetricsCollectorProps {
  readonly cluster: ICluster;
  readonly workspace: MetricsWorkspace;
  /** Collectors that each scrape everything; the workspace keeps the samples of one. */
  readonly replicas: number;
  /**
   * How often every target is scraped, in seconds. Scaling on a metric cannot react faster.
   *
   * @default 15
   */
  readonly scrapeSeconds?: number;
}

const SERVICE_ACCOUNT = 'prometheus';
/** Where the agent keeps what it has not sent yet. */
const BUFFER = '/data';

/**
 * Prometheus in agent mode: scrapes annotated pods and services, kubelets and the state of Kubernetes objects, and sends
 * all of it to the cell's workspace. It keeps nothing and answers no queries.
 */
export class MetricsCollector extends Construct {
  public constructor(scope: Construct, id: string, props: MetricsCollectorProps) {
    super(scope, id);
    const namespace = new AddonNamespace(this, 'Namespace', { name: 'metrics' });
    const role = new WorkloadRole(this, 'Role', {
      cluster: props.cluster,
      name: 'metrics-collector',
      namespace: namespace.name,
      serviceAccount: SERVICE_ACCOUNT,
      statements: [{ sid: 'Send', actions: ['aps:RemoteWrite'], resources: [props.workspace.arn] }],
    });
    new PinnedRelease(this, 'Agent', {
      chart: CHARTS.prometheus,
      name: 'prometheus',
      namespace: namespace.name,
      values: {
        serviceAccounts: { server: { name: SERVICE_ACCOUNT } },
        server: server(props, placementOf(this).region),
        // Rules need a database: the workspace has them.
        serverFiles: { 'prometheus.yml': { rule_files: null } },
        configmapReload: {
          prometheus: {
            containerSecurityContext: RESTRICTED_CONTAINER,
            resources: resources('10m', '32Mi', '64Mi'),
          },
        },
        'kube-state-metrics': {
          ...SYSTEM_POD,
          resources: resources('20m', '128Mi', '512Mi'),
          podDisruptionBudget: { maxUnavailable: 1 },
        },
        alertmanager: { enabled: false },
        'prometheus-pushgateway': { enabled: false },
        // It would need the host's network and file system; kubelets tell what scheduling and scaling need.
        'prometheus-node-exporter': { enabled: false },
      },
      dependsOn: [namespace.resource, role.association],
    });
  }
}

function server(
  { cluster, workspace, replicas, scrapeSeconds }: MetricsCollectorProps,
  region: string,
): object {
  return {
    ...SYSTEM_POD,
    statefulSet: { enabled: true },
    replicaCount: replicas,
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    topologySpreadConstraints: zoneSpread({
      'app.kubernetes.io/name': 'prometheus',
      'app.kubernetes.io/component': 'server',
    }),
    // The chart's own flags are those of a database.
    defaultFlagsOverride: [
      '--agent',
      '--config.file=/etc/config/prometheus.yml',
      `--storage.agent.path=${BUFFER}`,
      '--web.enable-lifecycle',
    ],
    global: {
      scrape_interval: `${String(scrapeSeconds ?? 15)}s`,
      scrape_timeout: '10s',
      // By these two the workspace tells that two collectors send the same, and takes one of them
      // ("Deduplicate high availability metrics", Amazon Managed Prometheus User Guide).
      external_labels: { cluster: cluster.name, __replica__: '$POD_NAME' },
    },
    env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    remoteWrite: [
      {
        url: `${workspace.endpoint}api/v1/remote_write`,
        sigv4: { region },
        queue_config: { max_samples_per_send: 1000, max_shards: 200, capacity: 2500 },
      },
    ],
    // What a collector has not sent yet is lost with its node; the other has it too.
    persistentVolume: { enabled: false },
    emptyDir: { sizeLimit: '8Gi' },
    resources: resources('200m', '1Gi', '3Gi'),
    securityContext: {
      runAsUser: 65534,
      runAsGroup: 65534,
      fsGroup: 65534,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containerSecurityContext: RESTRICTED_CONTAINER,
  };
}
