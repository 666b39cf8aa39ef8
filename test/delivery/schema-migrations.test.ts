import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import type { KubernetesObject } from '../../constructs/core/chart';
import { MIGRATION_IMAGES, SCHEMA_IMAGES } from '../../constructs/core/migration-images';
import { fillSchemaJob, type SchemaChange, schemaJobName } from '../../constructs/core/schema-jobs';
import { rdsRootCertificate } from '../../constructs/data/rds-certificates';
import { SchemaMigrations, type SchemaMigrationsProps } from '../../constructs/delivery/schema-migrations';
import { CHECK, TOKEN } from '../../constructs/delivery/schema-steps';
import { type SentObject } from '../support/kubernetes-objects';
import { schemaProblems } from '../support/kubernetes-schemas';
import { restrictedProblems } from '../support/pod-security';
import { synth, type SynthesizedStack } from '../support/synth';

const CERTIFICATE = rdsRootCertificate('us-east-1') ?? '';

const synthMigrations = (props: Partial<SchemaMigrationsProps> = {}): SynthesizedStack =>
  synth((stack) => {
    new KubernetesProvider(stack, 'kubernetes', {});
    new SchemaMigrations(stack, 'Schema', {
      cluster: { name: 'bulkhead-prod-use1a' },
      database: { host: 'db.example', port: 5432, databaseName: 'bulkhead', resourceId: 'cluster-ABC' },
      name: 'shard-1',
      namespace: 'data-migrations',
      rootCertificate: CERTIFICATE,
      dependsOn: [],
      ...props,
    });
  });

interface Container {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: unknown;
  readonly resources: { readonly limits?: { readonly memory?: string } };
  readonly terminationMessagePolicy: string;
}
interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly backoffLimit: number;
    readonly activeDeadlineSeconds: number;
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly initContainers: readonly Container[];
        readonly containers: readonly Container[];
        readonly volumes: readonly {
          readonly name: string;
          readonly configMap?: { readonly name: string };
        }[];
        readonly securityContext: unknown;
      };
    };
  };
}

const CHANGE: SchemaChange = {
  phase: 'expand',
  migration: '02_amount_in_cents',
  configMap: 'migrations-1234',
  attempt: '1',
};

const stack = synthMigrations();
const template = (of: SynthesizedStack = stack): string =>
  (of.only('kubernetes_config_map_v1')['data'] as { job: string }).job;
const fill = (change: Partial<SchemaChange> = {}, of?: SynthesizedStack): Job =>
  fillSchemaJob(template(of), 'shard-1', { ...CHANGE, ...change }) as unknown as Job;
const containersOf = ({ spec }: Job): readonly Container[] => [
  ...spec.template.spec.initContainers,
  ...spec.template.spec.containers,
];
const envOf = (container?: Container): Readonly<Record<string, string>> =>
  Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));

describe('the account that changes a schema', () => {
  it("may log in to its own database as the migrations' user, and nothing else", () => {
    expect(
      stack
        .statements('Schema/Identity/Policy')
        .map((statement) => [statement['actions'] as unknown, statement['resources'] as unknown]),
    ).toEqual([
      [['rds-db:connect'], ['arn:aws:rds-db:us-east-1:222222222222:dbuser:cluster-ABC/bulkhead_migrator']],
    ]);
    expect(stack.only('aws_eks_pod_identity_association')).toMatchObject({
      namespace: 'data-migrations',
      service_account: 'schema-shard-1',
    });
    expect(stack.only('kubernetes_service_account_v1')['metadata']).toEqual({
      name: 'schema-shard-1',
      namespace: 'data-migrations',
    });
  });
});

