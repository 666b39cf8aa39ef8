import { existsSync, readFileSync } from 'node:fs';
import { checkOut } from '../../constructs/onboarding/build-spec';
import { operationsSpec } from '../../constructs/operations/build-spec';
import { HOME, USE1A } from '../stacks/fixture';
import { BuildWorld, missingTools, type Ran, SOURCE } from '../support/build-world';

/** The commands of the project that operates on tenants, run by a real shell. `aws` knows one version that was deployed. */

const run = missingTools.length > 0 ? describe.skip : describe;
if (missingTools.length > 0) test.skip(`needs ${missingTools.join(' and ')}`, () => undefined);

const spec = operationsSpec({
  ...{ environment: 'prod', home: HOME, cell: USE1A },
  pipelineName: 'bulkhead-prod-infrastructure',
  checkOut: checkOut(SOURCE),
});

let world: BuildWorld;
beforeEach(() => {
  world = new BuildWorld();
  executions([
    ['Failed', 'f'.repeat(40)],
    ['Succeeded', world.commit],
    ['Succeeded', 'e'.repeat(40)],
  ]);
});
afterEach(() => {
  world.remove();
});

/** What the pipeline has run, newest first. */
function executions(runs: readonly (readonly [status: string, commit: string])[]): void {
  const pipelineExecutionSummaries = runs.map(([status, revisionId]) => ({
    status,
    sourceRevisions: [{ revisionId }],
  }));
  world.program(
    'aws',
    `#!/bin/sh
echo "$AWS_PROFILE $*" >> ${world.file('calls')}
echo '${JSON.stringify({ pipelineExecutionSummaries })}'
`,
  );
}

const operate = (words: unknown, variables: Readonly<Record<string, string>> = {}): Ran =>
  world.run(spec, { ARGUMENTS: typeof words === 'string' ? words : JSON.stringify(words), ...variables });

run('the project that operates on tenants', () => {
  it('runs the command of the version that was deployed last, as the operator of the home account', () => {
    const { status, seen } = operate(['move', 'acme', '--shard', 'data-shard-2']);
    expect(status).toBe(0);
    expect(seen.args).toEqual([
      ...['tenant', 'move', 'acme', '--shard', 'data-shard-2', '--env', 'prod', '--yes'],
    ]);
    expect(seen.profile).toBe('operator');
    expect(seen.tenants).toEqual(['globex.yaml']);
    expect(readFileSync(world.file('build/aws-config'), 'utf8')).toBe(
      '[profile operator]\nrole_arn = arn:aws:iam::111111111111:role/bulkhead-prod-use1a-operator\ncredential_source = EcsContainer\nregion = us-east-1\n',
    );
    expect(readFileSync(world.file('calls'), 'utf8')).toContain(
      'operator codepipeline list-pipeline-executions --pipeline-name bulkhead-prod-infrastructure',
    );
  });

  it.each([
    ['what a shell would run', '$(touch /tmp/pwned-too); `id` | cat'],
    ['quotes and spaces', `O'Neil "&" Sons`],
    ['other scripts', '株式会社 \u2028'],
  ])('hands on words with %s as they are', (_, word) => {
    expect(operate(['suspend', word]).seen.args).toEqual([
      'tenant',
      'suspend',
      word,
      '--env',
      'prod',
      '--yes',
    ]);
    expect(existsSync('/tmp/pwned-too')).toBe(false);
  });

  it.each([
    ['no JSON', 'move acme'],
    ['no list', { move: 'acme' }],
    ['no tenant', ['move']],
    ['something that is no text', ['move', 7]],
    ['a command that takes the words of two people', ['offboard', 'acme', '--confirm', 'acme']],
    ['a command that is none', ['../../x', 'acme']],
    ['another environment', ['move', 'acme', '--env=dev']],
    ['a rehearsal', ['move', 'acme', '--rehearse']],
    ['a word that ends another', ['suspend', 'acme\u0000--env\u0000dev']],
    ['nothing', ''],
    ['two lists', '["move","acme"] ["move","globex"]'],
  ])('refuses %s, and runs nothing', (_, words) => {
    const { status, seen, log } = operate(words);
    expect([status, seen]).toEqual([2, {}]);
    expect(log).toContain('ARGUMENTS must be a JSON list of what stands after "bulkhead tenant"');
    expect(existsSync(world.file('calls'))).toBe(false);
  });

  it('fails when the command does, and when nothing was deployed everywhere yet', () => {
    expect(operate(['revoke', 'acme'], { ENDS: '1' }).status).not.toBe(0);
    executions([['Failed', world.commit]]);
    const { status, log } = operate(['revoke', 'acme']);
    expect(status).toBe(1);
    expect(log).toContain('has not deployed any version everywhere yet');
  });
});
