import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { ICluster } from '../core/interfaces';
import { placementOf } from '../core/placement';
import { PodIdentity } from '../core/pod-identity';
import { schemaName } from '../core/releases';
import { MIGRATOR, SCHEMA_JOB_KEY } from '../core/schema-jobs';
import { outside, type Rule, validateProps } from '../core/validation';
import { schemaFiles, schemaJob } from './schema-pod';

/** A database whose schema changes, as its own stack knows it: the cluster itself, and not a proxy before it. */
export interface SchemaDatabase {
  /** Host of the writer. */
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
  /** What `rds-db:connect` names: the resource id of the cluster, `cluster-…`. */
  readonly resourceId: string;
}

export interface SchemaMigrationsProps {
  readonly cluster: Pick<ICluster, 'name'>;
  readonly database: SchemaDatabase;

  /** Which database, among those of the cell: `shard-1`. Part of names, at most 40 characters. */
  readonly name: string;

  /** Namespace of jobs that change databases, made by `MigrationNamespace`. */
  readonly namespace: string;

  /** Certificate, PEM, that the server's goes back to. */
  readonly rootCertificate: string;

  /** What must be there first: the job that makes the migrations' user. */
  readonly dependsOn: readonly ITerraformDependable[];

  /** Rows that one transaction of a backfill writes, and so keeps locked. @default 1000 */
  readonly batchSize?: number;

  /** Time between two such transactions, in milliseconds. @default 20 */
  readonly batchDelayMs?: number;

  /** How long a change waits for a lock, and all later queries of the table behind it, in milliseconds. @default 500 */
  readonly lockTimeoutMs?: number;

  /** Hours after which Kubernetes ends a job, wherever it is. @default 6 */
  readonly deadlineHours?: number;
}

type Settings = Required<SchemaMigrationsProps>;

/** Kubernetes takes 63 characters where a job's name becomes a label; `schema-`, a hyphen and a hash of 12 are ours. */
const NAME = /^(?=.{1,40}$)[a-z0-9]+(-[a-z0-9]+)*$/;

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ name }) => !NAME.test(name),
    message: ({ name }) =>
      `name must be 1-40 lowercase letters and digits, joined by single hyphens, got '${name}'`,
  },
  {
    fails: ({ rootCertificate }) => !rootCertificate.startsWith('-----BEGIN CERTIFICATE-----'),
    message: () => 'rootCertificate must be a certificate in PEM form',
  },
  {
    fails: ({ batchSize }) => outside(batchSize, 1, 10_000),
    message: ({ batchSize }) =>
      `batchSize must be between 1 and 10000, got ${batchSize}; its rows stay locked until all of them are written`,
  },
  {
    fails: ({ batchDelayMs }) => outside(batchDelayMs, 0, 10_000),
    message: ({ batchDelayMs }) => `batchDelayMs must be between 0 and 10000, got ${batchDelayMs}`,
  },
  {
    fails: ({ lockTimeoutMs }) => outside(lockTimeoutMs, 50, 1000),
    message: ({ lockTimeoutMs }) =>
      `lockTimeoutMs must be between 50 and 1000, got ${lockTimeoutMs}; whoever uses the table waits that long`,
  },
  {
    fails: ({ deadlineHours }) => outside(deadlineHours, 1, 7),
    message: ({ deadlineHours }) =>
      // "Quotas for AWS CodeBuild": a build, which waits for the job, takes at most 8 hours.
      `deadlineHours must be between 1 and 7, got ${deadlineHours}; the release that waits is ended after 8`,
  },
];

/**
 * What changing the schema of one database takes, as long as nobody does: an account that may log in to it as the migrations'
 * user and to nothing else, and the job as JSON, which a release completes and starts (`core/schema-jobs`).
 *
 * The job is no Terraform resource: a deployment of infrastructure changes no schema, and a release needs no Terraform.
 */
export class SchemaMigrations extends Construct {
  /** Config map with the job, and the files that it needs. */
  public readonly configMap: ConfigMapV1;

  public constructor(scope: Construct, id: string, props: SchemaMigrationsProps) {
    super(scope, id);
    const settings: Settings = {
      ...props,
      batchSize: props.batchSize ?? 1000,
      batchDelayMs: props.batchDelayMs ?? 20,
      lockTimeoutMs: props.lockTimeoutMs ?? 500,
      deadlineHours: props.deadlineHours ?? 6,
    };
    validateProps<Settings>(this, 'SchemaMigrations props', settings, RULES);
    const { cluster, database, namespace } = settings;
    const { account, region } = placementOf(this);
    const name = schemaName(settings.name);

    const serviceAccount = new ServiceAccountV1(this, 'ServiceAccount', {
      metadata: { name, namespace },
      automountServiceAccountToken: false,
    });
    const { association } = new PodIdentity(this, 'Identity', {
      cluster,
      name: [settings.name, 'schema'],
      namespace,
      serviceAccount: name,
      statements: [
        {
          sid: 'ConnectAsMigrator',
          effect: 'Allow',
          actions: ['rds-db:connect'],
          resources: [`arn:aws:rds-db:${region}:${account}:dbuser:${database.resourceId}/${MIGRATOR}`],
        },
      ],
    });
    this.configMap = new ConfigMapV1(this, 'Job', {
      metadata: { name, namespace },
      data: {
        [SCHEMA_JOB_KEY]: JSON.stringify(
          schemaJob({
            ...settings,
            ...{ name, region, host: database.host, port: database.port, database: database.databaseName },
            deadlineSeconds: settings.deadlineHours * 3600,
          }),
        ),
        ...schemaFiles(settings.rootCertificate),
      },
      dependsOn: [serviceAccount, association, ...settings.dependsOn],
    });
  }
}
