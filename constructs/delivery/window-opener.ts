import { Construct } from 'constructs';
import { NodeFunction } from '../core/node-function';
import { placementOf, prefixOf } from '../core/placement';
import { WINDOW_ACTION } from './pipeline-stages';
import { windowName } from './release-plan';
import { ScheduleRole } from './schedule-role';
import { WINDOW_OPENER } from './window-schedules';

export interface WindowOpenerProps {
  /** How long its log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

/**
 * Lets waves begin in the maintenance windows of their tenants. It approves a waiting approval of a stage that waits for a
 * window, of pipelines of this platform, and nothing else.
 */
export class WindowOpener extends Construct {
  public readonly functionArn: string;
  public readonly scheduleRoleArn: string;

  public constructor(scope: Construct, id: string, { logRetentionDays }: WindowOpenerProps) {
    super(scope, id);
    const home = placementOf(this);
    const pipelines = `arn:aws:codepipeline:${home.region}:${home.account}:${prefixOf(home)}-*`;
    const opener = new NodeFunction(this, 'Function', {
      name: [WINDOW_OPENER],
      description: 'Approves what waits for a maintenance window, while the window is open',
      entry: 'services/maintenance-window/handler.ts',
      environment: { PIPELINE_PREFIX: `${prefixOf(home)}-` },
      timeoutSeconds: 30,
      logRetentionDays,
      // Called by schedules of one pipeline each, so the pipelines of all services, which need not be known here.
      statements: [
        {
          sid: 'FindWaiting',
          effect: 'Allow',
          actions: ['codepipeline:GetPipelineState'],
          resources: [pipelines],
        },
        {
          sid: 'OpenWindows',
          effect: 'Allow',
          actions: ['codepipeline:PutApprovalResult'],
          resources: [`${pipelines}/${windowName({ name: '*' })}/${WINDOW_ACTION}`],
        },
      ],
    });
    this.functionArn = opener.arn;
    this.scheduleRoleArn = new ScheduleRole(this, 'Caller', {
      name: ['call', WINDOW_OPENER],
      description: `Calls function ${opener.functionName}`,
      statement: { actions: ['lambda:InvokeFunction'], resources: [opener.arn] },
    }).arn;
  }
}