describe('the job that changes a schema', () => {
  it('is named by the change and the attempt, and shorter than a label', () => {
    expect(fill().metadata.name).toBe(schemaJobName('shard-1', CHANGE));
    expect(fill().metadata.name).toMatch(/^schema-shard-1-[0-9a-f]{12}$/);
    expect(fill({ attempt: '2' }).metadata.name).not.toBe(fill().metadata.name);
    expect(schemaJobName('d'.repeat(40), CHANGE).length).toBeLessThanOrEqual(63);
  });

  it.each([
    ['expand', ['migrate', '/migrations', '--backfill-batch-size', '1000', '--backfill-batch-delay', '20ms']],
    ['contract', ['complete']],
    ['rollback', ['rollback']],
  ] as const)('asks pgroll for the phase: %s', (phase, args) => {
    const job = fill({ phase });
    const [token, check, pgroll] = job.spec.template.spec.initContainers;
    const [verify] = job.spec.template.spec.containers;
    expect([token?.name, check?.name, pgroll?.name, verify?.name]).toEqual([
      'token',
      'check',
      'pgroll',
      'verify',
    ]);
    expect(pgroll?.args).toEqual(args);
    for (const step of [check, verify]) {
      expect(envOf(step)).toMatchObject({ PHASE: phase, MIGRATION: '02_amount_in_cents' });
    }
  });

  it('leaves no placeholder, and finds the migrations', () => {
    expect(JSON.stringify(fill())).not.toContain('__');
    const { volumes } = fill().spec.template.spec;
    expect(volumes.find(({ name }) => name === 'migrations')?.configMap?.name).toBe('migrations-1234');
  });

  it.each([
    ['migration must be', { migration: '02"; DROP' }],
    ['migration must be', { migration: 'a'.repeat(41) }],
    ['configMap must be', { configMap: 'Migrations"' }],
  ])('is not filled with what could be something else: %s', (message, change) => {
    expect(() => fill(change)).toThrow(message);
  });

  it('is a job as Kubernetes knows it', () => {
    const phases = (['expand', 'contract', 'rollback'] as const).map((phase) => fill({ phase }));
    expect(schemaProblems(phases as unknown as KubernetesObject[])).toEqual([]);
  });

  it('meets the restricted Pod Security Standard, with limits, and says why it ended', () => {
    const job = fill();
    expect(restrictedProblems(job.spec.template.spec as unknown as SentObject)).toEqual([]);
    for (const container of containersOf(job)) {
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits?.memory).toBe('256Mi');
      expect(container.terminationMessagePolicy).toBe('FallbackToLogsOnError');
      expect(SCHEMA_IMAGES).toContain(container.image);
    }
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 6 * 3600 });
  });

  it('trusts only the server that its region vouches for, waits for no lock longer than it may, and holds no password', () => {
    const [, check, pgroll] = fill().spec.template.spec.initContainers;
    expect(envOf(check)).toMatchObject({ PGSSLMODE: 'verify-full', PGUSER: 'bulkhead_migrator' });
    expect(envOf(pgroll)).toEqual({
      PGPASSFILE: '/run/secret/passfile',
      PGROLL_PG_URL:
        'postgres://bulkhead_migrator@db.example:5432/bulkhead?sslmode=verify-full&sslrootcert=/etc/schema/root.pem&connect_timeout=10',
      PGROLL_SCHEMA: 'app',
      PGROLL_STATE_SCHEMA: 'pgroll',
      PGROLL_LOCK_TIMEOUT: '500',
    });
    const data = stack.only('kubernetes_config_map_v1')['data'] as Record<string, string>;
    expect(data['root.pem']).toBe(CERTIFICATE);
    // Terraform would take these for its own.
    expect(Object.values(data).join('\n')).not.toMatch(/[$%]\{/);
  });

  it('keeps a token beside the steps as long as they run', () => {
    const [token] = fill().spec.template.spec.initContainers;
    expect(token).toMatchObject({ image: MIGRATION_IMAGES.aws, restartPolicy: 'Always' });
  });

  it.each([
    [
      "name must be 1-40 lowercase letters and digits, joined by single hyphens, got 'Shard'",
      { name: 'Shard' },
    ],
    ['rootCertificate must be a certificate', { rootCertificate: '' }],
    ['batchSize must be between 1 and 10000, got 0', { batchSize: 0 }],
    ['batchSize must be between 1 and 10000, got 10001', { batchSize: 10_001 }],
    ['batchDelayMs must be between 0 and 10000, got -1', { batchDelayMs: -1 }],
    ['lockTimeoutMs must be between 50 and 1000, got 1001', { lockTimeoutMs: 1001 }],
    ['lockTimeoutMs must be between 50 and 1000, got 49', { lockTimeoutMs: 49 }],
    ['deadlineHours must be between 1 and 7, got 8', { deadlineHours: 8 }],
  ])('is refused: %s', (message, props) => {
    expect(() => synthMigrations(props)).toThrow(message);
  });
});

