import { CloudwatchLogIndexPolicy } from '@cdktf/provider-aws/lib/cloudwatch-log-index-policy';
import type { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Construct } from 'constructs';
import { type AccessLogField, accessLogGroupName } from '../core/access-log';
import { EncryptedLogGroup } from '../core/encrypted-log-group';
import { placementOf } from '../core/placement';
import { outside, type Rule, validateProps } from '../core/validation';
import { AccessLogQueries } from './access-log-queries';
import { HistoryTable } from './history-table';
import { RequestHistory } from './request-history';

export interface AccessLogProps {
  /** How long requests can be searched by tenant, in days: one of the values CloudWatch Logs takes. */
  readonly retentionDays: number;

  /** How long the history is kept, in days, 30 to 3650. */
  readonly historyDays: number;

  /**
   * Most that one query of the history may read, in GiB, 1 to 10240. Athena bills what is read, about 5 USD a TiB.
   *
   * @default 100 - half a dollar, or a tenant's requests of many years
   */
  readonly maxQueryGiB?: number;
}

type Settings = Pick<Required<AccessLogProps>, 'historyDays' | 'maxQueryGiB'>;

const between = (key: keyof Settings, min: number, max: number): Rule<Settings> => ({
  fails: (settings) => !Number.isInteger(settings[key]) || outside(settings[key], min, max),
  message: (settings) =>
    `${key} must be a whole number between ${String(min)} and ${String(max)}, got ${String(settings[key])}`,
});

const RULES: readonly Rule<Settings>[] = [
  between('historyDays', 30, 3650),
  between('maxQueryGiB', 1, 10_240),
];

/**
 * Fields that people look a request up by. A query that names a value of one reads only what may hold it.
 *
 * At most 20: "Field index syntax and quotas", CloudWatch Logs User Guide.
 */
const INDEXED = ['tenant', 'request_id', 'trace_id'] as const satisfies readonly AccessLogField[];

/**
 * Where the records of all requests go: a log group in which one tenant's are found within seconds, and a history in S3
 * that keeps them for years and that Athena searches.
 *
 * The agent on each node fills both, by their names: `constructs/core/access-log.ts`.
 */
export class AccessLog extends Construct {
  public readonly logGroup: CloudwatchLogGroup;
  /** Name of the bucket of the history, and the Athena workgroup that searches it. */
  public readonly historyBucket: string;
  public readonly historyWorkgroup: string;

  public constructor(scope: Construct, id: string, props: AccessLogProps) {
    super(scope, id);
    const { retentionDays, historyDays, maxQueryGiB = 100 } = props;
    validateProps(this, 'AccessLog props', { historyDays, maxQueryGiB }, RULES);

    const { logGroup } = new EncryptedLogGroup(this, 'Requests', {
      name: accessLogGroupName(placementOf(this)),
      keyName: ['gateway-access'],
      retentionDays,
    });
    this.logGroup = logGroup;
    new CloudwatchLogIndexPolicy(this, 'Index', {
      logGroupName: logGroup.name,
      policyDocument: JSON.stringify({ Fields: INDEXED }),
    });
    new AccessLogQueries(this, 'Queries', { logGroup: logGroup.name });

    const history = new RequestHistory(this, 'History', { historyDays, logRetentionDays: retentionDays });
    const table = new HistoryTable(this, 'Table', {
      bucket: history.bucket.name,
      historyDays,
      keyArn: history.keyArn,
      keyAlias: history.keyAlias,
      maxQueryGiB,
    });
    this.historyBucket = history.bucket.name;
    this.historyWorkgroup = table.workgroup;
  }
}
