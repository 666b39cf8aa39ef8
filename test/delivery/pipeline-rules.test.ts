import { Construct } from 'constructs';
import { setPlacement } from '../../constructs/core/placement';
import { ArtifactStore, type ArtifactStoreProps } from '../../constructs/delivery/artifact-store';
import {
  BlueGreenPipeline,
  type BlueGreenPipelineProps,
} from '../../constructs/delivery/blue-green-pipeline';
import { HomeProject, type HomeProjectProps } from '../../constructs/delivery/home-project';
import { ImageRepository, type ImageRepositoryProps } from '../../constructs/delivery/image-repository';
import { planRelease } from '../../constructs/delivery/release-plan';
import { synth, type SynthesizedStack } from '../support/synth';
import { contextOf, PIPELINE_HOME } from './pipeline-fixture';
import { target } from './plan-fixture';

/** What each part of a pipeline refuses, and what it is without being told otherwise. */

const at = (build: (scope: Construct) => void): SynthesizedStack =>
  synth((stack) => {
    const scope = new Construct(stack, 'Home');
    setPlacement(scope, PIPELINE_HOME);
    build(scope);
  }, PIPELINE_HOME);

describe('the repository of a service', () => {
  const make = (props: Partial<ImageRepositoryProps> = {}): SynthesizedStack =>
    at((scope) => new ImageRepository(scope, 'Images', { service: 'api', readers: {}, ...props }));

  it('is in the home region, and nobody else pulls, where nobody is named', () => {
    const stack = make();
    expect(stack.resources('aws_ecr_repository').map(({ region }) => String(region))).toEqual(['us-east-1']);
    expect(stack.resources('aws_ecr_repository_policy')).toEqual([]);
  });

  it.each([10, 200, 1000])('keeps %i images', (keep) => {
    const policy = JSON.parse(String(make({ keep }).only('aws_ecr_lifecycle_policy')['policy'])) as {
      rules: readonly { selection: object }[];
    };
    expect(policy.rules).toMatchObject([{ selection: { tagStatus: 'tagged', countNumber: keep } }]);
  });

  it('tells all that is wrong at once', () => {
    expect(() => make({ service: 'Api', keep: 9, readers: { 'us-east-1': ['me'] } }))
      .toThrowErrorMatchingInlineSnapshot(`
     "[test/Home/Images] invalid ImageRepository props:
       - service must be lower case letters and digits, joined by single hyphens, got 'Api'
       - keep must be a whole number between 10 and 1000, got 9
       - readers must be ARNs of roles, got me"
    `);
  });
});

describe('an artifact store', () => {
  const make = (props: Partial<ArtifactStoreProps> = {}): SynthesizedStack =>
    at((scope) => new ArtifactStore(scope, 'Store', { region: 'us-east-1', cells: [], ...props }));

  it('is closed to all other accounts where no cell is', () => {
    const stack = make();
    for (const within of ['Store/Bucket/Statements', 'Store/Key/Policy']) {
      const allowed = stack.statements(within).filter(({ effect }) => effect === 'Allow');
      expect(allowed.map(({ sid }) => String(sid))).toEqual(
        within.includes('Key') ? ['AccountAdministers'] : [],
      );
    }
  });

  it('keeps artifacts for a while, and programs as long as they are used', () => {
    const [, artifacts] = make({ retentionDays: 7 }).only(
      'aws_s3_bucket_lifecycle_configuration',
      'Store/Lifecycle',
    )['rule'] as readonly {
      filter: readonly { prefix: string }[];
      expiration: readonly { days: number }[];
    }[];
    expect(artifacts).toMatchObject({ filter: [{ prefix: 'bulkhead-prod-' }], expiration: [{ days: 7 }] });
  });

  it.each([6, 366, 7.5])('refuses to keep them for %d days', (retentionDays) => {
    expect(() => make({ retentionDays })).toThrow(
      `retentionDays must be a whole number between 7 and 365, got ${String(retentionDays)}`,
    );
  });
});

