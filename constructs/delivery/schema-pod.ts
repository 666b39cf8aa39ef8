import { MIGRATION_IMAGES } from '../core/migration-images';
import {
  MIGRATIONS_PATH,
  MIGRATOR,
  pgrollUrl,
  SCHEMA_PLACEHOLDERS,
  SCHEMA_STEPS,
  STATE_SCHEMA,
  TENANT_SCHEMA,
} from '../core/schema-jobs';
import { CHECK, PASSFILE, TOKEN, VERIFY } from './schema-steps';

export interface SchemaJobProps {
  /** Service account, config map with {@link schemaFiles}, and label of the pods: `schema-shard-1`. */
  readonly name: string;
  readonly namespace: string;
  readonly region: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly batchSize: number;
  readonly batchDelayMs: number;
  readonly lockTimeoutMs: number;
  readonly deadlineSeconds: number;
}

/** Key of the certificate in the config map. */
const CERTIFICATE = 'root.pem';

/** Scripts of the steps, by their key in the config map. */
const SCRIPTS = { token: 'token.sh', check: 'check.sh', verify: 'verify.sh' } as const;

/** Where the steps find these. */
const FILES = '/etc/schema';

/** What stands beside the job in its config map. @param rootCertificate PEM */
export const schemaFiles = (rootCertificate: string): Readonly<Record<string, string>> => ({
  [CERTIFICATE]: rootCertificate,
  [SCRIPTS.token]: TOKEN,
  [SCRIPTS.check]: CHECK,
  [SCRIPTS.verify]: VERIFY,
});

/** Seconds that Kubernetes keeps what a job said, once it has ended. */
const KEEP_SECONDS = 7 * 24 * 3600;

/** User and group of all steps: they share the token's file, which only its owner may read, and own no file of an image. */
const USER = 10001;

const CONTAINER = {
  imagePullPolicy: 'IfNotPresent',
  // What a step says last is its termination message, so that who waits for the job need not read logs.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    privileged: false,
    capabilities: { drop: ['ALL'] },
  },
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
} as const;

const variables = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

const SECRET = { name: 'secret', mountPath: '/run/secret' };
const READ_SECRET = { ...SECRET, readOnly: true };
const FILES_MOUNT = { name: 'files', mountPath: FILES, readOnly: true };
const MIGRATIONS_MOUNT = { name: 'migrations', mountPath: MIGRATIONS_PATH, readOnly: true };

/** The job that `fillSchemaJob` completes. See there for its steps. */
export function schemaJob(props: SchemaJobProps): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: SCHEMA_PLACEHOLDERS.job,
      namespace: props.namespace,
      labels: { 'app.kubernetes.io/name': props.name },
    },
    spec: {
      // Not again by itself: whoever started it looks first at what was left behind.
      backoffLimit: 0,
      activeDeadlineSeconds: props.deadlineSeconds,
      ttlSecondsAfterFinished: KEEP_SECONDS,
      template: {
        metadata: {
          labels: { 'app.kubernetes.io/name': props.name },
          // Karpenter moves no pod that says so: "Disruption", Karpenter documentation.
          annotations: { 'karpenter.sh/do-not-disrupt': 'true' },
        },
        spec: podOf(props),
      },
    },
  };
}

function podOf({ name, ...props }: SchemaJobProps): object {
  const database = {
    PGHOST: props.host,
    PGPORT: String(props.port),
    PGDATABASE: props.database,
    PGUSER: MIGRATOR,
  };
  const psql = {
    ...CONTAINER,
    image: MIGRATION_IMAGES.postgres,
    env: variables({
      ...database,
      PGPASSFILE: PASSFILE,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: `${FILES}/${CERTIFICATE}`,
      PGCONNECT_TIMEOUT: '10',
      PGOPTIONS: '-c pgroll.no_inferred_migrations=TRUE',
      PHASE: SCHEMA_PLACEHOLDERS.phase,
      MIGRATION: SCHEMA_PLACEHOLDERS.migration,
    }),
    volumeMounts: [READ_SECRET, FILES_MOUNT, MIGRATIONS_MOUNT],
  };
  return {
    serviceAccountName: name,
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
    initContainers: [
      {
        ...CONTAINER,
        name: SCHEMA_STEPS.token,
        image: MIGRATION_IMAGES.aws,
        // Runs beside the steps and ends with them: "Sidecar Containers", Kubernetes documentation.
        restartPolicy: 'Always',
        command: ['/bin/sh', `${FILES}/${SCRIPTS.token}`],
        env: variables({ ...database, AWS_REGION: props.region, HOME: SECRET.mountPath }),
        // The next step begins when there is a token.
        startupProbe: {
          exec: { command: ['test', '-s', PASSFILE] },
          periodSeconds: 1,
          failureThreshold: 120,
        },
        volumeMounts: [SECRET, FILES_MOUNT],
      },
      { ...psql, name: SCHEMA_STEPS.check, command: ['/bin/sh', `${FILES}/${SCRIPTS.check}`] },
      {
        ...CONTAINER,
        name: SCHEMA_STEPS.pgroll,
        image: MIGRATION_IMAGES.pgroll,
        // "migrate", pgroll documentation: what is pending, and the last of it stays in progress.
        args: [
          'migrate',
          MIGRATIONS_PATH,
          '--backfill-batch-size',
          String(props.batchSize),
          '--backfill-batch-delay',
          `${String(props.batchDelayMs)}ms`,
        ],
        // "Command line reference", pgroll documentation.
        env: variables({
          PGPASSFILE: PASSFILE,
          PGROLL_PG_URL: pgrollUrl({
            ...props,
            user: MIGRATOR,
            rootCertificate: `${FILES}/${CERTIFICATE}`,
          }),
          PGROLL_SCHEMA: TENANT_SCHEMA,
          PGROLL_STATE_SCHEMA: STATE_SCHEMA,
          PGROLL_LOCK_TIMEOUT: String(props.lockTimeoutMs),
        }),
        volumeMounts: [READ_SECRET, FILES_MOUNT, MIGRATIONS_MOUNT],
      },
    ],
    containers: [{ ...psql, name: SCHEMA_STEPS.verify, command: ['/bin/sh', `${FILES}/${SCRIPTS.verify}`] }],
    volumes: [
      // In memory: the token touches no disk, and goes with the pod.
      { name: SECRET.name, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      {
        name: FILES_MOUNT.name,
        configMap: {
          name,
          items: [CERTIFICATE, ...Object.values(SCRIPTS)].map((key) => ({ key, path: key })),
        },
      },
      { name: MIGRATIONS_MOUNT.name, configMap: { name: SCHEMA_PLACEHOLDERS.migrations } },
    ],
  };
}
