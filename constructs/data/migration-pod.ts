import type { JobV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/job-v1';
import { MIGRATION_IMAGES } from '../core/migration-images';
import { pgrollUrl, STATE_SCHEMA, TENANT_SCHEMA } from '../core/schema-jobs';

export interface MigrationPodProps {
  readonly serviceAccount: string;
  /** Config map with `tenancy.sql` and `root.pem`. */
  readonly configMap: string;
  readonly region: string;
  readonly secretArn: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * Fetches the administrator's password and keeps nothing else of the secret. There is no JSON tool in the image. RDS
 * writes one line, and of what a JSON string may escape its passwords can hold a backslash only, so `sed` is enough; a
 * secret of another shape fails here and not later as a wrong password. It goes into a file of the form that both
 * clients read, where a backslash stands before colons and backslashes: "The Password File", PostgreSQL documentation.
 */
const FETCH_PASSWORD = `set -eu
umask 077
aws secretsmanager get-secret-value --secret-id "$SECRET_ARN" --query SecretString --output text |
  sed -nE 's/.*"password" *: *"(([^"\\\\]|\\\\.)*)".*/\\1/p' | sed -E 's/\\\\(.)/\\1/g' | tr -d '\\n' > /run/secret/password
test -s /run/secret/password || { echo "the secret holds no password in the form that RDS writes" >&2; exit 1; }
printf '*:*:*:*:%s\\n' "$(sed 's/[\\\\:]/\\\\&/g' /run/secret/password)" > /run/secret/passfile
rm /run/secret/password
`;

/** One transaction, which the script itself opens and commits. Any error ends it, and nothing has changed. */
const APPLY = `set -eu
exec psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --file /sql/tenancy.sql
`;

/** User and group that the steps run as: no user of either image, so that they own no file there. */
const USER = '10001';

const CONTAINER = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    privileged: false,
    capabilities: { drop: ['ALL'] },
  },
  resources: {
    requests: { cpu: '50m', memory: '128Mi' },
    limits: { memory: '256Mi' },
  },
} as const;

/**
 * The pod: one step fetches the password into memory, the next applies the SQL with it, and the last makes what pgroll keeps
 * in the database. That makes event triggers, which the migrations' own user may not, and runs again with each version of
 * pgroll.
 */
export function migrationPod(props: MigrationPodProps): JobV1SpecTemplateSpec {
  const env = (values: Readonly<Record<string, string>>): { name: string; value: string }[] =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  const container = {
    ...CONTAINER,
    securityContext: { ...CONTAINER.securityContext, capabilities: { drop: ['ALL'] } },
    imagePullPolicy: 'IfNotPresent',
  };
  const secret = { name: 'secret', mountPath: '/run/secret' };
  const mounts = [
    { ...secret, readOnly: true },
    { name: 'sql', mountPath: '/sql', readOnly: true },
  ];
  return {
    serviceAccountName: props.serviceAccount,
    // The job never talks to Kubernetes. Pod Identity mounts a token of its own.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    initContainer: [
      {
        ...container,
        name: 'password',
        image: MIGRATION_IMAGES.aws,
        command: ['/bin/sh', '-c', FETCH_PASSWORD],
        env: env({ AWS_REGION: props.region, SECRET_ARN: props.secretArn, HOME: '/run/secret' }),
        volumeMount: [secret],
      },
      {
        ...container,
        name: 'psql',
        image: MIGRATION_IMAGES.postgres,
        command: ['/bin/sh', '-c', APPLY],
        env: env({
          PGHOST: props.host,
          PGPORT: String(props.port),
          PGDATABASE: props.database,
          PGUSER: props.user,
          PGPASSFILE: '/run/secret/passfile',
          PGSSLMODE: 'verify-full',
          PGSSLROOTCERT: '/sql/root.pem',
          PGCONNECT_TIMEOUT: '10',
        }),
        volumeMount: mounts,
      },
    ],
    container: [
      {
        ...container,
        name: 'pgroll',
        image: MIGRATION_IMAGES.pgroll,
        args: ['init'],
        env: env({
          PGPASSFILE: '/run/secret/passfile',
          PGROLL_PG_URL: pgrollUrl({ ...props, rootCertificate: '/sql/root.pem' }),
          PGROLL_SCHEMA: TENANT_SCHEMA,
          PGROLL_STATE_SCHEMA: STATE_SCHEMA,
        }),
        volumeMount: mounts,
      },
    ],
    volume: [
      // In memory: the password touches no disk, and goes with the pod.
      { name: 'secret', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      { name: 'sql', configMap: { name: props.configMap } },
    ],
  };
}
