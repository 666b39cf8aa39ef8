import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { REGIONS } from '../../config/schema/regions';
import { rdsRootCertificate } from '../../constructs/data/rds-certificates';
import { SharedDatabase } from '../../constructs/data/shared-database';
import { TenancyJob, type TenancyJobProps } from '../../constructs/data/tenancy-job';
import { synth, type Synthesized, type SynthesizedStack, TEST_PLACEMENT } from '../support/synth';
import { OPTIONS } from './fixture';

function synthJob(props: Partial<TenancyJobProps> = {}, region = 'us-east-1'): SynthesizedStack {
  return synth(
    (stack) => {
      new KubernetesProvider(stack, 'kubernetes', {});
      const { aurora } = new SharedDatabase(stack, 'Database', {
        ...OPTIONS,
        shard: '1',
        proxy: { logins: ['bulkhead_starter'], connectionPercent: 80 },
      });
      new TenancyJob(stack, 'Tenancy', {
        cluster: { name: 'bulkhead-prod-use1a' },
        database: aurora,
        namespace: 'data-migrations',
        migrationSecurityGroupId: 'sg-migrations',
        name: 'shard-1',
        sql: { script: 'SELECT 1;', hash: 'x' },
        ...props,
      });
    },
    { ...TEST_PLACEMENT, region },
  );
}

const podOf = (stack: SynthesizedStack): Synthesized =>
  (stack.only('kubernetes_job_v1')['spec'] as { template: { spec: Synthesized } }).template.spec;
const nameOf = (stack: SynthesizedStack): string =>
  (stack.only('kubernetes_job_v1')['metadata'] as { name: string }).name;

