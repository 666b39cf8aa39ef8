import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RehearsalEvent, StackResult } from '../../rehearsal/runner/events';
import { readPlatform, selectStacks, usedTypes } from '../../rehearsal/runner/platform';
import { humanReporter } from '../../rehearsal/runner/progress';
import { runGraph } from '../../rehearsal/runner/schedule';
import { findEngine } from '../../rehearsal/runner/terraform';
import { layoutOf, prepareStack } from '../../rehearsal/runner/workspace';
import { queues, scratchFolder, writePlatform } from './support/json-platform';

describe('scheduling', () => {
  const node = (name: string, ...after: string[]): { name: string; after: readonly string[] } => ({
    name,
    after,
  });

  it('runs what is independent side by side, within the limit', async () => {
    let active = 0;
    let most = 0;
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => node(name));
    await runGraph(nodes, 2, async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 5));
      active--;
      return true;
    });
    expect(most).toBe(2);
  });

  it('skips all that comes after a failure, and finishes the rest', async () => {
    const nodes = [node('c', 'b'), node('b', 'a'), node('a'), node('x'), node('y', 'x')];
    const outcomes = await runGraph(nodes, 4, (name) => Promise.resolve(name !== 'a'));
    expect(Object.fromEntries(outcomes)).toEqual({
      a: 'failed',
      b: 'skipped',
      c: 'skipped',
      x: 'done',
      y: 'done',
    });
  });

  it('starts nothing more once it is stopped', async () => {
    let stopped = false;
    const outcomes = await runGraph(
      [node('a'), node('b', 'a')],
      1,
      () => {
        stopped = true;
        return Promise.resolve(true);
      },
      () => stopped,
    );
    expect(Object.fromEntries(outcomes)).toEqual({ a: 'done', b: 'skipped' });
  });

  it('does not wait for nodes that are not part of it', async () => {
    expect(Object.fromEntries(await runGraph([node('b', 'a')], 1, () => Promise.resolve(true)))).toEqual({
      b: 'done',
    });
  });
});

describe('reading a synthesized platform', () => {
  it('puts every stack after those that it depends on', () => {
    const out = writePlatform({
      addons: { after: ['cluster'] },
      cluster: { after: ['network'] },
      network: {},
    });
    expect(readPlatform(out).map(({ name }) => name)).toEqual(['network', 'cluster', 'addons']);
  });

  it('picks stacks by pattern, with all that they need', () => {
    const stacks = readPlatform(
      writePlatform({ network: {}, 'use1a-cluster': { after: ['network'] }, 'use1a-cache': {}, other: {} }),
    );
    const names = (pattern: string): readonly string[] =>
      selectStacks(stacks, pattern).map(({ name }) => name);
    expect(names('use1a-*')).toEqual(['network', 'use1a-cluster', 'use1a-cache']);
    expect(names('other,use1a-cach?')).toEqual(['use1a-cache', 'other']);
    expect(() => names('use2*')).toThrow(
      'No stack is named use2*. Stacks: network, use1a-cluster, use1a-cache, other',
    );
  });

  it('names a provider that has no stand-in', () => {
    const out = writePlatform({ network: {} });
    const template = path.join(out, 'stacks', 'network', 'cdk.tf.json');
    fs.writeFileSync(
      template,
      JSON.stringify({ terraform: { required_providers: { random: { source: 'random' } } } }),
    );
    expect(() => readPlatform(out)).toThrow(
      'Stack network needs the provider random, which has no stand-in (there are: aws, kubernetes, helm)',
    );
  });

  it('says what to do where nothing was synthesized', () => {
    expect(() => readPlatform('/nowhere')).toThrow(
      'No synthesized platform at /nowhere (no manifest.json). Synthesize it first: npm run synth',
    );
  });

  it('serves the types of a stack, those only its state still knows included', () => {
    const config = {
      provider: { aws: [{}], helm: [{}] },
      resource: { aws_vpc: {} },
      data: { aws_region: {}, terraform_remote_state: {} },
    };
    const state = { resources: [{ mode: 'managed', type: 'aws_subnet' }] };
    expect(usedTypes(config, state)).toEqual({
      aws: { resources: ['aws_vpc', 'aws_subnet'], data: ['aws_region'] },
      helm: { resources: [], data: [] },
    });
  });
});

