import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { PrometheusWorkspace } from '@cdktf/provider-aws/lib/prometheus-workspace';
import { Construct } from 'constructs';
import { placementOf, prefixOf } from '../../core/placement';

export interface MetricsWorkspaceProps {
  /** Name of the log group to make for the workspace's own messages; must begin with `/aws/vendedlogs/`. */
  readonly logGroup: string;
  /** Key that encrypts metrics and messages. It can never be changed. */
  readonly keyArn: string;
  /** How long the workspace's messages are kept, in days. Metrics are kept 150 days, the service's default. */
  readonly logRetentionDays: number;
}

/** The cell's workspace of Amazon Managed Prometheus: where its metrics are kept, asked and turned into alarms. */
export class MetricsWorkspace extends Construct {
  public readonly arn: string;
  public readonly workspaceId: string;
  /** Base URL of the workspace's API, ending in a slash. */
  public readonly endpoint: string;

  public constructor(scope: Construct, id: string, props: MetricsWorkspaceProps) {
    super(scope, id);
    const logs = new CloudwatchLogGroup(this, 'Logs', {
      name: props.logGroup,
      retentionInDays: props.logRetentionDays,
      kmsKeyId: props.keyArn,
      lifecycle: { preventDestroy: true },
    });
    const workspace = new PrometheusWorkspace(this, 'Workspace', {
      alias: prefixOf(placementOf(this)),
      kmsKeyArn: props.keyArn,
      loggingConfiguration: { logGroupArn: `${logs.arn}:*` },
      lifecycle: { preventDestroy: true },
    });
    this.arn = workspace.arn;
    this.workspaceId = workspace.id;
    this.endpoint = workspace.prometheusEndpoint;
  }
}
