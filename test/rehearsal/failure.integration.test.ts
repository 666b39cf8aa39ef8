import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { layoutOf } from '../../rehearsal/runner/workspace';
import { queues, scratchFolder, writePlatform } from './support/json-platform';
import {
  bundledCli,
  describeWithTerraform,
  ended,
  errorsOf,
  idsOf,
  processesWith,
  run,
  startCli,
  until,
  worldFolder,
  worldOf,
} from './support/run';

/** A database stack whose resources need one another in a row. */
const DATABASE = {
  resource: {
    aws_db_subnet_group: { main: { name: 'main', subnet_ids: ['subnet-1', 'subnet-2'] } },
    aws_rds_cluster: {
      main: {
        cluster_identifier: 'main',
        engine: 'aurora-postgresql',
        db_subnet_group_name: '${aws_db_subnet_group.main.name}',
        skip_final_snapshot: true,
      },
    },
    aws_rds_cluster_instance: {
      writer: {
        cluster_identifier: '${aws_rds_cluster.main.id}',
        identifier: 'writer',
        engine: 'aurora-postgresql',
        instance_class: 'db.serverless',
      },
      reader: {
        cluster_identifier: '${aws_rds_cluster.main.id}',
        identifier: 'reader',
        engine: 'aurora-postgresql',
        instance_class: 'db.serverless',
      },
    },
    aws_ssm_parameter: {
      endpoint: {
        name: '/db',
        type: 'String',
        insecure_value: '${aws_rds_cluster_instance.writer.endpoint}',
      },
    },
  },
};

describeWithTerraform('a resource that is made to fail', () => {
  it('stops the stacks that need it, lets the others finish, and creates nothing twice when run again', async () => {
    const out = writePlatform({
      database: DATABASE,
      above: { after: ['database'], ...queues('above', 1) },
      beside: queues('beside', 2),
    });
    const failed = await run(out, { fail: 'aws_rds_cluster_instance.writer' });
    expect(failed.result.ok).toBe(false);
    expect(failed.result.stacks.map(({ stack, status, blockedBy }) => [stack, status, blockedBy])).toEqual([
      ['database', 'failed', undefined],
      ['above', 'skipped', 'database'],
      ['beside', 'deployed', undefined],
    ]);
    expect(failed.result.stacks[0]?.failures).toEqual([
      {
        address: 'aws_rds_cluster_instance.writer',
        summary: 'Injected failure',
        detail: expect.stringContaining('--fail') as string,
      },
    ]);
    const before = idsOf(out, 'database');
    expect(Object.keys(before).sort()).toEqual([
      'aws_db_subnet_group.main',
      'aws_rds_cluster.main',
      'aws_rds_cluster_instance.reader',
    ]);

    const resumed = await run(out);
    expect(errorsOf(resumed)).toBe('');
    expect(resumed.events).toContainEqual(expect.objectContaining({ type: 'start', resumed: true }));
    expect(resumed.result.stacks.map(({ stack, created, destroyed }) => [stack, created, destroyed])).toEqual(
      [
        ['database', 2, 0],
        ['above', 1, 0],
        ['beside', 0, 0],
      ],
    );
    expect(idsOf(out, 'database')).toMatchObject(before);
    expect(worldOf(out).filter(({ stack }) => stack === 'database')).toHaveLength(5);
  }, 60_000);

  it('is the one named, where others of its type are planned alike', async () => {
    const out = writePlatform({ one: queues('one', 3) });
    const failed = await run(out, { fail: 'aws_sqs_queue.one-1' });
    expect(failed.result.stacks[0]?.failures.map(({ address }) => address)).toEqual(['aws_sqs_queue.one-1']);
    expect(Object.keys(idsOf(out, 'one')).sort()).toEqual(['aws_sqs_queue.one-0', 'aws_sqs_queue.one-2']);
  }, 30_000);

  it('must exist, in one stack only', async () => {
    const out = writePlatform({ one: queues('q', 1), two: queues('q', 1) });
    await expect(run(out, { fail: 'aws_sqs_queue.q-7' })).rejects.toThrow(
      '--fail aws_sqs_queue.q-7: there is no such resource. Resources of this type: one:aws_sqs_queue.q-0, two:aws_sqs_queue.q-0',
    );
    await expect(run(out, { fail: 'aws_sqs_queue.q-0' })).rejects.toThrow(
      'several stacks have this resource; name one: one:aws_sqs_queue.q-0, two:aws_sqs_queue.q-0',
    );
  });
});

describeWithTerraform('what must not be destroyed', () => {
  it('is refused by Terraform itself, with the resource named, and stays', async () => {
    const out = writePlatform({
      kept: {
        resource: { aws_s3_bucket: { audit: { bucket: 'audit', lifecycle: { prevent_destroy: true } } } },
      },
    });
    await run(out);
    const refused = await run(out, { mode: 'destroy' });
    expect(errorsOf(refused)).toMatch(/^aws_s3_bucket\.audit: Instance cannot be destroyed/);
    expect(worldOf(out)).toHaveLength(1);
  }, 30_000);
});

