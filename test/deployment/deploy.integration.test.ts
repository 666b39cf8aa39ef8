import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as esbuild from 'esbuild';
import { deploy, type DeployOptions, type DeployResult } from '../../deployment/deploy';
import { driftOf, driftText } from '../../deployment/drift';
import { readReviewed } from '../../deployment/approved';
import { writeReport } from '../../deployment/commands/common';
import { DeploymentError } from '../../deployment/mistake';
import { serve } from '../../rehearsal/runner/serve';
import { describeWithTerraform, ended, processesWith, until } from '../rehearsal/support/run';
import { ROOT } from '../rehearsal/support/json-platform';
import { queues, scratchFolder, type TestStack, writePlatform } from './fixture';

const LATENCY = 150;
/** Names are those of one world: each test has its own. */
const all = (test: string): Readonly<Record<string, TestStack>> => ({
  'use1a-network': queues(`${test}-network`, 2),
  'use1a-cluster': { ...queues(`${test}-cluster`, 2), after: ['use1a-network'] },
  'use1a-tenant-a': { ...queues(`${test}-a`, 1), after: ['use1a-cluster'] },
  'use1a-tenant-b': { ...queues(`${test}-b`, 1), after: ['use1a-cluster'] },
  'use1a-tenant-c': { ...queues(`${test}-c`, 1), after: ['use1a-cluster'] },
});

