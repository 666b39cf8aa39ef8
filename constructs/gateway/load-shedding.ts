import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { Construct } from 'constructs';
import type { ICache, INetwork } from '../core/interfaces';
import { physicalName } from '../core/naming';
import { NodeFunction } from '../core/node-function';
import { placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import { HYSTERESIS, LoadAlarms, loadAlarmPrefix, type ShedAtLoad } from './load-alarms';
import { LoadLevelNetwork } from './load-level-network';
import {
  CALLS_METRIC,
  type CacheNodes,
  cacheSources,
  callsSource,
  gatewayNamespace,
  shardSource,
} from './load-sources';

export interface LoadSheddingProps {
  /** Log group of access records, in which calls are counted. */
  readonly accessLogGroup: string;

  /** Calls in the busiest second that the cell is built for. */
  readonly peakCallsPerSecond: number;

  /** Pooled tiers, each with the load it is shed at. Dedicated tenants are never shed, so they have no entry. */
  readonly shedAtLoad: ShedAtLoad;

  /** How long the load must have been lower before a level ends, in minutes, 1 to 120. */
  readonly holdMinutes: number;

  /** Ordinals of the cell's shards. */
  readonly shards: readonly string[];

  /** The cell's cache, and how many nodes it has. */
  readonly cache: Pick<ICache, 'endpoint' | 'port' | 'securityGroupId' | 'replicationGroupId'> & CacheNodes;

  /** Id of the function's user there. Who places this lets `role` connect as it. */
  readonly cacheUserId: string;

  readonly network: Pick<INetwork, 'vpcId' | 'privateSubnetIds' | 'endpointSecurityGroupId'>;

  /** Whether the network has interface endpoints. If not, CloudWatch is reached through NAT. */
  readonly interfaceEndpoints: boolean;

  /** How long the function's log is kept, in days: one of the values CloudWatch Logs takes. */
  readonly logRetentionDays: number;
}

const TIERS = ['starter', 'professional'] as const;

const asNumber = (share: number | 'never'): number => (share === 'never' ? Infinity : share);

const RULES: readonly Rule<LoadSheddingProps>[] = [
  ...TIERS.map((tier): Rule<LoadSheddingProps> => ({
    fails: ({ shedAtLoad: { [tier]: share } }) => share !== 'never' && !(share > HYSTERESIS && share <= 1),
    message: ({ shedAtLoad: { [tier]: share } }) =>
      `shedAtLoad.${tier} must be above ${String(HYSTERESIS)} and at most 1, or never, got ${String(share)}; shedding ends ${String(HYSTERESIS)} below it`,
  })),
  {
    // Level 2 sheds both.
    fails: ({ shedAtLoad: { starter, professional } }) => asNumber(starter) > asNumber(professional),
    message: ({ shedAtLoad: { starter, professional } }) =>
      `shedAtLoad.starter must be at most shedAtLoad.professional, for starter is shed first, got ${String(starter)} and ${String(professional)}`,
  },
  {
    fails: ({ shedAtLoad: { starter, professional } }) => starter === 'never' && professional === 'never',
    message: () => 'shedAtLoad must be a load for one tier at least: with no alarm nobody watches the load',
  },
  {
    fails: ({ peakCallsPerSecond }) => !(peakCallsPerSecond > 0),
    message: ({ peakCallsPerSecond }) =>
      `peakCallsPerSecond must be above 0, got ${String(peakCallsPerSecond)}`,
  },
  {
    fails: ({ holdMinutes }) => !Number.isInteger(holdMinutes) || outside(holdMinutes, 1, 120),
    message: ({ holdMinutes }) =>
      `holdMinutes must be a whole number between 1 and 120, got ${String(holdMinutes)}`,
  },
];

/** Minutes without one good run of the function after which somebody must look. */
const UNWATCHED_MINUTES = 5;

/**
 * Decides how much load is shed: alarms on what can be overloaded, and a function that makes one level of them and writes it
 * to the cache, where authorizers read it.
 *
 * The function runs whenever a load alarm changes and each minute besides, so a lost event costs a minute. If it stops, the
 * level in the cache expires and nothing is shed: an alarm of its own tells that nobody watches the load.
 */
export class LoadShedding extends Construct {
  /** Role of the function, which must be let into the cache as its user. */
  public readonly role: IamRole;
  public readonly functionArn: string;

  public constructor(scope: Construct, id: string, props: LoadSheddingProps) {
    super(scope, id);
    validateProps(this, 'LoadShedding props', props, RULES);
    const placement = placementOf(this);
    this.countCalls(props.accessLogGroup);
    new LoadAlarms(this, 'Alarms', {
      sources: [
        callsSource(placement, props.peakCallsPerSecond),
        ...props.shards.map((shard) => shardSource(placement, shard)),
        ...cacheSources(placement, props.cache),
      ],
      shedAtLoad: props.shedAtLoad,
    });

    const failed = new SqsQueue(this, 'Failed', {
      name: physicalName(this, 'sqsQueue', 'load-level-failed'),
      messageRetentionSeconds: 1_209_600,
      // SQS's own key: messages hold names of alarms and errors.
      sqsManagedSseEnabled: true,
    });
    const level = this.levelFunction(props, failed.arn);
    this.role = level.role;
    this.functionArn = level.arn;
    new LambdaFunctionEventInvokeConfig(this, 'Failures', {
      functionName: level.lambda.functionName,
      // An older event tells nothing that the next minute's run does not see.
      maximumEventAgeInSeconds: 60,
      maximumRetryAttempts: 1,
      destinationConfig: { onFailure: { destination: failed.arn } },
    });
    this.wake(level);
    this.watch(level.functionName);
  }

  /**
   * Counts the calls that a service was asked. What the gateway refuses is no load on anything behind it; if it counted, one
   * caller who floods the gateway could have whole tiers shed.
   */
  private countCalls(logGroupName: string): void {
    new CloudwatchLogMetricFilter(this, 'Calls', {
      name: 'forwarded-calls',
      logGroupName,
      // An address and its port: what was not passed on has no address, and no colon in its place.
      pattern: '{ $.upstream_host = "*:*" }',
      metricTransformation: {
        name: CALLS_METRIC,
        namespace: gatewayNamespace(placementOf(this)),
        value: '1',
        defaultValue: '0',
        unit: 'Count',
      },
    });
  }

  private levelFunction(props: LoadSheddingProps, failedQueueArn: string): NodeFunction {
    const { cache } = props;
    const placement = placementOf(this);
    const { account, region } = placement;
    const { securityGroupId } = new LoadLevelNetwork(this, 'Network', props);
    return new NodeFunction(this, 'Level', {
      name: ['load-level'],
      description: 'Makes one shed level of the load alarms and writes it to the cache',
      entry: 'services/load-level/handler.ts',
      environment: {
        ALARM_PREFIX: loadAlarmPrefix(placement),
        HOLD_MINUTES: String(props.holdMinutes),
        VALKEY_HOST: cache.endpoint,
        VALKEY_PORT: cache.port,
        VALKEY_TLS: 'true',
        VALKEY_CLUSTER: 'true',
        VALKEY_USER: props.cacheUserId,
        VALKEY_GROUP: cache.replicationGroupId,
      },
      statements: [
        {
          sid: 'ReadAlarms',
          actions: ['cloudwatch:DescribeAlarms'],
          // A list by prefix is a request for all alarms: CloudWatch knows no narrower resource for it.
          resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:*`],
        },
        { sid: 'TellFailures', actions: ['sqs:SendMessage'], resources: [failedQueueArn] },
      ],
      timeoutSeconds: 20,
      // Two at once could write their levels in the wrong order.
      reservedConcurrency: 1,
      logRetentionDays: props.logRetentionDays,
      network: { subnetIds: props.network.privateSubnetIds, securityGroupId },
    });
  }

  /** Runs the function when a load alarm changes, and each minute. */
  private wake(level: NodeFunction): void {
    const changes = new CloudwatchEventRule(this, 'Changes', {
      name: physicalName(this, 'eventRule', 'load-changes'),
      description: 'A load alarm of the cell changes its state',
      eventPattern: JSON.stringify({
        source: ['aws.cloudwatch'],
        'detail-type': ['CloudWatch Alarm State Change'],
        detail: { alarmName: [{ prefix: loadAlarmPrefix(placementOf(this)) }] },
      }),
    });
    const minutes = new CloudwatchEventRule(this, 'Minutes', {
      name: physicalName(this, 'eventRule', 'load-minutes'),
      description: 'Every minute: levels end by time, and a lost event is made up for',
      scheduleExpression: 'rate(1 minute)',
    });
    for (const [id, rule] of Object.entries({ Changes: changes, Minutes: minutes })) {
      const admitted = level.admit(`By${id}`, 'events.amazonaws.com', rule.arn);
      new CloudwatchEventTarget(this, `${id}Target`, {
        rule: rule.name,
        arn: level.lambda.arn,
        // Minutes come again; EventBridge would try for a day.
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
        dependsOn: [admitted],
      });
    }
  }

  /** Its name does not begin as those of load alarms do: that nobody watches is no load. */
  private watch(functionName: string): void {
    const metric = (metricName: string) => ({
      metric: {
        namespace: 'AWS/Lambda',
        metricName,
        dimensions: { FunctionName: functionName },
        period: 60,
        stat: 'Sum',
      },
    });
    new CloudwatchMetricAlarm(this, 'Unwatched', {
      alarmName: physicalName(this, 'metricAlarm', 'gateway-load-unwatched'),
      alarmDescription: `Nobody watches the load: ${functionName} has not run well for ${String(UNWATCHED_MINUTES)} minutes, and nothing is shed`,
      comparisonOperator: 'LessThanThreshold',
      threshold: 1,
      evaluationPeriods: UNWATCHED_MINUTES,
      datapointsToAlarm: UNWATCHED_MINUTES,
      metricQuery: [
        { id: 'good', expression: 'FILL(runs, 0) - FILL(errors, 0)', label: 'Good runs', returnData: true },
        { id: 'runs', ...metric('Invocations') },
        { id: 'errors', ...metric('Errors') },
      ],
      treatMissingData: 'breaching',
    });
  }
}