describe('the job that applies the SQL', () => {
  const stack = synthJob();
  const cluster = stack.only('aws_rds_cluster').address;

  it('is another job when the SQL is another, and the same when it is not', () => {
    expect(nameOf(synthJob())).toBe(nameOf(stack));
    expect(nameOf(synthJob({ sql: { script: 'SELECT 2;', hash: 'y' } }))).not.toBe(nameOf(stack));
    expect(nameOf(stack)).toMatch(/^tenancy-shard-1-[0-9a-f]{12}$/);
  });

  it('is waited for, and comes after the database, its rules and its identity', () => {
    const job = stack.only('kubernetes_job_v1');
    expect(job['wait_for_completion']).toBe(true);
    expect(job['depends_on']).toEqual(
      expect.arrayContaining([
        ...stack.resources('aws_rds_cluster_instance').map(({ address }) => address),
        stack.only('aws_vpc_security_group_ingress_rule', 'From-migrations').address,
        stack.only('aws_eks_pod_identity_association').address,
      ]),
    );
  });

  it('may read the password of its own database and nothing else', () => {
    const secret = `\${${cluster}.master_user_secret[0].secret_arn}`;
    expect(
      stack
        .statements('Tenancy/Policy')
        .map((statement) => [statement['actions'] as unknown, statement['resources'] as unknown]),
    ).toEqual([
      [['secretsmanager:GetSecretValue'], [secret]],
      [['kms:Decrypt'], [`\${${stack.only('aws_kms_key').address}.arn}`]],
    ]);
  });

  it('meets the restricted Pod Security Standard', () => {
    const pod = podOf(stack);
    expect(pod['security_context']).toMatchObject({
      run_as_non_root: true,
      seccomp_profile: { type: 'RuntimeDefault' },
    });
    expect(pod['automount_service_account_token']).toBe(false);
    const containers = [...(pod['init_container'] as Synthesized[]), ...(pod['container'] as Synthesized[])];
    expect(containers).toHaveLength(3);
    for (const { security_context } of containers) {
      expect(security_context).toMatchObject({
        allow_privilege_escalation: false,
        read_only_root_filesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('lets pgroll make what it keeps in the database, once everything else is there', () => {
    const [pgroll] = podOf(stack)['container'] as {
      args: string[];
      env: { name: string; value: string }[];
    }[];
    expect(pgroll?.args).toEqual(['init']);
    const env = Object.fromEntries((pgroll?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env).toEqual({
      PGPASSFILE: '/run/secret/passfile',
      PGROLL_PG_URL: `postgres://platform_root@\${${cluster}.endpoint}:5432/bulkhead?sslmode=verify-full&sslrootcert=/sql/root.pem&connect_timeout=10`,
      PGROLL_SCHEMA: 'app',
      PGROLL_STATE_SCHEMA: 'pgroll',
    });
  });

  it('keeps the password in memory, and trusts only the server that its region vouches for', () => {
    const [secret] = podOf(stack)['volume'] as Synthesized[];
    expect(secret).toMatchObject({ name: 'secret', empty_dir: { medium: 'Memory' } });
    const [, psql] = podOf(stack)['init_container'] as { env: { name: string; value: string }[] }[];
    const env = Object.fromEntries((psql?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({ PGSSLMODE: 'verify-full', PGHOST: `\${${cluster}.endpoint}` });
    const data = stack.only('kubernetes_config_map_v1')['data'] as Record<string, string>;
    expect(data['root.pem']).toBe(rdsRootCertificate('us-east-1'));
  });

  it.each([
    [
      "name must be 1-40 lowercase letters and digits, joined by single hyphens, got 'Shard'",
      { name: 'Shard' },
    ],
    [`got '${'a'.repeat(41)}'`, { name: 'a'.repeat(41) }],
    ['sql must not hold', { sql: { script: 'SELECT ${a};', hash: 'x' } }],
    ['sql must not hold', { sql: { script: "SELECT '%{if}';", hash: 'x' } }],
    ['config map of 1 MiB', { sql: { script: '-'.repeat(1_040_385), hash: 'x' } }],
  ])('is refused: %s', (message, props) => {
    expect(() => synthJob(props)).toThrow(message);
  });

  it('is refused in a region whose certificate is not known', () => {
    expect(() => synthJob({}, 'mx-central-1')).toThrow('got mx-central-1');
  });
});

test('the databases of every region that config allows can be verified', () => {
  expect(REGIONS.filter((region) => rdsRootCertificate(region) === undefined)).toEqual([]);
});

describe('the step that fetches the password', () => {
  let scratch = '';
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'bulkhead-secret-'));
    mkdirSync(join(scratch, 'bin'));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  /** Runs the step's script with an `aws` that prints a secret, and its folder moved to the scratch folder. */
  function fetch(secret: string): string {
    const [step] = podOf(synthJob())['init_container'] as { command: string[] }[];
    const script = (step?.command[2] ?? '').replaceAll('/run/secret', scratch);
    writeFileSync(join(scratch, 'bin/aws'), '#!/bin/sh\nprintf "%s\\n" "$SECRET"\n');
    chmodSync(join(scratch, 'bin/aws'), 0o755);
    execFileSync('/bin/sh', ['-c', script], {
      env: {
        PATH: `${join(scratch, 'bin')}:${process.env['PATH'] ?? ''}`,
        SECRET: secret,
        SECRET_ARN: 'arn',
      },
      stdio: 'pipe',
    });
    // "The Password File", PostgreSQL documentation: five fields, and a backslash before what would end one.
    const line = /^\*:\*:\*:\*:((?:[^:\\]|\\.)*)\n$/.exec(readFileSync(join(scratch, 'passfile'), 'utf8'));
    return (line?.[1] ?? '').replaceAll(/\\(.)/g, '$1');
  }

  it.each([
    'plain',
    'colons:and\\:both',
    '$(id) `id` ; & | < > * ? [a] {b} ~ # ! :',
    'back\\slash',
    "single'quote",
    'quote"inside',
  ])('takes %s as it is', (password) => {
    expect(fetch(JSON.stringify({ username: 'platform_root', password }))).toBe(password);
    expect(fetch(JSON.stringify({ password, username: 'platform_root' }))).toBe(password);
  });

  it('fails when the secret has no password', () => {
    expect(() => fetch('{"username":"platform_root"}')).toThrow('the secret holds no password');
  });
});
