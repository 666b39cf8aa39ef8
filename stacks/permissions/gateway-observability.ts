import type { Statement } from '../../constructs/access/statement';
import { accessLogGroupName, accessStreamName } from '../../constructs/core/access-log';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import { streamLogGroup } from '../../constructs/gateway/history-stream';
import { HISTORY_TABLE, historyDatabase } from '../../constructs/gateway/history-table';
import { loadAlarmPrefix } from '../../constructs/gateway/load-alarms';
import { bucketStatement } from './buckets';
import { functionArns, functionKeys, functionLogs } from './functions';
import { inRegion, regionalArn } from './scope';
import { queueStatement } from './parts';

/** The function that decides what load is shed, by the last part of its name. */
const FUNCTIONS = ['load-level'];

/** What of a gateway's observability is told to the statements that all groups have in common. */
export const gatewayObservability = (placement: Placement) => ({
  /** For `functionStatements`, and who calls them. */
  functions: FUNCTIONS,
  callers: ['events.amazonaws.com'],
  /** For `logGroupStatements`. */
  logGroups: [
    accessLogGroupName(placement),
    streamLogGroup(placement),
    ...functionLogs(placement, FUNCTIONS),
  ],
  /** For `keyStatements`: aliases, and services that are given the use of a key. */
  keys: ['gateway-access', 'gateway-history', ...functionKeys(FUNCTIONS)].map((name) =>
    nameIn(placement, 'kmsAlias', name),
  ),
  grantKeysTo: ['firehose'],
  /** For `roleStatements`. */
  roles: ['gateway-history', ...FUNCTIONS],
  passRolesTo: ['firehose.amazonaws.com', 'lambda.amazonaws.com'],
});

/**
 * Access log, history and load alarms of a cell's gateways. Not reading the history, nor deleting it or its stream: no
 * deployment ever removes what auditors may ask for.
 */
export function gatewayObservabilityStatements(placement: Placement): readonly Statement[] {
  return [
    ...accessLogStatements(placement),
    streamStatement(placement),
    bucketStatement('HistoryBuckets', bucketNames(placement)),
    ...searchStatements(placement),
    ...loadStatements(placement),
  ];
}

function accessLogStatements(placement: Placement): readonly Statement[] {
  const group = regionalArn(placement, 'logs', `log-group:${accessLogGroupName(placement)}`);
  const errors = regionalArn(placement, 'logs', `log-group:${streamLogGroup(placement)}`);
  return [
    {
      sid: 'CountCalls',
      actions: ['logs:DeleteMetricFilter', 'logs:DescribeMetricFilters', 'logs:PutMetricFilter'],
      resources: [group, `${group}:*`],
    },
    {
      sid: 'StreamOfErrors',
      actions: ['logs:CreateLogStream', 'logs:DeleteLogStream', 'logs:DescribeLogStreams'],
      resources: [`${errors}:*`],
    },
    {
      sid: 'SavedQueriesAndIndexes',
      // CloudWatch Logs knows no resource for any of these. None of them shows or removes a log.
      actions: [
        'logs:DeleteIndexPolicy',
        'logs:DeleteQueryDefinition',
        'logs:DescribeIndexPolicies',
        'logs:DescribeQueryDefinitions',
        'logs:PutIndexPolicy',
        'logs:PutQueryDefinition',
      ],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
  ];
}

/** Not `firehose:DeleteDeliveryStream`: what waits in the stream would be lost. */
const streamStatement = (placement: Placement): Statement => ({
  sid: 'HistoryStream',
  actions: [
    'firehose:CreateDeliveryStream',
    'firehose:DescribeDeliveryStream',
    'firehose:ListTagsForDeliveryStream',
    'firehose:StartDeliveryStreamEncryption',
    'firehose:TagDeliveryStream',
    'firehose:UntagDeliveryStream',
    'firehose:UpdateDestination',
  ],
  resources: [regionalArn(placement, 'firehose', `deliverystream/${accessStreamName(placement)}`)],
});

const bucketNames = (placement: Placement): readonly string[] =>
  ['gateway-history', 'gateway-queries', 'gateway-reads'].map((name) => nameIn(placement, 's3Bucket', name));

/** The history as a table, and who may search it how. */
function searchStatements(placement: Placement): readonly Statement[] {
  const database = historyDatabase(placement);
  return [
    {
      sid: 'HistoryTable',
      actions: [
        'glue:CreateDatabase',
        'glue:CreateTable',
        'glue:DeleteDatabase',
        'glue:DeleteTable',
        'glue:GetDatabase',
        'glue:GetPartitionIndexes',
        'glue:GetTable',
        'glue:GetTags',
        'glue:TagResource',
        'glue:UntagResource',
        'glue:UpdateDatabase',
        'glue:UpdateTable',
      ],
      resources: [
        // Glue asks for the catalog besides.
        regionalArn(placement, 'glue', 'catalog'),
        regionalArn(placement, 'glue', `database/${database}`),
        regionalArn(placement, 'glue', `table/${database}/${HISTORY_TABLE}`),
        // With a database go its functions, of which there are none.
        regionalArn(placement, 'glue', `userDefinedFunction/${database}/*`),
      ],
    },
    {
      sid: 'HistoryWorkgroup',
      actions: [
        'athena:CreateNamedQuery',
        'athena:CreateWorkGroup',
        'athena:DeleteNamedQuery',
        'athena:DeleteWorkGroup',
        'athena:GetNamedQuery',
        'athena:GetWorkGroup',
        'athena:ListTagsForResource',
        'athena:TagResource',
        'athena:UntagResource',
        'athena:UpdateWorkGroup',
      ],
      resources: [
        regionalArn(
          placement,
          'athena',
          `workgroup/${nameIn(placement, 'athenaWorkgroup', 'gateway-history')}`,
        ),
      ],
    },
  ];
}

/** Alarms, the rules that wake the function, and where its failures go. */
function loadStatements(placement: Placement): readonly Statement[] {
  return [
    {
      sid: 'GatewayAlarms',
      actions: [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:PutCompositeAlarm',
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ],
      resources: [
        `${loadAlarmPrefix(placement)}*`,
        ...['burn', 'gateway'].map((name) => `${nameIn(placement, 'metricAlarm', name)}-*`),
      ].map((name) => regionalArn(placement, 'cloudwatch', `alarm:${name}`)),
    },
    {
      sid: 'ReadAlarms',
      // Composite alarms are told of only to whoever may look at everything: "DescribeAlarms", Amazon CloudWatch API Reference.
      // Settings and states only.
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
      conditions: [inRegion(placement)],
    },
    {
      sid: 'LoadRules',
      actions: [
        'events:DeleteRule',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
        'events:TagResource',
        'events:UntagResource',
      ],
      resources: [regionalArn(placement, 'events', `rule/${nameIn(placement, 'eventRule', 'load')}-*`)],
    },
    queueStatement(
      'FailedRuns',
      regionalArn(placement, 'sqs', nameIn(placement, 'sqsQueue', 'load-level-failed')),
    ),
    {
      sid: 'WhereFailedRunsGo',
      actions: [
        'lambda:DeleteFunctionEventInvokeConfig',
        'lambda:GetFunctionEventInvokeConfig',
        'lambda:PutFunctionEventInvokeConfig',
        'lambda:UpdateFunctionEventInvokeConfig',
      ],
      resources: functionArns(placement, FUNCTIONS),
    },
  ];
}