describeWithTerraform('deploying stacks', () => {
  const program = path.join(scratchFolder(), 'infrastructure.js');
  const stop = new AbortController();
  let served: Promise<void>;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    esbuild.buildSync({
      entryPoints: [path.join(ROOT, 'deployment', 'main.ts')],
      ...{ bundle: true, platform: 'node', outfile: program, logLevel: 'error' },
    });
    const parameter = { it: { name: 'x', type: 'String', value: 'x' } };
    const out = writePlatform({
      ...all('none'),
      parameters: { resource: { aws_ssm_parameter: parameter }, data: { aws_ssm_parameter: parameter } },
    });
    const folder = scratchFolder();
    const reattach = await new Promise<string>((resolve) => {
      const say = (text: string): void => {
        const [, value] = /^export TF_REATTACH_PROVIDERS='(.*)'$/.exec(text) ?? [];
        if (value !== undefined) resolve(value);
      };
      served = serve({ root: ROOT, environment: 'test', out, folder, latencyMs: LATENCY }, say, stop.signal);
    });
    environment = { ...process.env, TF_REATTACH_PROVIDERS: reattach };
  }, 60_000);

  afterAll(async () => {
    stop.abort();
    await served;
  });

  const run = (out: string, options: Partial<DeployOptions> = {}): Promise<DeployResult> =>
    deploy(
      {
        out,
        work: path.join(out, '..', 'work'),
        approved: { allowRisk: 'low', reviewed: new Set() },
        environment,
        ...options,
      },
      () => undefined,
    );
  const statuses = ({ stacks }: DeployResult): Readonly<Record<string, string>> =>
    Object.fromEntries(stacks.map(({ stack, status }) => [stack, status]));
  const stateOf = (out: string, stack: string): string => path.join(out, '..', 'state', `${stack}.tfstate`);

  it('goes one by one in order, and finds nothing left to do the second time', async () => {
    const out = writePlatform(all('order'));
    const first = await run(out, { together: '*-tenant-*', parallel: 3 });
    expect(statuses(first)).toEqual(
      Object.fromEntries(Object.keys(all('order')).map((name) => [name, 'applied'])),
    );
    expect(first.stacks[0]?.done).toHaveLength(2);
    expect(new Set(Object.values(statuses(await run(out))))).toEqual(new Set(['unchanged']));
  }, 120_000);

  it('plans everything, changes nothing, and says what is new', async () => {
    const out = writePlatform({ 'use1a-network': queues('plan-network', 2) });
    const result = await run(out, { planOnly: true });
    expect(result.stacks[0]?.risk).toMatchObject({ risk: 'none', counts: { create: 2 } });
    expect(fs.existsSync(stateOf(out, 'use1a-network'))).toBe(false);
  }, 60_000);

  it('refuses what loses data until it was reviewed, and leaves all that follows as it was', async () => {
    const out = writePlatform(all('refuse'));
    await run(out, { stacks: ['use1a-network', 'use1a-cluster'] });
    writePlatform({ ...all('refuse'), 'use1a-network': queues('refuse-network', 1) }, out);

    const refused = await run(out, { stacks: ['use1a-network', 'use1a-cluster'] });
    expect(statuses(refused)).toEqual({ 'use1a-network': 'refused', 'use1a-cluster': 'skipped' });
    expect(refused.stacks[0]?.failures).toEqual([
      {
        address: 'aws_sqs_queue.refuse-network-1',
        summary: 'is destroyed, and with it its messages, which nobody has approved',
        detail: '',
      },
    ]);

    const review = await run(out, { planOnly: true, refresh: false });
    const report = path.join(out, '..', 'report.json');
    writeReport(report, review.stacks);
    const approved = { allowRisk: 'low', reviewed: readReviewed(report) } as const;
    expect(statuses(await run(out, { stacks: ['use1a-network'], approved }))).toEqual({
      'use1a-network': 'applied',
    });
  }, 120_000);

  it('stops at the first stack that fails, and goes on from there', async () => {
    const out = writePlatform({
      ...all('fail'),
      // Somebody has the name already.
      'use1a-cluster': { ...queues('fail-network', 2), after: ['use1a-network'] },
    });
    const first = await run(out);
    expect(statuses(first)).toEqual({
      'use1a-network': 'applied',
      'use1a-cluster': 'failed',
      'use1a-tenant-a': 'skipped',
      'use1a-tenant-b': 'skipped',
      'use1a-tenant-c': 'skipped',
    });
    expect(first.ok).toBe(false);
    expect(first.stacks[1]?.failures.length).toBeGreaterThan(0);
    writePlatform(all('fail'), out);
    const second = await run(out);
    expect(statuses(second)).toMatchObject({ 'use1a-network': 'unchanged', 'use1a-tenant-c': 'applied' });
  }, 120_000);

  it('goes on after a kill in the middle of an apply: nothing twice, nothing missing', async () => {
    const stacks = {
      'use1a-network': queues('kill-network', 60),
      'use1a-cluster': all('kill')['use1a-cluster'] ?? {},
    };
    const out = writePlatform(stacks);
    const work = path.join(out, '..', 'work');
    const args = ['deploy', '--out', out, '--work', work, '--json'];
    const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, env: environment });
    let printed = '';
    child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    const gone = ended(child);
    await until(() => printed.includes('"type":"resource"'), 'the first resource', 60_000);
    child.kill('SIGKILL');
    await gone;
    // It has lost whoever read what it says, and goes on.
    expect(processesWith('bulkhead.tfplan')).not.toEqual([]);

    const second = await run(out);
    expect(second.stacks.flatMap(({ failures }) => failures)).toEqual([]);
    expect(second.ok).toBe(true);
    const state = JSON.parse(fs.readFileSync(stateOf(out, 'use1a-network'), 'utf8')) as {
      resources: readonly { instances: readonly { attributes: { id: string } }[] }[];
    };
    const ids = state.resources.flatMap(({ instances }) => instances.map(({ attributes }) => attributes.id));
    expect(new Set(ids).size).toBe(60);
    expect(statuses(await run(out))).toEqual({ 'use1a-network': 'unchanged', 'use1a-cluster': 'unchanged' });
  }, 120_000);

  it('waits for a state that somebody else is in the middle of writing', async () => {
    const out = writePlatform({ 'use1a-network': queues('torn-network', 1) });
    const state = stateOf(out, 'use1a-network');
    const lock = path.join(path.dirname(state), '.use1a-network.tfstate.lock.info');
    fs.mkdirSync(path.dirname(state), { recursive: true });
    fs.writeFileSync(state, '{"version": 4, "terraform_ver');
    fs.writeFileSync(lock, '{}');
    setTimeout(() => {
      fs.rmSync(state);
      fs.rmSync(lock);
    }, 3000);
    expect((await run(out)).stacks[0]).toMatchObject({ status: 'applied', failures: [] });
  }, 60_000);

  it('begins nothing more when it is interrupted while it waits for a state', async () => {
    const out = writePlatform({ 'use1a-network': queues('stopped-network', 1) });
    const state = stateOf(out, 'use1a-network');
    fs.mkdirSync(path.dirname(state), { recursive: true });
    fs.writeFileSync(state, '{"version": 4, "terraform_ver');
    fs.writeFileSync(path.join(path.dirname(state), '.use1a-network.tfstate.lock.info'), '{}');
    const interrupt = new AbortController();
    setTimeout(() => {
      interrupt.abort();
      fs.rmSync(state);
    }, 3000);
    const options = { out, work: path.join(out, '..', 'work'), environment };
    const approved = { allowRisk: 'low', reviewed: new Set<string>() } as const;
    const result = await deploy({ ...options, approved }, () => undefined, interrupt.signal);
    expect([result.interrupted, statuses(result)]).toEqual([true, { 'use1a-network': 'failed' }]);
    expect(fs.existsSync(state)).toBe(false);
  }, 60_000);

  it('says so when a state is torn and nobody is writing it', async () => {
    const out = writePlatform({ 'use1a-network': queues('half-network', 1) });
    const state = stateOf(out, 'use1a-network');
    fs.mkdirSync(path.dirname(state), { recursive: true });
    fs.writeFileSync(state, '{"version": 4, "terraform_ver');
    const [stack] = (await run(out)).stacks;
    expect(stack?.status).toBe('failed');
    expect(JSON.stringify(stack?.failures)).toContain('could not be parsed as JSON');
  }, 60_000);

  it('ends what it is doing when it is interrupted, and begins nothing more', async () => {
    const out = writePlatform({ ...all('interrupt'), 'use1a-network': queues('interrupt-network', 30) });
    const interrupt = new AbortController();
    const result = await deploy(
      {
        out,
        work: path.join(out, '..', 'work'),
        approved: { allowRisk: 'low', reviewed: new Set() },
        environment,
      },
      (event) => {
        if (event.type === 'resource') interrupt.abort();
      },
      interrupt.signal,
    );
    expect(result).toMatchObject({ ok: false, interrupted: true });
    expect(statuses(result)).toMatchObject({ 'use1a-network': 'failed', 'use1a-cluster': 'skipped' });
    expect((await run(out)).ok).toBe(true);
  }, 120_000);

  it('approves a stack that cannot be planned before it exists, as long as it only makes things', async () => {
    const reads = { aws_ssm_parameter: { network: { name: '/bulkhead/prod/use1a/network' } } };
    const out = writePlatform({
      'use1a-network': {
        resource: {
          aws_ssm_parameter: { it: { name: '/bulkhead/prod/use1a/network', type: 'String', value: 'x' } },
        },
      },
      'use1a-cluster': { ...queues('new-cluster', 1), after: ['use1a-network'], data: reads },
    });
    const review = await run(out, { planOnly: true, refresh: false });
    expect(review.stacks[1]?.risk).toMatchObject({
      risk: 'high',
      findings: [{ kind: 'unseen', address: '(stack)' }],
    });
  }, 60_000);

  it('tells what was changed behind its back, and changes nothing', async () => {
    const out = writePlatform({
      'use1a-network': queues('drift-network', 2),
      'use1a-cluster': queues('drift-cluster', 1),
    });
    await run(out);
    // What is there has another delay than what was deployed.
    writePlatform(
      {
        'use1a-network': queues('drift-network', 2, { delay_seconds: 5 }),
        'use1a-cluster': queues('drift-cluster', 1),
      },
      out,
    );
    const before = fs.readFileSync(stateOf(out, 'use1a-network'), 'utf8');
    const drift = driftOf((await run(out, { planOnly: true, together: '*', parallel: 2 })).stacks);
    expect(driftText(drift)).toBe(
      [
        '1 of 2 stacks are not as they were deployed.',
        '',
        'use1a-network:',
        '  aws_sqs_queue.drift-network-0 is changed',
        '  aws_sqs_queue.drift-network-1 is changed',
        '',
        'Nothing was changed. The next deployment of these stacks puts them back; what should stay must be written into the configuration before.',
      ].join('\n'),
    );
    expect(fs.readFileSync(stateOf(out, 'use1a-network'), 'utf8')).toBe(before);
  }, 60_000);

  it('plans nothing of a platform in which one configuration would run a program', async () => {
    const out = writePlatform({
      ...all('program'),
      'use1a-cluster': { data: { external: { it: { program: ['touch', '/tmp/x'] } } } },
    });
    await expect(run(out)).rejects.toThrow(DeploymentError);
    expect(fs.existsSync(stateOf(out, 'use1a-network'))).toBe(false);
  });
});
