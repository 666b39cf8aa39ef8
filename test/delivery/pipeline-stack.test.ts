import { Testing } from 'cdktf';
import { DeliveryStack } from '../../stacks/delivery';
import { synthStack, type Synthesized, type SynthesizedStack } from '../support/synth';
import { testPlatform } from '../stacks/fixture';

const connection =
  'arn:aws:codeconnections:us-east-1:111111111111:connection/00000000-0000-4000-8000-000000000000';
const api = { repository: 'bulkhead/api', schema: true, paths: ['src/**', 'Dockerfile'], tags: ['v*'] };
const web = { repository: 'bulkhead/web' };
const delivering = (services: object): SynthesizedStack =>
  synthStack(
    new DeliveryStack(Testing.app(), {
      platform: testPlatform({
        delivery: {
          ...{ connection, repository: 'bulkhead/platform', services },
          notify: ['on-call@bulkhead.example', 'api@bulkhead.example'],
        },
        tiers: { starter: { services: Object.keys(services) } },
      }),
    }),
  );

const stack = delivering({ api });
const withWeb = delivering({ api, web });

const TYPES = Object.keys(stack.inventory());
const all = (of: SynthesizedStack): readonly Synthesized[] =>
  Object.keys(of.inventory()).flatMap((type) => of.resources(type));

describe('adding a service', () => {
  /** Everything of a stack, resources and data, by address. */
  const elements = (of: SynthesizedStack): ReadonlyMap<string, string> =>
    new Map(
      ['resource', 'data'].flatMap((section) =>
        Object.entries((of.json[section] ?? {}) as Record<string, Record<string, object>>).flatMap(
          ([type, named]) =>
            Object.entries(named).map(([name, value]) => [`${type}.${name}`, JSON.stringify(value)] as const),
        ),
      ),
    );
  const [before, after] = [elements(stack), elements(withWeb)];

  it('changes nothing that was there', () => {
    const changed = [...before].filter(([address, value]) => after.get(address) !== value);
    expect(changed.map(([address]) => address)).toEqual([]);
  });

  it('adds what belongs to the service and nothing else', () => {
    const added = [...after.keys()].filter((address) => !before.has(address));
    expect(added.filter((address) => !address.includes('.Service-web_'))).toEqual([]);
    expect(added.length).toBeGreaterThan(30);
  });
});

