import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cellSpec, homeSpec } from '../../constructs/onboarding/build-spec';
import { HOME, USE1A } from '../stacks/fixture';
import { BuildWorld, missingTools, type Ran, SOURCE as source } from '../support/build-world';

/** The commands of both projects, run by a real shell. `aws` writes down what it is asked. */

const run = missingTools.length > 0 ? describe.skip : describe;
if (missingTools.length > 0) test.skip(`needs ${missingTools.join(' and ')}`, () => undefined);

let world: BuildWorld;
beforeEach(() => {
  world = new BuildWorld();
});
afterEach(() => {
  world.remove();
});

const file = (path: string): string => world.file(path);
const build = (spec: string, variables: Readonly<Record<string, string>>): Ran =>
  world.run(spec, {
    ...{ REQUEST_ID: 'req-1', TENANT: 'acme', COMMIT: world.commit, CELL: 'none', REQUEST: '{}' },
    ...variables,
  });

const lines = (...events: readonly object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

run('the project of the home account', () => {
  const spec = homeSpec(source, [USE1A]);

  it('runs the deployed version of the command, with the tenants that there are by now', () => {
    const { status, seen, outcome } = build(spec, {
      STEP: 'place',
      ENDS: '4',
      SAYS: lines({ type: 'start', tenant: 'acme' }, { tenant: 'acme', cell: 'use1a', phase: 'publish' }),
    });
    expect(status).toBe(0);
    expect(seen.tenants).toEqual(['globex.yaml']);
    expect(seen.args).toEqual([
      ...['tenant', 'onboard', 'acme', '--env', 'prod', '--from', expect.stringMatching(/request\.json$/)],
      ...['--key', 'req-1', '--push', '--yes', '--json', '--until', 'publish'],
    ]);
    expect(outcome).toEqual({
      ...{ outcome: 'waiting', cell: 'use1a' },
      result: { tenant: 'acme', cell: 'use1a', phase: 'publish' },
    });
    expect(readFileSync(file('calls'), 'utf8')).toBe(
      'npm ci --omit=dev --ignore-scripts --no-audit --no-fund\n',
    );
  });

  it.each([
    ['quotes', `{"name":"O'Neil \\"&\\" Sons"}`],
    ['what a shell would run', '{"name":"$(touch /tmp/pwned) `id` ; rm -rf ~ | cat && exit 1"}'],
    ['what a shell would fill in', '{"name":"$HOME ${PATH} $((1+1)) ~ * ?"}'],
    ['what printf would', '{"name":"%s %n \\\\x41 %%"}'],
    ['lines and characters of other scripts', '{"name":"a\\nb\\u2028 Ünïcode 株式会社 \u202e"}'],
  ])('hands a request with %s to the command as it is', (_, request) => {
    const { status, seen } = build(spec, { STEP: 'place', REQUEST: request, SAYS: lines({ cell: 'use1a' }) });
    expect(status).toBe(0);
    expect(seen.request).toBe(request);
    expect(existsSync('/tmp/pwned')).toBe(false);
  });

  it.each([
    ['0', 'done'],
    ['1', 'failed'],
    ['2', 'refused'],
    ['3', 'refused'],
    ['4', 'waiting'],
    ['130', 'failed'],
  ])('tells exit code %s as %s, in a build that succeeds', (code, outcome) => {
    expect(build(spec, { STEP: 'place', ENDS: code })).toMatchObject({ status: 0, outcome: { outcome } });
  });

  it('tells phase and reason of a failure, short, and logs nothing that may quote the request', () => {
    const failed = {
      ...{ type: 'failed', phase: 'publish', message: `it@acme.example ${'x'.repeat(2000)}` },
      ...{ exists: ['a row'], missing: Array.from({ length: 20 }, () => 'y'.repeat(700)), next: ['go on'] },
    };
    const { outcome, log } = build(spec, { STEP: 'place', ENDS: '1', SAYS: `no json\n${lines(failed)}` });
    expect(outcome).toMatchObject({
      outcome: 'failed',
      phase: 'publish',
      exists: ['a row'],
      next: ['go on'],
    });
    expect(String(outcome?.['reason'])).toHaveLength(601);
    expect(outcome?.['missing']).toHaveLength(10);
    expect(log).not.toContain('it@acme.example');
  });

  it('keeps the customer’s name and address out of what it tells', () => {
    const handover = { tenant: 'acme', name: 'Acme', contact: 'it@acme.example', hostname: 'acme.example' };
    expect(build(spec, { STEP: 'place', SAYS: lines(handover) }).outcome?.['result']).toEqual({
      tenant: 'acme',
      hostname: 'acme.example',
    });
  });

  it('takes back', () => {
    expect(build(spec, { STEP: 'undo' }).seen.args.at(-1)).toBe('--undo');
  });

  it.each([
    ['before anything was deployed by the pipeline', 'none'],
    ['of a version that the branch does not have', 'f'.repeat(40)],
  ])('fails %s, and runs nothing', (_, COMMIT) => {
    expect(build(spec, { STEP: 'place', COMMIT })).toMatchObject({ status: expect.any(Number), seen: {} });
    expect(build(spec, { STEP: 'place', COMMIT }).status).not.toBe(0);
  });

  /** An `aws` that writes down what it is asked, and answers as a build that ends at the second look. */
  const awsWith = (ended: object): void => {
    writeFileSync(file('ended.json'), JSON.stringify(ended));
    world.program(
      'aws',
      `#!/bin/sh
echo "$AWS_PROFILE $*" >> ${file('calls')}
case "$*" in
*start-build*) cp ${file('build/variables.json')} ${file('given.json')}; echo use1a:1 ;;
*) if [ -f ${file('looked')} ]; then cat ${file('ended.json')}; else touch ${file('looked')}; echo '{"buildComplete": false}'; fi ;;
esac
`,
    );
    world.program('sleep', '#!/bin/sh\n');
  };

  it('has the cell go on, waits for it, and tells what it tells', () => {
    const told = JSON.stringify({ outcome: 'done', cell: 'use1a' });
    awsWith({
      ...{ buildComplete: true, buildStatus: 'SUCCEEDED' },
      exportedEnvironmentVariables: [{ name: 'OUTCOME', value: told }],
    });
    const REQUEST = `{"name":"O'Neil $(id)"}`;
    const { status, outcome } = build(spec, { STEP: 'provision', CELL: 'use1a', REQUEST });
    expect([status, outcome]).toEqual([0, { outcome: 'done', cell: 'use1a' }]);
    expect(JSON.parse(readFileSync(file('given.json'), 'utf8'))).toEqual([
      { name: 'REQUEST', value: REQUEST, type: 'PLAINTEXT' },
      { name: 'REQUEST_ID', value: 'req-1', type: 'PLAINTEXT' },
      { name: 'TENANT', value: 'acme', type: 'PLAINTEXT' },
      { name: 'COMMIT', value: world.commit, type: 'PLAINTEXT' },
    ]);
    const [start = '', ...looks] = readFileSync(file('calls'), 'utf8').trim().split('\n');
    expect(start).toContain('cell codebuild start-build --project-name bulkhead-prod-use1a-onboarding');
    expect(looks).toHaveLength(2);
    expect(readFileSync(file('build/aws-config'), 'utf8')).toBe(
      '[profile cell]\nrole_arn = arn:aws:iam::222222222222:role/bulkhead-prod-use1a-pipeline-onboarding\ncredential_source = EcsContainer\nregion = us-east-1\n',
    );
  });

  it('fails when the cell’s build ends without a word, and for a cell that there is not', () => {
    awsWith({ buildComplete: true, buildStatus: 'FAULT' });
    const silent = build(spec, { STEP: 'provision', CELL: 'use1a' });
    expect(silent.status).toBe(1);
    expect(silent.log).toContain('use1a: build use1a:1 ended as FAULT and says nothing');
    expect(build(spec, { STEP: 'provision', CELL: 'nowhere; id' })).toMatchObject({ status: 1 });
  });
});

run('the project of a cell', () => {
  const spec = cellSpec(source, { home: HOME, cell: USE1A, installTerraform: ['true'] });

  it('goes on to the end as a role of the home account', () => {
    const { status, seen, outcome } = build(spec, { SAYS: lines({ tenant: 'acme', cell: 'use1a' }) });
    expect([status, outcome?.['outcome'], seen.profile]).toEqual([0, 'done', 'onboarder']);
    expect(seen.args).not.toContain('--until');
    expect(readFileSync(file('build/aws-config'), 'utf8')).toContain(
      'role_arn = arn:aws:iam::111111111111:role/bulkhead-prod-use1a-onboarder\ncredential_source = EcsContainer\n',
    );
  });
});