describe('the sidecar that fetches tokens', () => {
  it('writes them as both clients read them, and ends when it is told to', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'bulkhead-token-'));
    try {
      mkdirSync(join(scratch, 'bin'));
      const token = 'db.example:5432/?Action=connect&X-Amz-Signature=a\\b%2F';
      writeFileSync(join(scratch, 'bin/aws'), `#!/bin/sh\nprintf '%s\\n' '${token}'\n`);
      chmodSync(join(scratch, 'bin/aws'), 0o755);
      const script = TOKEN.replaceAll('/run/secret', scratch);
      execFileSync(
        '/bin/sh',
        [
          '-c',
          `(${script}) & pid=$!; until test -s ${scratch}/passfile; do sleep 0.05; done; kill "$pid"; wait "$pid"`,
        ],
        {
          env: {
            PATH: `${join(scratch, 'bin')}:${process.env['PATH'] ?? ''}`,
            ...{ PGHOST: 'db.example', PGPORT: '5432', PGUSER: 'bulkhead_migrator', AWS_REGION: 'us-east-1' },
          },
          // The shell may end a moment before its own `sleep` can be killed, which would keep these open.
          stdio: 'ignore',
          timeout: 30_000,
        },
      );
      const line = readFileSync(join(scratch, 'passfile'), 'utf8').trimEnd();
      const fields = line.match(/(?:[^:\\]|\\.)+/g)?.map((field) => field.replaceAll(/\\(.)/g, '$1'));
      expect(fields).toEqual(['db.example', '5432', '*', 'bulkhead_migrator', token]);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});

describe('the step that looks first', () => {
  /** Exit code and message of the step, with a psql that answers as told: by what is asked, in order of the list. */
  function check(answers: readonly (readonly [string, string])[]): {
    readonly status: number;
    readonly says: string;
  } {
    const scratch = mkdtempSync(join(tmpdir(), 'bulkhead-check-'));
    try {
      const cases = answers.map(([asked, answer]) => `*"${asked}"*) ${answer} ;;`).join(' ');
      writeFileSync(join(scratch, 'psql'), `#!/bin/sh\ncase "$*" in ${cases} *) echo 0 ;; esac\n`);
      chmodSync(join(scratch, 'psql'), 0o755);
      const { status, stderr } = spawnSync('/bin/sh', ['-c', CHECK], {
        env: { PATH: `${scratch}:${process.env['PATH'] ?? ''}`, PHASE: 'expand', MIGRATION: '02_x' },
        encoding: 'utf8',
      });
      return { status: status ?? -1, says: stderr.trim() };
    } finally {
      rmSync(scratch, { recursive: true });
    }
  }
  const guarded = ['evtenabled', 'echo O'] as const;
  const idle = ['AND NOT done', 'echo'] as const;

  it('takes no failure of the database for an answer', () => {
    expect(check([guarded, idle, ['SELECT count', 'exit 3']])).toMatchObject({ status: 1 });
    expect(check([guarded, idle, ['SELECT count', 'echo 1']])).toEqual({
      status: 3,
      says: '02_x has been contracted here already',
    });
    expect(check([guarded, ['AND NOT done', 'exit 2']])).toMatchObject({
      status: 1,
      says: 'pgroll is not ready here: deploy the stack of this database',
    });
  });

  it('does nothing while the guard is off or the database does not keep its tenants apart', () => {
    expect(check([['evtenabled', 'echo D']])).toMatchObject({ status: 1 });
    expect(check([guarded, ['assert_isolated', 'exit 1']]).says).toContain('does not keep its tenants apart');
  });
});