/** What public scanners ask of these kinds of resources, by the names of checkov's rules. */
describe('what scanners look for', () => {
  it('pipelines keep artifacts under a key of our own (CKV_AWS_219)', () => {
    const keys = stack
      .resources('aws_codepipeline')
      .filter(({ path }) => path.includes('Service-api'))
      .flatMap(({ artifact_store }) =>
        (artifact_store as readonly { encryption_key: { id: string; type: string } }[]).map(
          ({ encryption_key: { id, type } }) => [type, id.includes('aws_kms_key.')],
        ),
      );
    expect(keys).toEqual(Array(4).fill(['KMS', true]));
  });

  it('projects encrypt artifacts with a key of our own, and log (CKV_AWS_147, CKV_AWS_78, CKV_AWS_314)', () => {
    for (const project of stack.resources('aws_codebuild_project')) {
      expect(project['encryption_key']).toContain('aws_kms_key.Artifacts-us-east-1');
      expect(project['artifacts'].encryption_disabled).toBeUndefined();
      expect(project['logs_config'].cloudwatch_logs.status).toBe('ENABLED');
      expect(project['logs_config'].s3_logs.status).toBe('DISABLED');
    }
  });

  it('only what builds images is privileged (CKV_AWS_316)', () => {
    const privileged = withWeb
      .resources('aws_codebuild_project')
      .filter((project) => project['environment'].privileged_mode === true)
      .map(({ name }) => String(name));
    expect(privileged).toEqual(['bulkhead-prod-build-api', 'bulkhead-prod-build-web']);
  });

  it('no project or pipeline holds a secret in its environment (CKV_AWS_77)', () => {
    const variables = stack
      .resources('aws_codebuild_project')
      .flatMap(
        (project) => (project['environment'].environment_variable ?? []) as readonly { name: string }[],
      );
    expect(variables.filter(({ name }) => /KEY|PASSWORD|SECRET|TOKEN/.test(name))).toEqual([]);
  });

  it('repositories have fixed tags, scans, a key of our own and a lifecycle (CKV_AWS_51, CKV_AWS_163, CKV_AWS_136)', () => {
    const repositories = stack.resources('aws_ecr_repository');
    expect(repositories.map(({ region }) => String(region)).sort()).toEqual(['eu-west-1', 'us-east-1']);
    for (const {
      image_tag_mutability,
      image_scanning_configuration,
      encryption_configuration,
      force_delete,
    } of repositories) {
      expect(image_tag_mutability).toBe('IMMUTABLE');
      expect(image_scanning_configuration.scan_on_push).toBe(true);
      expect(encryption_configuration).toMatchObject([{ encryption_type: 'KMS' }]);
      expect(force_delete).toBeUndefined();
    }
    expect(stack.resources('aws_ecr_lifecycle_policy')).toHaveLength(2);
  });

  it('no image is open to everybody (CKV_AWS_32): accounts of cells pull, each in their own region, and none may push', () => {
    for (const region of ['us-east-1', 'eu-west-1']) {
      const statements = stack.statements(`Images/${region}/Readers`);
      expect(statements.flatMap(({ principals }) => principals[0].identifiers as string[])).toEqual([
        `arn:aws:iam::${region === 'us-east-1' ? '222222222222' : '333333333333'}:root`,
      ]);
      expect(statements.flatMap(({ actions }) => actions as string[])).toEqual([
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
      ]);
    }
  });

  it('buckets are private, versioned, encrypted and recorded (CKV_AWS_18, CKV_AWS_21, CKV_AWS_53, CKV_AWS_145)', () => {
    const buckets = stack.resources('aws_s3_bucket');
    expect(buckets.map(({ bucket }) => String(bucket)).sort()).toEqual([
      'bulkhead-prod-artifacts-111111111111-eu-west-1',
      'bulkhead-prod-artifacts-111111111111-us-east-1',
      'bulkhead-prod-artifacts-logs-111111111111-eu-west-1',
      'bulkhead-prod-artifacts-logs-111111111111-us-east-1',
    ]);
    for (const type of [
      'aws_s3_bucket_public_access_block',
      'aws_s3_bucket_versioning',
      'aws_s3_bucket_policy',
    ])
      expect(stack.resources(type)).toHaveLength(4);
    expect(stack.resources('aws_s3_bucket_logging')).toHaveLength(2);
    const keys = stack
      .resources('aws_s3_bucket_server_side_encryption_configuration')
      .filter(({ path }) => !path.includes('AccessLogs'))
      .map(({ rule }) => String(rule[0].apply_server_side_encryption_by_default.sse_algorithm));
    expect(keys).toEqual(['aws:kms', 'aws:kms']);
  });

  it('what belongs to a region is in it, whole', () => {
    const elsewhere = all(stack).filter(({ path }) => path.includes('eu-west-1'));
    expect(elsewhere.length).toBeGreaterThan(15);
    expect(elsewhere.filter(({ region }) => region !== 'eu-west-1').map(({ path }) => path)).toEqual([]);
  });

  it('logs and topics have keys of our own, and logs an end (CKV_AWS_158, CKV_AWS_338, CKV_AWS_26)', () => {
    for (const { kms_key_id, retention_in_days } of stack.resources('aws_cloudwatch_log_group')) {
      expect(kms_key_id).toContain('aws_kms_key.');
      expect(retention_in_days).toBe(365);
    }
    expect(stack.only('aws_sns_topic')['kms_master_key_id']).toContain('aws_kms_key.Notices');
  });

  it('roles are bounded, and no statement of theirs is on all resources but for what knows none (CKV_AWS_356)', () => {
    for (const role of stack.resources('aws_iam_role')) {
      expect(role['permissions_boundary']).toBe('arn:aws:iam::111111111111:policy/bulkhead-prod-boundary');
    }
    const policies = JSON.stringify(
      stack.resources('aws_iam_role_policy').map(({ policy }) => String(policy)),
    );
    const wide = stack
      .data('aws_iam_policy_document')
      .filter(({ address }) => policies.includes(`${address}.`))
      .flatMap((document) => document['statement'] as readonly { actions: string[]; resources: string[] }[])
      .filter(({ resources }) => resources.includes('*'))
      .flatMap(({ actions }) => actions);
    expect(wide).toEqual(['ecr:GetAuthorizationToken']);
  });

  it('keys rotate (CKV_AWS_7)', () => {
    expect(stack.resources('aws_kms_key').every(({ enable_key_rotation }) => enable_key_rotation)).toBe(true);
  });
});

