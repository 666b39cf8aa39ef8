import { contractAction, stepAction } from '../../constructs/delivery/pipeline-action';
import { PROGRAM_VARIABLE } from '../../constructs/delivery/names';
import { wavesOf } from '../../constructs/delivery/release-plan';
import { ReleaseProject } from '../../constructs/delivery/release-project';
import { PIPELINE_VARIABLES } from '../../constructs/delivery/release-variables';
import { settingsIn } from '../../services/release/settings';
import { releasePlanOf } from '../../stacks/release-plan';
import { HOME, testPlatform, USE1A } from '../stacks/fixture';
import { synth } from '../support/synth';
import { contextOf, variablesOf } from './pipeline-fixture';

/** What pipelines and projects tell the program that releases, against what it reads: three who must agree. */

const TENANT = { id: 'acme', name: 'Acme', tier: 'enterprise', cell: 'use1a', contact: 'it@acme.example' };
const plan = releasePlanOf(testPlatform({}, [TENANT]), 'api');
const context = contextOf(plan);

/** What the build would have exported. */
const BUILT: Readonly<Record<string, string>> = {
  IMAGE: `sha256:${'a'.repeat(64)}`,
  RELEASE: 'v1.2.3',
  SCHEMA: '0007_add_email',
};
const filledIn = (variables: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value.replace(/#\{\w+\.(\w+)\}/g, (_, exported: string) => BUILT[exported] ?? ''),
    ]),
  );

const STEPS = [
  ...wavesOf(plan).flatMap(({ ring, steps }) =>
    steps.map((step) => [`${ring}, ${step.name}`, stepAction(context, ring, step)] as const),
  ),
  ...(plan.contract?.checks ?? []).map((step) => [step.name, contractAction(context, step, 1)] as const),
  ...(plan.contract?.waves ?? []).flatMap(({ steps }) =>
    steps.map((step) => [step.name, contractAction(context, step, 1)] as const),
  ),
].map(([name, action]) => [name, filledIn(variablesOf(action))] as const);

const project = synth((scope) => {
  new ReleaseProject(scope, 'Release', {
    service: 'api',
    schema: true,
    home: HOME,
    cluster: {
      name: 'bulkhead-prod-use1a',
      endpoint: 'https://0A1B2C.gr7.us-east-1.eks.amazonaws.com',
      certificateAuthority: Buffer.from('-'.repeat(100)).toString('base64'),
    },
    syntheticTenants: ['smoke-starter-use1a'],
    tokenEndpoint: 'https://auth.use1a.bulkhead.example/oauth2/token',
    network: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1'] },
    securityGroupId: 'sg-1',
    logRetentionDays: 30,
  });
}, USE1A).only('aws_codebuild_project');
const { environment_variable: told } = project['environment'] as {
  readonly environment_variable: readonly { readonly name: string; readonly value: string }[];
};
const own = Object.fromEntries(told.map(({ name, value }) => [name, value]));

it('has every kind of step here', () => {
  expect([...new Set(STEPS.map(([, { STEP }]) => STEP))].sort()).toEqual([
    'contract',
    'contract-check',
    'deploy',
    'expand',
    'soak',
  ]);
});

it.each(STEPS)('%s is told all that it needs', (_, variables) => {
  // CodeBuild sets the region.
  const { [PROGRAM_VARIABLE]: program, ...said } = variables;
  expect(program).toMatch(/^[0-9a-f]{64}$/);
  expect(settingsIn({ AWS_REGION: 'us-east-1', ...own, ...said })).toMatchObject({ STEP: variables['STEP'] });
});

it('is told nothing that pipelines may not say', () => {
  const said = new Set(STEPS.flatMap(([, variables]) => Object.keys(variables)));
  expect([...said].filter((name) => !PIPELINE_VARIABLES.some((allowed) => allowed === name))).toEqual([]);
  // A cell's own truth, but for the cell's name, which both know.
  expect(Object.keys(own).filter((name) => said.has(name))).toEqual(['CELL']);
});