describe('the working folder of a stack', () => {
  it('has the backend of a rehearsal in place of its own, and links to the assets', () => {
    const out = writePlatform({ network: queues('network', 1) });
    const assets = path.join(out, 'stacks', 'network', 'assets');
    fs.mkdirSync(assets);
    fs.writeFileSync(path.join(assets, 'chart.yaml'), 'a: 1');
    const [stack] = readPlatform(out);
    const layout = layoutOf(path.join(scratchFolder(), 'rehearsal'));
    if (stack) prepareStack(layout, stack, [stack]);
    const folder = layout.stackFolder('network');
    const template = JSON.parse(fs.readFileSync(path.join(folder, 'cdk.tf.json'), 'utf8'));
    expect(template.terraform).toEqual({
      backend: { http: {} },
      required_providers: { aws: { source: 'aws', version: '6.25.0' } },
    });
    expect(fs.readFileSync(path.join(folder, 'assets', 'chart.yaml'), 'utf8')).toBe('a: 1');
  });
});

describe('the Terraform binary', () => {
  const fake = (name: string, version: string): string => {
    const folder = scratchFolder();
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\necho '{"terraform_version":"${version}"}'\n`, {
      mode: 0o755,
    });
    return folder;
  };

  it.each([
    ['terraform', '1.11.0', 'Terraform'],
    ['terraform', '1.14.3', 'Terraform'],
    ['tofu', '1.10.0', 'OpenTofu'],
  ])('may be %s %s', async (binary, version, name) => {
    expect(await findEngine({ PATH: fake(binary, version) })).toEqual({ binary, name, version });
  });

  it.each([
    ['terraform', '1.10.5', 'Found Terraform 1.10.5.'],
    ['tofu', '1.9.1', 'Found OpenTofu 1.9.1.'],
  ])('may not be %s %s', async (binary, version, found) => {
    await expect(findEngine({ PATH: fake(binary, version) })).rejects.toThrow(found);
  });
});

describe('progress for a person', () => {
  const result = (stack: string, rest: Partial<StackResult>): StackResult => ({
    stack,
    status: 'deployed',
    created: 0,
    changed: 0,
    destroyed: 0,
    seconds: 1.25,
    replaced: [],
    failures: [],
    ...rest,
  });

  function printed(events: readonly RehearsalEvent[], isTTY: boolean): string {
    let text = '';
    const report = humanReporter({ isTTY, columns: 80, write: (part: string) => (text += part) }, () => [
      'Next: look',
    ]);
    events.forEach(report);
    return text;
  }

  const network = result('network', { created: 3 });
  const database = result('database', {
    status: 'failed',
    failures: [{ address: 'aws_rds_cluster.main', summary: 'it broke', detail: 'because\nof this' }],
  });
  const events: readonly RehearsalEvent[] = [
    {
      type: 'start',
      environment: 'dev',
      engine: 'Terraform 1.11.4',
      stacks: ['network', 'database', 'above'],
      mode: 'deploy',
      resumed: false,
    },
    { type: 'stack_start', stack: 'network' },
    { type: 'stack_plan', stack: 'network', create: 3, change: 0, destroy: 0 },
    { type: 'resource', stack: 'network', address: 'aws_vpc.main', action: 'create', done: 1, total: 3 },
    { type: 'stack_end', ...network },
    { type: 'stack_start', stack: 'database' },
    { type: 'stack_end', ...database },
    {
      type: 'summary',
      ok: false,
      interrupted: false,
      seconds: 2.5,
      stacks: [network, database, result('above', { status: 'skipped', blockedBy: 'database', seconds: 0 })],
    },
  ];

  it('names the resource that failed with the message, and ends with a table and what to do next', () => {
    expect(printed(events, false))
      .toBe(`Rehearsing dev: 3 stacks with Terraform 1.11.4, against stand-ins on this machine
[1/3] network …
[1/3] network deployed: 3 created, 0 changed, 0 destroyed, 1.3 s (1 of 3 done)
[2/3] database …
[2/3] database failed: 0 created, 0 changed, 0 destroyed, 1.3 s (2 of 3 done)
    aws_rds_cluster.main: it broke
      because
      of this

stack     status                     created  changed  destroyed  seconds
network   deployed                         3        0          0      1.3
database  failed                           0        0          0      1.3
above     skipped (database failed)        0        0          0      0.0

3 stacks in 2.5 s
Next: look
`);
  });

  it('shows on a terminal how many resources of each stack are done', () => {
    expect(printed(events.slice(0, 4), true)).toMatch(/network 1\/3$/);
  });
});