describe('the pipeline of a service', () => {
  const pipeline = stack.only('aws_codepipeline', 'Service-api/Pipeline');

  it('is of type V2, and a newer release takes the place of one that waits', () => {
    expect(pipeline).toMatchObject({ pipeline_type: 'V2', execution_mode: 'SUPERSEDED' });
  });

  it('is started by pushes to the branch that touch its files, and by pushes of tags', () => {
    expect(pipeline['trigger']).toEqual([
      {
        provider_type: 'CodeStarSourceConnection',
        git_configuration: {
          source_action_name: 'Source',
          push: [
            { branches: { includes: ['main'] }, file_paths: { includes: ['src/**', 'Dockerfile'] } },
            { tags: { includes: ['v*'] } },
          ],
        },
      },
    ]);
  });

  it('keeps artifacts in every region that it acts in', () => {
    expect(
      (pipeline['artifact_store'] as readonly { region: string; location: string }[]).map(
        ({ region }) => region,
      ),
    ).toEqual(['us-east-1', 'eu-west-1']);
  });

  it('says why a release was started by hand', () => {
    expect(pipeline['variable']).toMatchObject([{ name: 'REASON', default_value: 'push' }]);
  });

  it('is asked each day whether the old schema may go, where there is one', () => {
    const schedules = withWeb
      .resources('aws_scheduler_schedule')
      .filter(({ path }) => path.includes('/Service-'));
    expect(schedules.map(({ name }) => String(name))).toEqual(['bulkhead-prod-contract-api']);
    expect(
      withWeb
        .resources('aws_codepipeline')
        .filter(({ path }) => path.includes('/Service-'))
        .map(({ name }) => String(name))
        .sort(),
    ).toEqual(['bulkhead-prod-api', 'bulkhead-prod-api-contract', 'bulkhead-prod-web']);
  });

  it('hands cells a program that is in the bucket of their region', () => {
    const programs = stack.resources('aws_s3_object').filter(({ path }) => path.includes('/ReleaseProgram'));
    expect(programs.map(({ region }) => String(region)).sort()).toEqual(['eu-west-1', 'us-east-1']);
    const [key] = new Set(programs.map((object) => String(object['key'])));
    const hash = /^programs\/([0-9a-f]{64})\/index\.js$/.exec(key ?? '')?.[1] ?? 'no hash';
    expect(JSON.stringify(pipeline['stage'])).toContain(hash);
  });
});

describe('images', () => {
  it('are signed as they are pushed, and copied to the regions of cells', () => {
    const template = JSON.parse(String(stack.only('aws_cloudformation_stack')['template_body'])) as {
      Resources: { Signing: { Type: string; Properties: object } };
    };
    expect(template.Resources.Signing).toEqual({
      Type: 'AWS::ECR::SigningConfiguration',
      Properties: {
        Rules: [
          {
            SigningProfileArn: { Ref: 'Profile' },
            RepositoryFilters: [{ Filter: 'bulkhead/prod/*', FilterType: 'WILDCARD_MATCH' }],
          },
        ],
      },
    });
    expect(stack.only('aws_signer_signing_profile')).toMatchObject({
      name: 'bulkhead_prod_images',
      platform_id: 'Notation-OCI-SHA384-ECDSA',
    });
    expect(stack.only('aws_ecr_replication_configuration')['replication_configuration'].rule).toEqual([
      {
        destination: [{ region: 'eu-west-1', registry_id: '111111111111' }],
        repository_filter: [{ filter: 'bulkhead/prod/', filter_type: 'PREFIX_MATCH' }],
      },
    ]);
  });
});

