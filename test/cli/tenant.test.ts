import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../config/load';
import { codeOfMistake } from '../../cli/tenant/mistakes';
import { EXIT, inSurroundings, type Open, type TenantFlags, tenantSubcommand } from '../../cli/tenant/common';
import { listCommand } from '../../cli/tenant/list';
import { humanReporter } from '../../cli/tenant/reporters';
import { moveCommand } from '../../cli/tenant/move';
import { showCommand } from '../../cli/tenant/show';
import { suspendCommand } from '../../cli/tenant/suspend';
import { tenantCommand } from '../../cli/tenant/command';
import type { LifecycleEvent } from '../../lifecycle/events';
import { Interrupted, LifecycleError, Refused } from '../../lifecycle/mistake';
import { OperationFailed } from '../../lifecycle/operation';
import { VersionConflict } from '../../lifecycle/registry';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import type { Surroundings } from '../../lifecycle/surroundings';
import { tenant } from '../support/tenant-items';
import { devPlatform, registryOnly } from '../support/tenant-surroundings';

const PLACE = { cell: 'dev1a', shard: 'data-shard-1' };
const platform = devPlatform();

let folder: string;
let out: string;
let err: string;
const closed = jest.fn();
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-'));
  const registry = new FileRegistry({ folder });
  await registry.write({
    item: tenant('hooli', { ...PLACE, name: 'Hooli' }),
    counts: [{ place: PLACE, by: 1 }],
  });
  await registry.write({ item: tenant('boring', { ...PLACE, state: 'offboarded' }) });
  [out, err] = ['', ''];
  closed.mockClear();
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '');
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== '');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
});

const open: Open = ({ kind, environment, root }) =>
  Promise.resolve({
    ...registryOnly(new FileRegistry({ folder }), { platform, contracts: {} }),
    ...{ kind, environment, root, configFolder: 'config/environments', close: closed },
    tokens: { smoke: () => Promise.resolve([]), revoke: () => Promise.resolve() },
    databases: {
      connect: () => Promise.reject(new Error('no database')),
      access: () => Promise.reject(new Error('no database')),
    },
  } satisfies Surroundings);

/** What a command printed, and how it ended. */
async function run(command: ReturnType<typeof showCommand>, ...args: readonly string[]) {
  await command.parseAsync(args, { from: 'user' });
  return { code: process.exitCode, out, err };
}

test('show tells all, to people and to machines', async () => {
  expect(await run(showCommand(open), 'hooli')).toMatchInlineSnapshot(`
   {
     "code": 0,
     "err": "",
     "out": "hooli, starter, active
     name     Hooli
     place    dev1a/data-shard-1, with 1 of 1250 tenants
     calls    10 a second (tier starter)
     scopes   none: its tokens allow nothing
     created  2026-11-26T12:00:00.000Z
     changed  2026-11-26T12:00:00.000Z (version 1)
   ",
   }
  `);
  out = '';
  await run(showCommand(open), 'hooli', '--json');
  expect(JSON.parse(out)).toMatchObject({ tenantId: 'hooli', place: { ...PLACE, tenants: 1, limit: 1250 } });
  expect(closed).toHaveBeenCalledTimes(2);
});

test('list is a table for people, and lines for machines', async () => {
  expect((await run(listCommand(open))).out).toMatchInlineSnapshot(`
   "  TENANT  TIER     STATE            PLACE               GOES ON  NAME
   ! acme             not in registry
     boring  starter  offboarded       dev1a/data-shard-1
   ! globex           not in registry
     hooli   starter  active           dev1a/data-shard-1           Hooli

   4 tenants
   ! acme has a file, and the registry does not know it: it gets no tokens until it is onboarded
   ! globex has a file, and the registry does not know it: it gets no tokens until it is onboarded
   "
  `);
  out = '';
  await run(listCommand(open), '--json', '--state', 'active', '--sort', 'id');
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { tenantId: string }).tenantId),
  ).toEqual(['hooli']);
  out = '';
  expect((await run(listCommand(open), '--cell', 'use1a')).out).toBe('No tenants.\n');
});