describe('a project of the home account', () => {
  const PROPS: HomeProjectProps = {
    ...{ step: 'scan', service: 'api', description: 'Scans', pipeline: 'bulkhead-prod-api' },
    ...{ buildspec: '{}', environment: { B: '2', A: '1' }, statements: [] },
    artifacts: {
      bucketArn: 'arn:aws:s3:::artifacts',
      keyArn: 'arn:aws:kms:us-east-1:1:key/k',
      region: 'us-east-1',
    },
    ...{ timeoutMinutes: 5, logRetentionDays: 365 },
  };
  const make = (props: Partial<HomeProjectProps> = {}): SynthesizedStack =>
    at((scope) => new HomeProject(scope, 'Project', { ...PROPS, ...props }));

  it('is small, unprivileged and reads only', () => {
    const stack = make();
    expect(stack.only('aws_codebuild_project')['environment']).toMatchObject({
      ...{ type: 'ARM_CONTAINER', compute_type: 'BUILD_GENERAL1_SMALL', privileged_mode: false },
      environment_variable: [{ name: 'A' }, { name: 'B' }],
    });
    expect(JSON.stringify(stack.statements('Project/Policy'))).not.toContain('PutObject');
  });

  it.each(['arm64', 'x86_64'] as const)('runs on %s', (architecture) => {
    expect(make({ architecture }).only('aws_codebuild_project')['environment'].image).toContain(
      architecture === 'arm64' ? 'aarch64' : 'x86_64',
    );
  });

  it('tells all that is wrong at once', () => {
    expect(() => make({ timeoutMinutes: 481, description: '', buildspec: 'echo ${HOME}' }))
      .toThrowErrorMatchingInlineSnapshot(`
     "[test/Home/Project] invalid HomeProject props:
       - timeoutMinutes must be a whole number between 5 and 480, got 481
       - buildspec must have no \${, which Terraform would evaluate: write $NAME
       - description must have 1 to 255 characters, got 0"
    `);
  });
});

describe('a pipeline', () => {
  const plan = planRelease(target());
  const opener = { functionArn: 'arn', scheduleRoleArn: 'arn' };
  const make =
    (props: Partial<BlueGreenPipelineProps>): (() => SynthesizedStack) =>
    () =>
      at((scope) => {
        const store = new ArtifactStore(scope, 'Store', { region: 'us-east-1', cells: [] });
        new BlueGreenPipeline(scope, 'Pipeline', {
          ...{
            plan,
            cells: contextOf(plan).cells,
            connectionArn: 'arn',
            repository: 'bulkhead/api',
            branch: 'main',
          },
          ...{ architecture: 'arm64', stores: [store], releaseProgramHash: 'f', scheduleGroup: 'group' },
          checkProgram: { hash: 'f' },
          logRetentionDays: 365,
          ...props,
        });
      });

  it('tells all that is wrong at once', () => {
    const nine = Array.from({ length: 9 }, (_, index) => `v${String(index)}`);
    const infrastructure = planRelease(target({ service: 'infrastructure' }));
    expect(make({ plan: infrastructure, cells: {}, tags: nine })).toThrowErrorMatchingInlineSnapshot(`
     "[test/Home/Pipeline] invalid BlueGreenPipeline props:
       - service must not be called infrastructure: that is this platform's own pipeline
       - cells must have a placement of every cell of the plan, without one: use1a, usw2a
       - windowOpener must be given, for the plan has maintenance windows that nobody would open
       - paths and tags must be at most 8 patterns each, got 0 and 9"
    `);
  });

  it('is refused when it would need more stages than there are, with what to change', () => {
    const cells = Array.from({ length: 13 }, (_, index) => ({
      id: `cell${String(index)}`,
      shards: ['shard-1'],
    }));
    const big = planRelease(target({ cells, tenants: [] }));
    expect(make({ plan: big, cells: contextOf(big).cells, windowOpener: opener })).toThrow(
      /a pipeline has at most 50 stages, the plan needs 55; raise delivery\.cellsPerWave/,
    );
  });
});