describe('notices', () => {
  it('go to everybody who is named', () => {
    expect(stack.resources('aws_sns_topic_subscription').map(({ endpoint }) => String(endpoint))).toEqual([
      'api@bulkhead.example',
      'on-call@bulkhead.example',
    ]);
  });

  it('tell of releases that end early, fail, are overtaken or wait, of any service', () => {
    const rules = stack.resources('aws_cloudwatch_event_rule');
    expect(rules.map(({ name }) => String(name)).sort()).toEqual([
      'bulkhead-prod-release-ended',
      'bulkhead-prod-release-failed-step',
      'bulkhead-prod-release-superseded',
      'bulkhead-prod-release-waiting',
    ]);
    for (const { event_pattern } of rules) {
      expect(JSON.parse(String(event_pattern))).toMatchObject({
        source: ['aws.codepipeline'],
        detail: { pipeline: [{ prefix: 'bulkhead-prod-' }] },
      });
    }
  });

  it('are sentences with a link, in which every blank is filled', () => {
    for (const { input_transformer } of stack.resources('aws_cloudwatch_event_target')) {
      const { input_paths, input_template } = input_transformer as {
        input_paths: Record<string, string>;
        input_template: string;
      };
      expect(input_template).toMatch(/^"Pipeline <pipeline>.*\. https:\/\/[^ ]+"$/);
      const blanks = [...input_template.matchAll(/<([a-z]+)>/g)].map(([, name]) => name);
      expect([...new Set(blanks)].sort()).toEqual(Object.keys(input_paths).sort());
    }
  });
});

it('is refused where cells have nodes of two architectures', () => {
  const mixed = testPlatform();
  const cells = mixed.cells.map((cell, index) => ({
    ...cell,
    cluster: {
      ...cell.cluster,
      systemNodes: { ...cell.cluster.systemNodes, instanceTypes: [index === 0 ? 'm7i.large' : 'm7g.large'] },
    },
  }));
  expect(() => new DeliveryStack(Testing.app(), { platform: { ...mixed, cells } })).toThrow(
    /cells must have nodes of one processor architecture, for a release is one image; got .* and .*/,
  );
});

it('makes what a release needs, and nothing of a kind that nobody looked at', () => {
  expect(TYPES).toMatchInlineSnapshot(`
   [
     "aws_cloudformation_stack",
     "aws_cloudwatch_event_rule",
     "aws_cloudwatch_event_target",
     "aws_cloudwatch_log_group",
     "aws_codebuild_project",
     "aws_codepipeline",
     "aws_ecr_lifecycle_policy",
     "aws_ecr_replication_configuration",
     "aws_ecr_repository",
     "aws_ecr_repository_policy",
     "aws_iam_role",
     "aws_iam_role_policy",
     "aws_kms_alias",
     "aws_kms_key",
     "aws_s3_bucket",
     "aws_s3_bucket_lifecycle_configuration",
     "aws_s3_bucket_logging",
     "aws_s3_bucket_ownership_controls",
     "aws_s3_bucket_policy",
     "aws_s3_bucket_public_access_block",
     "aws_s3_bucket_server_side_encryption_configuration",
     "aws_s3_bucket_versioning",
     "aws_s3_object",
     "aws_scheduler_schedule",
     "aws_scheduler_schedule_group",
     "aws_signer_signing_profile",
     "aws_sns_topic",
     "aws_sns_topic_policy",
     "aws_sns_topic_subscription",
   ]
  `);
});