test('a mistake is told without a stack trace, with what to do, and has its exit code', async () => {
  expect(await run(showCommand(open), 'nobody')).toMatchInlineSnapshot(`
   {
     "code": 2,
     "err": "neither the registry nor a file knows a tenant nobody
     → npx bulkhead tenant list --env dev   shows all there are
   ",
     "out": "",
   }
  `);
  [out, err] = ['', ''];
  expect(await run(suspendCommand(open), 'boring', '--json')).toMatchInlineSnapshot(`
   {
     "code": 3,
     "err": "",
     "out": "{"type":"error","message":"boring is offboarded, and so cannot become suspended now: after offboarded comes nothing","next":["npx bulkhead tenant show boring --env dev   shows what it is in"]}
   ",
   }
  `);
  expect(closed).toHaveBeenCalledTimes(2);
});

test('what a command has done and has not is said', async () => {
  expect(await run(suspendCommand(open), 'hooli', '--rehearse')).toMatchInlineSnapshot(`
   {
     "code": 0,
     "err": "",
     "out": "hooli is suspended: it gets no tokens from now on
   tokens of hooli that are out are revoked in dev1a: authorizers refuse them within some seconds
   Not done:
     its data and its place are as they were: npx bulkhead tenant offboard hooli --env dev --rehearse takes leave of it
     npx bulkhead tenant resume hooli --env dev --rehearse serves it again
   ",
   }
  `);
});

test('exit codes mean something', () => {
  const cause = new Refused('no');
  expect(
    [
      new LifecycleError('x'),
      new Refused('x'),
      new Interrupted('x'),
      new OperationFailed('x'),
      new OperationFailed('x', [], { cause }),
      new VersionConflict('x', 1),
      new ConfigError('dev', []),
      Object.assign(new Error('x'), { name: 'CredentialsProviderError' }),
      Object.assign(new Error('x'), { name: 'InternalServerError', $fault: 'server' }),
      new TypeError('a bug'),
    ].map(codeOfMistake),
  ).toEqual([
    ...[EXIT.unusable, EXIT.refused, EXIT.interrupted, EXIT.failed, EXIT.refused, EXIT.failed, EXIT.unusable],
    ...[EXIT.unusable, EXIT.failed, undefined],
  ]);
});

test('nobody is asked where nobody sits', async () => {
  const command = tenantSubcommand('ask').action((flags: TenantFlags) =>
    inSurroundings(flags, async ({ confirm }) => confirm('Destroy it').then(() => EXIT.done), open),
  );
  expect(await run(command)).toEqual({
    code: EXIT.refused,
    out: '',
    err: 'Destroy it: nobody is there to ask\n  → add --yes to say it in the command\n',
  });
  expect((await run(command, '--yes')).code).toBe(EXIT.done);
});

test('Ctrl-C is told to the operation', async () => {
  const heard = jest.spyOn(process, 'on');
  const command = tenantSubcommand('wait').action((flags: TenantFlags) =>
    inSurroundings(
      flags,
      ({ signal }) => {
        // Not sent: the test runner listens to it, too.
        const listener = heard.mock.calls.find(([name]) => name === 'SIGINT')?.[1];
        listener?.();
        return signal.aborted
          ? Promise.reject(new Interrupted('stopped', ['go on']))
          : Promise.resolve(EXIT.done);
      },
      open,
    ),
  );
  expect(await run(command)).toEqual({
    code: EXIT.interrupted,
    out: '',
    err: '\nStopping when the phase at work ends; once more stops at once.\nstopped\n  → go on\n',
  });
});