describeWithTerraform('a rehearsal that is ended from outside', () => {
  const cli = bundledCli();
  const COUNT = 40;

  function platform(): string {
    return writePlatform({ slow: queues('slow', COUNT) }, path.join(scratchFolder(), 'out'));
  }

  function worldLines(out: string): number {
    const world = layoutOf(worldFolder(out)).worldFile;
    return fs.existsSync(world) ? fs.readFileSync(world, 'utf8').split('\n').length - 1 : 0;
  }

  afterAll(() => {
    fs.rmSync(cli, { force: true });
  });

  it('by SIGKILL in the middle of an apply leaves no process behind for the next one, which creates nothing twice', async () => {
    const out = platform();
    const child = startCli(cli, out, ['--latency', '150', '--folder', worldFolder(out)]);
    const gone = ended(child);
    await until(() => worldLines(out) >= 12, 'a third of the queues');
    child.kill('SIGKILL');
    await gone;
    const standing = worldOf(out).map(({ value }) => value['id']);
    expect(standing.length).toBeGreaterThan(0);
    expect(standing.length).toBeLessThan(COUNT);

    const resumed = await run(out);
    expect(errorsOf(resumed)).toBe('');
    expect(resumed.events).toContainEqual(expect.objectContaining({ type: 'start', resumed: true }));
    const world = worldOf(out);
    expect(world).toHaveLength(COUNT);
    expect(new Set(world.map(({ value }) => value['name'])).size).toBe(COUNT);
    expect(world.map(({ value }) => value['id'])).toEqual(expect.arrayContaining(standing));
    expect(Object.values(idsOf(out, 'slow')).sort()).toEqual(world.map(({ value }) => value['id']).sort());
    expect(processesWith(worldFolder(out))).toEqual([]);
  }, 60_000);

  it('and that lost its state altogether finds everything that it had created', async () => {
    const out = writePlatform({ lost: queues('lost', 5) });
    await run(out);
    const before = idsOf(out, 'lost');
    fs.rmSync(layoutOf(worldFolder(out)).stateFile('lost'));
    expect(errorsOf(await run(out, { keep: true }))).toBe('');
    expect(idsOf(out, 'lost')).toEqual(before);
    expect(worldOf(out)).toHaveLength(5);
  }, 30_000);

  it('and whose Terraform could not send its state any more goes on from what that Terraform left behind', async () => {
    const out = writePlatform({ orphan: queues('orphan', 5) });
    await run(out);
    const before = idsOf(out, 'orphan');
    const layout = layoutOf(worldFolder(out));
    fs.renameSync(layout.stateFile('orphan'), path.join(layout.stackFolder('orphan'), 'errored.tfstate'));
    const resumed = await run(out, { keep: true });
    expect(errorsOf(resumed)).toBe('');
    expect(resumed.result.stacks[0]).toMatchObject({ created: 0, changed: 0, destroyed: 0 });
    expect(idsOf(out, 'orphan')).toEqual(before);
  }, 30_000);

  it('by Ctrl-C saves its state, exits with 130, and leaves no process and no socket', async () => {
    const out = platform();
    const child = startCli(cli, out, ['--latency', '150', '--folder', worldFolder(out)]);
    const gone = ended(child);
    await until(() => worldLines(out) >= 8, 'some queues');
    const { socketFolder } = JSON.parse(fs.readFileSync(layoutOf(worldFolder(out)).runFile, 'utf8')) as {
      socketFolder: string;
    };
    expect(fs.readdirSync(socketFolder)).toEqual([expect.stringMatching(/\.sock$/)]);
    child.kill('SIGINT');
    const { code, stdout } = await gone;
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted');
    expect(fs.existsSync(socketFolder)).toBe(false);
    expect(processesWith(worldFolder(out))).toEqual([]);
    expect(Object.keys(idsOf(out, 'slow')).length).toBe(worldOf(out).length);
  }, 60_000);

  it('is not disturbed by a second rehearsal in the same place, which says who is there', async () => {
    const out = platform();
    const child = startCli(cli, out, ['--latency', '150', '--folder', worldFolder(out)]);
    const gone = ended(child);
    await until(() => worldLines(out) >= 2, 'the first queues');
    await expect(run(out)).rejects.toThrow(`Another rehearsal (process ${String(child.pid)}) is at work`);
    child.kill('SIGTERM');
    expect((await gone).code).toBe(130);
  }, 60_000);

  it('without a terraform binary says in one sentence how to get one', async () => {
    const empty = scratchFolder();
    const { code, stdout, stderr } = await ended(
      startCli(cli, platform(), [], { HOME: os.homedir(), PATH: empty }),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trim()).toBe(
      'A rehearsal needs Terraform 1.11 or newer (or OpenTofu 1.10 or newer) on the PATH: see https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install.',
    );
  });

  it('tells machines everything as lines of JSON', async () => {
    const out = writePlatform({ one: queues('one', 2) });
    const { code, stdout } = await ended(startCli(cli, out, ['--json', '--folder', worldFolder(out)]));
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(code).toBe(0);
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'stack_start',
      'stack_plan',
      'resource',
      'resource',
      'stack_end',
      'summary',
    ]);
    expect(events.at(-1)).toMatchObject({
      ok: true,
      interrupted: false,
      stacks: [{ stack: 'one', created: 2, changed: 0, destroyed: 0 }],
    });
  });
});
