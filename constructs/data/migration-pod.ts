import type { JobV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/job-v1';

/**
 * Images of the job's two steps. Public mirrors of AWS, so no login and no rate limit of others. By version and not by
 * digest: whoever mirrors them should pin the digests found there, for this pod holds the administrator's password.
 */
export const MIGRATION_IMAGES = {
  aws: 'public.ecr.aws/aws-cli/aws-cli:2.31.0',
  postgres: 'public.ecr.aws/docker/library/postgres:17.7',
} as const;

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
 * secret of another shape fails here and not later as a wrong password.
 */
const FETCH_PASSWORD = `set -eu
umask 077
aws secretsmanager get-secret-value --secret-id "$SECRET_ARN" --query SecretString --output text |
  sed -nE 's/.*"password" *: *"(([^"\\\\]|\\\\.)*)".*/\\1/p' | sed -E 's/\\\\(.)/\\1/g' | tr -d '\\n' > /run/secret/password
test -s /run/secret/password || { echo "the secret holds no password in the form that RDS writes" >&2; exit 1; }
`;

/** One transaction, which the script itself opens and commits. Any error ends it, and nothing has changed. */
const APPLY = `set -eu
PGPASSWORD="$(cat /run/secret/password)"
export PGPASSWORD
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

/** The pod: one step fetches the password into memory, the next applies the SQL with it. */
export function migrationPod(props: MigrationPodProps): JobV1SpecTemplateSpec {
  const env = (values: Readonly<Record<string, string>>): { name: string; value: string }[] =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  const container = {
    ...CONTAINER,
    securityContext: { ...CONTAINER.securityContext, capabilities: { drop: ['ALL'] } },
    imagePullPolicy: 'IfNotPresent',
  };
  const secret = { name: 'secret', mountPath: '/run/secret' };
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
    ],
    container: [
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
          PGSSLMODE: 'verify-full',
          PGSSLROOTCERT: '/sql/root.pem',
          PGCONNECT_TIMEOUT: '10',
        }),
        volumeMount: [
          { ...secret, readOnly: true },
          { name: 'sql', mountPath: '/sql', readOnly: true },
        ],
      },
    ],
    volume: [
      // In memory: the password touches no disk, and goes with the pod.
      { name: 'secret', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      { name: 'sql', configMap: { name: props.configMap } },
    ],
  };
}