test('progress: phases, notes, what waits, and what to do after a failure', () => {
  const lines: string[] = [];
  const report = humanReporter({ write: (text) => lines.push(text) });
  const phases = ['record', 'plan', 'deploy'].map((name) => ({ name, title: `${name}s it` }));
  const events: readonly LifecycleEvent[] = [
    { type: 'start', tenant: 'hooli', kind: 'onboard', key: 'k', phases, resumedAt: 'plan' },
    { type: 'phase_start', phase: 'record', title: 'records it' },
    { type: 'phase_end', phase: 'record', seconds: 0, skipped: true },
    { type: 'phase_start', phase: 'plan', title: 'plans it' },
    { type: 'note', phase: 'plan', text: '3 to create\nnothing to destroy' },
    { type: 'phase_end', phase: 'plan', seconds: 4.2 },
    { type: 'phase_start', phase: 'deploy', title: 'deploys it' },
    { type: 'waiting', phase: 'deploy', text: 'waits for noon', until: '12:00', next: ['the same command'] },
    {
      type: 'failed',
      phase: 'deploy',
      message: 'no',
      exists: ['a row'],
      missing: ['a stack'],
      next: ['go on'],
    },
    { type: 'end', outcome: 'undone', seconds: 5 },
  ];
  for (const event of events) report(event);
  expect(lines.join('')).toMatchInlineSnapshot(`
   "Onboarding hooli (key k): goes on at [2/3] plan
   [1/3] records it
         done before
   [2/3] plans it
         3 to create
         nothing to destroy
         4.2 s
   [3/3] deploys it
         waits for noon (until 12:00)
   Next:
     the same command

   Failed: no
   There already:
     a row
   Not there yet:
     a stack
   Next:
     go on
   Undone in 5.0 s
   "
  `);
});

test('help groups commands, and says what each is for', () => {
  const command = tenantCommand();
  const heads = command
    .helpInformation()
    .split('\n')
    .filter((line) => /^\S.*:$/.test(line));
  expect(heads).toEqual(['Options:', 'Look:', 'From the first day to the last:', 'When something is wrong:']);
  expect(command.commands.filter((one) => one.summary() === '').map((one) => one.name())).toEqual([]);
});

describe('in the cell of a tenant', () => {
  const asked: (readonly [cell: string, words: readonly string[]])[] = [];
  const inCell =
    (outcome: 'done' | 'failed' | 'goes on'): Open =>
    async (props) => ({
      ...(await open(props)),
      operations: {
        run: (cell, words, { tell }) => {
          asked.push([cell, words]);
          tell('use1a runs it: build x:1');
          return Promise.resolve({ build: 'x:1', outcome, log: 'aws logs tail x' });
        },
      },
    });
  beforeEach(() => {
    asked.length = 0;
  });

  test('the words go there as they were typed, without what says where', async () => {
    const args = ['hooli', '--shard', 'data-shard-2', '--soak', '0', '--undo', '--env', 'prod', '--in-cell'];
    const { code } = await run(moveCommand(inCell('done')), ...args, '--yes');
    expect(code).toBe(EXIT.done);
    expect(asked).toEqual([['dev1a', ['move', 'hooli', '--shard', 'data-shard-2', '--soak', '0', '--undo']]]);
    expect(out).toMatchInlineSnapshot(`
     "use1a runs it: build x:1
     hooli is active in dev1a/data-shard-1, tier starter
     "
    `);
  });

  test('a failure there is one here, and says where its log is', async () => {
    const { code } = await run(suspendCommand(inCell('failed')), 'hooli', '--in-cell');
    expect(code).toBe(EXIT.failed);
    expect(out).toContain('Failed: build x:1. Its log says why:\n  aws logs tail x');
    out = '';
    await run(suspendCommand(inCell('goes on')), 'hooli', '--in-cell', '--json');
    expect(process.exitCode).toBe(EXIT.waiting);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({
      ...{ type: 'in-cell', cell: 'dev1a', build: 'x:1', outcome: 'goes on' },
      tenant: { tenantId: 'hooli' },
    });
  });

  test('nobody is asked without a terminal, and a rehearsal has no other place', async () => {
    expect((await run(moveCommand(inCell('done')), 'hooli', '--undo', '--in-cell')).code).toBe(EXIT.refused);
    expect(err).toContain('add --yes');
    expect((await run(suspendCommand(open), 'hooli', '--in-cell', '--rehearse')).code).toBe(EXIT.refused);
    expect(err).toContain('leave out --in-cell');
    const away = ['hooli', '--cell', 'use1a', '--in-cell', '--yes'];
    expect((await run(moveCommand(inCell('done')), ...away)).code).toBe(EXIT.refused);
    expect(err).toContain('no cell reaches another one');
    expect(asked).toEqual([]);
  });
});
