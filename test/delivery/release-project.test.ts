import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseBuildspec } from '../../constructs/delivery/release-buildspec';
import { ReleaseProject, type ReleaseProjectProps } from '../../constructs/delivery/release-project';
import { HOME, USE1A } from '../stacks/fixture';
import { synth, type SynthesizedStack } from '../support/synth';

const release = (props: Partial<ReleaseProjectProps> = {}): SynthesizedStack =>
  synth((scope) => {
    new ReleaseProject(scope, 'Release', {
      service: 'api',
      schema: true,
      home: HOME,
      cluster: {
        name: 'bulkhead-prod-use1a',
        endpoint: 'https://cluster.example',
        certificateAuthority: 'QQ==',
      },
      syntheticTenants: ['smoke-starter-use1a', 'smoke-enterprise-use1a'],
      tokenEndpoint: 'https://auth.use1a.bulkhead.example/oauth2/token',
      network: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1'] },
      securityGroupId: 'sg-1',
      logRetentionDays: 30,
      ...props,
    });
  }, USE1A);
const stack = release();
const secret = (tier: string): string =>
  `arn:aws:secretsmanager:us-east-1:222222222222:secret:bulkhead/prod/use1a/tenant-smoke-${tier}-use1a/machine-credentials-??????`;
const statementsOf = (path: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  Object.fromEntries(stack.statements(path).map((each) => [String(each['sid']), each]));

describe('what releases a service', () => {
  const own = statementsOf('Release/Project/Policy');

  it('is told where it is, and where machines get tokens', () => {
    const { environment_variable: variables } = stack.only('aws_codebuild_project')['environment'] as {
      readonly environment_variable: readonly { readonly name: string; readonly value: string }[];
    };
    expect(Object.fromEntries(variables.map(({ name, value }) => [name, value]))).toEqual({
      CELL: 'use1a',
      CLUSTER_CA: 'QQ==',
      CLUSTER_ENDPOINT: 'https://cluster.example',
      CLUSTER_NAME: 'bulkhead-prod-use1a',
      SECRET_PATH: 'bulkhead/prod/use1a',
      SERVICE: 'api',
      TOKEN_ENDPOINT: 'https://auth.use1a.bulkhead.example/oauth2/token',
    });
  });

  it('reads the secrets of the synthetic tenants, and decrypts nothing else', () => {
    const secrets = ['starter', 'enterprise'].map(secret);
    expect(own['BeSyntheticTenants']).toMatchObject({
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets,
    });
    expect(own['DecryptTheirSecrets']).toMatchObject({
      condition: [
        { variable: 'kms:ViaService', values: ['secretsmanager.us-east-1.amazonaws.com'] },
        { test: 'StringLike', variable: 'kms:EncryptionContext:SecretARN', values: secrets },
      ],
    });
  });

  it('gets programs and its own pipelines’ artifacts', () => {
    const bucket = 'arn:aws:s3:::bulkhead-prod-artifacts-111111111111-us-east-1';
    expect(own['ReadArtifacts']?.['resources']).toEqual([
      `${bucket}/bulkhead-prod-api/*`,
      `${bucket}/bulkhead-prod-api-co/*`,
      `${bucket}/programs/*/index.js`,
    ]);
  });

  it('gets into the cluster as a member of its groups', () => {
    expect(stack.only('aws_eks_access_entry')).toMatchObject({
      cluster_name: 'bulkhead-prod-use1a',
      principal_arn: `\${${stack.only('aws_iam_role', 'Release/Project').address}.arn}`,
      type: 'STANDARD',
      kubernetes_groups: ['bulkhead:releases', 'bulkhead:releases:api', 'bulkhead:migrations'],
    });
  });

  it('changes no schema if its service brings none', () => {
    const entry = release({ schema: false }).only('aws_eks_access_entry');
    expect(entry['kubernetes_groups']).toEqual(['bulkhead:releases', 'bulkhead:releases:api']);
  });
});

describe('the role that pipelines take', () => {
  const own = statementsOf('Release/Pipeline/Policy');
  const project = 'arn:aws:codebuild:us-east-1:222222222222:project/bulkhead-prod-use1a-release-api';

  it('trusts the pipelines of this service in the home account, and nobody else', () => {
    expect(stack.statements('Release/Pipeline/Trust')).toMatchObject([
      {
        principals: [{ type: 'AWS', identifiers: ['arn:aws:iam::111111111111:root'] }],
        actions: ['sts:AssumeRole'],
        condition: [
          {
            test: 'ArnEquals',
            variable: 'aws:PrincipalArn',
            values: ['arn:aws:iam::111111111111:role/bulkhead-prod-pipeline-api'],
          },
        ],
      },
    ]);
    expect(stack.only('aws_iam_role', 'Release/Pipeline')).toMatchObject({
      name: 'bulkhead-prod-use1a-pipeline-api',
      permissions_boundary: 'arn:aws:iam::222222222222:policy/bulkhead-prod-use1a-boundary',
    });
  });

  it('starts the one project with its own commands and image, and no variables but those of a release', () => {
    expect(own['StartAsItIs']).toMatchObject({
      actions: ['codebuild:StartBuild'],
      resources: [project],
      condition: [
        { test: 'Null', variable: 'codebuild:environment.image', values: ['true'] },
        { test: 'Null', variable: 'codebuild:source.buildspec', values: ['true'] },
        { test: 'ForAllValues:StringEquals', variable: 'codebuild:environment.environmentVariables.name' },
      ],
    });
    const variables = JSON.stringify(own['StartAsItIs']);
    for (const name of ['CLUSTER_ENDPOINT', 'CLUSTER_CA', 'TOKEN_ENDPOINT', 'SECRET_PATH', 'NODE_OPTIONS']) {
      expect(variables).not.toContain(name);
    }
    expect(own['Follow']).toMatchObject({ resources: [project] });
  });

  it('does nothing else but look at alarms and hand on artifacts', () => {
    expect(Object.keys(own).sort()).toEqual([
      'DecryptArtifacts',
      'FindArtifacts',
      'Follow',
      'ReadAlarms',
      'ReadArtifacts',
      'StartAsItIs',
    ]);
  });
});

describe('the commands', () => {
  const spec = JSON.parse(releaseBuildspec(HOME, 'us-east-1')) as {
    readonly env: object;
    readonly phases: { readonly build: { readonly commands: readonly string[] } };
  };
  const PROGRAM = 'require("node:fs").writeFileSync(process.env.EXPORTS_FILE, "export CONTRACT=0007_add")';
  const hash = createHash('sha256').update(PROGRAM).digest('hex');

  /** Runs them as CodeBuild does, one after the other in one shell, with a stand-in for the AWS CLI. */
  function run(content: string, program: string) {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-buildspec-'));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(folder, 'content'), content);
    // Copies to its last argument, and says what it was asked for.
    const aws = '#!/bin/sh\necho "$@"\nfor last; do :; done\ncp "$CONTENT" "$last"\n';
    writeFileSync(join(bin, 'aws'), aws);
    chmodSync(join(bin, 'aws'), 0o755);
    const script = ['set -e', ...spec.phases.build.commands, 'echo "CONTRACT=$CONTRACT"'].join('\n');
    try {
      return spawnSync('sh', ['-c', script.replaceAll('/opt/bulkhead', join(folder, 'opt'))], {
        cwd: folder,
        encoding: 'utf8',
        env: {
          PATH: `${bin}:${process.env['PATH'] ?? ''}`,
          CONTENT: join(folder, 'content'),
          PROGRAM_SHA256: program,
        },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('run the program that the pipeline names, and hand on what it leaves', () => {
    const { status, stdout } = run(PROGRAM, hash);
    expect(status).toBe(0);
    expect(stdout).toContain(
      `s3 cp --only-show-errors s3://bulkhead-prod-artifacts-111111111111-us-east-1/programs/${hash}/index.js`,
    );
    expect(stdout).toContain('CONTRACT=0007_add');
    expect(spec.env).toEqual({ 'exported-variables': ['CONTRACT'] });
  });

  it('fail with the program', () => {
    const failing = 'process.exit(1)';
    expect(run(failing, createHash('sha256').update(failing).digest('hex')).status).not.toBe(0);
  });

  it.each([
    ['of another content', 'console.log("other")', hash],
    ['without a name', PROGRAM, ''],
    ['by a path', PROGRAM, '../../other'],
    ['with a line behind it', PROGRAM, `${hash}\n../../other`],
  ])('run no program %s', (_, content, program) => {
    const { status, stdout } = run(content, program);
    expect(status).not.toBe(0);
    expect(stdout).not.toContain('CONTRACT=');
  });
});
