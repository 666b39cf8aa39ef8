import { AthenaNamedQuery } from '@cdktf/provider-aws/lib/athena-named-query';
import { AthenaWorkgroup } from '@cdktf/provider-aws/lib/athena-workgroup';
import { GlueCatalogDatabase } from '@cdktf/provider-aws/lib/glue-catalog-database';
import { GlueCatalogTable } from '@cdktf/provider-aws/lib/glue-catalog-table';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { Construct } from 'constructs';
import { ACCESS_LOG_FIELDS, NO_TENANT_PARTITION } from '../core/access-log';
import { physicalName } from '../core/naming';
import { nameParts, type Placement, placementOf } from '../core/placement';
import { PrivateBucket, requireKey } from '../core/private-bucket';
import { historyOfTenant, requestsWithoutTenant } from './history-sql';
import { REQUESTS } from './history-stream';

export interface HistoryTableProps {
  /** Name of the bucket of the history. */
  readonly bucket: string;
  /** How long records are kept, in days. */
  readonly historyDays: number;
  /** Key of the results, and its alias with `alias/` before it. */
  readonly keyArn: string;
  readonly keyAlias: string;
  /** Most that one query may read, in GiB. */
  readonly maxQueryGiB: number;
}

/** Name of the Glue database of a cell. Athena takes no hyphens without quotes. */
export const historyDatabase = (placement: Placement): string =>
  [...nameParts(placement), 'gateway'].join('_').replaceAll('-', '_');

/** Name of the table of records. */
export const HISTORY_TABLE = 'requests';

/** How long results of queries are kept, in days: they are copies of what the history holds. */
const RESULT_DAYS = 7;

/**
 * The history as a table, and a workgroup of Athena that searches it.
 *
 * Partitions are computed from the query ("partition projection", Athena User Guide), so that nothing has to be told of a
 * new day. Whoever queries needs permissions of his own for workgroup, table, bucket and key: nobody has them by this.
 */
export class HistoryTable extends Construct {
  /** Name of the workgroup. */
  public readonly workgroup: string;

  public constructor(scope: Construct, id: string, props: HistoryTableProps) {
    super(scope, id);
    const database = new GlueCatalogDatabase(this, 'Database', {
      name: historyDatabase(placementOf(this)),
      description: 'What gateways of the cell have answered',
    });
    const table = this.table(database.name, props);
    const { name: workgroup } = this.searches(props);
    this.workgroup = workgroup;

    const saved = { workgroup, database: database.name };
    new AthenaNamedQuery(this, 'OneTenant', {
      ...saved,
      name: 'history of one tenant',
      description: 'All requests of a tenant between two days',
      query: historyOfTenant(table.name),
    });
    new AthenaNamedQuery(this, 'NoTenant', {
      ...saved,
      name: 'history of requests without a tenant',
      description: 'Requests between two days that came without a valid token',
      query: requestsWithoutTenant(table.name),
    });
  }

  private table(databaseName: string, { bucket, historyDays }: HistoryTableProps): GlueCatalogTable {
    const location = `s3://${bucket}/${REQUESTS}`;
    return new GlueCatalogTable(this, 'Requests', {
      name: HISTORY_TABLE,
      databaseName,
      description: 'One row a request',
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: [
        { name: 'day', type: 'string', comment: 'Day of arrival, UTC, YYYY-MM-DD' },
        { name: 'pair', type: 'int', comment: "Half the tenant's bucket; 128 of requests without a tenant" },
      ],
      parameters: {
        EXTERNAL: 'TRUE',
        classification: 'json',
        compressionType: 'gzip',
        'projection.enabled': 'true',
        'projection.day.type': 'date',
        'projection.day.format': 'yyyy-MM-dd',
        'projection.day.range': `NOW-${String(historyDays)}DAYS,NOW`,
        'projection.day.interval': '1',
        'projection.day.interval.unit': 'DAYS',
        'projection.pair.type': 'integer',
        'projection.pair.range': `0,${String(NO_TENANT_PARTITION)}`,
        // `$$` keeps Terraform from reading these as its own.
        'storage.location.template': `${location}day=$\${day}/pair=$\${pair}/`,
      },
      storageDescriptor: {
        location,
        inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        serDeInfo: {
          serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
          // A broken line is a row of nulls instead of the end of the query.
          parameters: { 'ignore.malformed.json': 'true' },
        },
        columns: Object.entries(ACCESS_LOG_FIELDS).map(([name, type]) => ({ name, type })),
      },
    });
  }

  private searches({ keyArn, keyAlias, maxQueryGiB }: HistoryTableProps): AthenaWorkgroup {
    // Without records of access: Athena's own history and CloudTrail name who asked what.
    const results = new PrivateBucket(this, 'Results', {
      name: physicalName(this, 's3Bucket', 'gateway-queries'),
      keyArn,
      policy: (bucketArn) => requireKey(bucketArn, keyArn, keyAlias),
    });
    new S3BucketLifecycleConfiguration(this, 'ResultsLifecycle', {
      bucket: results.name,
      dependsOn: [results.versioning],
      rule: [
        {
          id: 'old-results',
          status: 'Enabled',
          filter: [{}],
          expiration: [{ days: RESULT_DAYS }],
          noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
      ],
    });
    return new AthenaWorkgroup(this, 'Workgroup', {
      name: physicalName(this, 'athenaWorkgroup', 'gateway-history'),
      description: 'Searches the history of requests',
      configuration: {
        // Clients can choose neither place nor key of the results, nor read more.
        enforceWorkgroupConfiguration: true,
        publishCloudwatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: maxQueryGiB * 2 ** 30,
        // The partition of a tenant is computed with functions of this version.
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${results.name}/results/`,
          expectedBucketOwner: placementOf(this).account,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKeyArn: keyArn },
        },
      },
    });
  }
}
