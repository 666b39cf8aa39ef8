import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECK_EXITS } from '../../../constructs/core/schema-jobs';
import { ApiServer } from './api-server';
import { type Ended, Scene } from './scene';

const server = new ApiServer();
let scene: Scene;
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  scene = new Scene(server);
  scene.addDatabases('shard-1', 'shard-2', 'shard-3', 'shard-4', 'tenant-acme');
});

/** A folder with migrations of these names. */
function folderOf(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  for (const name of names) writeFileSync(join(folder, `${name}.yaml`), `operations: [] # ${name}`);
  writeFileSync(join(folder, 'README.md'), 'no migration');
  return folder;
}
const ONE = ['01_first'];
const TWO = [...ONE, '02_email'];
const THREE = [...TWO, '03_drop'];
const SHARDS = ['shard-1', 'shard-2', 'shard-3', 'shard-4'];

const expand = (
  names: readonly string[],
  databases: readonly string[] = ['shard-1'],
  more: Record<string, string> = {},
) =>
  scene.run(
    scene.environment({
      ...{
        STEP: 'expand',
        RING: 'internal',
        RELEASE: `r${String(names.length)}`,
        SCHEMA: names.at(-1) ?? '',
      },
      ...{ DATABASES: JSON.stringify(databases), MIGRATIONS_FOLDER: folderOf(...names), ...more },
    }),
  );
/** Has a database at a migration, with nothing of the one before. */
const at = (database: string, migration: string): void => {
  scene.cluster.put('configmaps', 'data-migrations', {
    metadata: { name: `schema-state-${database}` },
    data: {
      migration,
      phase: 'contracted',
      previous: '',
      at: '2026-11-01T00:00:00.000Z',
      release: 'r1',
      configMap: 'migrations-1',
      jobs: '1',
    },
  });
};
const failed = ({ text }: Ended): string => text.slice(text.indexOf('FAILED'), text.lastIndexOf('\n'));

describe('an expansion', () => {
  test("is a job with the release's migrations, and is written down", async () => {
    at('shard-1', '01_first');
    const ended = await expand(TWO);
    expect(ended.summary).toMatchObject({ ok: true, migration: '02_email', databases: 1, changed: 1 });
    const { migrations = '' } = scene.cluster.all('jobs')[0]?.metadata.annotations ?? {};
    expect(scene.cluster.get('configmaps', 'data-migrations', migrations)).toMatchObject({
      immutable: true,
      data: { '01_first.yaml': 'operations: [] # 01_first', '02_email.yaml': 'operations: [] # 02_email' },
    });
    expect(scene.schema('shard-1')).toEqual({
      migration: '02_email',
      phase: 'expanded',
      previous: '01_first',
      at: new Date(scene.now).toISOString(),
      release: 'r2',
      configMap: migrations,
      jobs: '2',
    });
  });

  test('is done where it was done, and makes no second job', async () => {
    await expand(ONE);
    const again = await expand(ONE);
    expect(again.summary).toMatchObject({ ok: true, changed: 0, seconds: 0 });
    expect(scene.jobs.begun).toEqual(['shard-1 expand 01_first']);
  });

  test('gives a new database all migrations, for nobody uses it yet', async () => {
    expect((await expand(THREE)).ok).toBe(true);
    expect(scene.schema('shard-1')).toMatchObject({ migration: '03_drop', phase: 'expanded', previous: '' });
  });

  test.each([[1], [2], [5]])(
    'takes the first database alone, then at most %i at a time',
    async (parallel) => {
      const { jobs } = scene;
      const most = Math.min(parallel, SHARDS.length - 1);
      // However slow this machine is: the first waits to be alone, and the others for one another.
      jobs.mayEnd = (database) =>
        database === 'shard-1' ? jobs.begun.length === 1 : jobs.mostAtOnce >= most;
      expect((await expand(ONE, SHARDS, { PARALLEL: String(parallel) })).ok).toBe(true);
      expect(scene.jobs.begun[0]).toBe('shard-1 expand 01_first');
      expect([...scene.jobs.begun].sort()).toEqual(SHARDS.map((shard) => `${shard} expand 01_first`));
      expect(scene.jobs.mostAtOnce).toBe(most);
    },
  );

  test('of the release before is no work when the pipeline goes back to it before the contract', async () => {
    at('shard-1', '01_first');
    await expand(TWO);
    expect((await expand(ONE)).summary).toMatchObject({ ok: true, changed: 0 });
  });
});

describe('an expansion that fails', () => {
  const fate = { step: 'pgroll', exit: 1, message: 'canceling statement due to lock timeout' };

  test('is taken back, and says what the job said and that nothing needs it', async () => {
    at('shard-1', '01_first');
    scene.jobs.fates.set('shard-1 expand', [fate]);
    const ended = await expand(TWO);
    expect(failed(ended).replace(/-[0-9a-f]{12}/g, '-<hash>')).toMatchInlineSnapshot(`
     "FAILED: ring internal, cell use1a, release r2, databases shard-1
       what happened: shard-1: expand of 02_email failed, and was taken back
         job schema-shard-1-<hash> failed: BackoffLimitExceeded
         pod schema-shard-1-<hash>-pod, pgroll: exit 1: canceling statement due to lock timeout
         failed: shard-1; done: none; not begun: none
       what to do: correct the migration and release again; nothing that runs needs it. If it was no fault of the migration, run the step again."
    `);
    expect(scene.jobs.begun).toEqual(['shard-1 expand 02_email', 'shard-1 rollback 02_email']);
    expect(scene.schema('shard-1')).toMatchObject({
      migration: '01_first',
      phase: 'contracted',
      release: 'r1',
    });
    expect((await expand(TWO)).ok).toBe(true);
  });

  test('at the first database comes to no other', async () => {
    scene.jobs.fates.set('shard-1 expand', [fate]);
    const ended = await expand(ONE, SHARDS);
    expect(ended.text).toContain('failed: shard-1; done: none; not begun: shard-2, shard-3, shard-4');
    expect(scene.schema('shard-2')).toEqual({});
  });

  test('at another leaves those that are done as they are', async () => {
    const { jobs } = scene;
    jobs.fates.set('shard-2 expand', [fate]);
    const wanted = { 'shard-2': 'shard-3 expand 01_first', 'shard-3': 'shard-2 rollback 01_first' };
    jobs.mayEnd = (database) =>
      database === 'shard-2' || database === 'shard-3' ? jobs.begun.includes(wanted[database]) : true;
    const ended = await expand(ONE, SHARDS, { PARALLEL: '2' });
    expect(ended.text).toContain('failed: shard-2; done: shard-1, shard-3; not begun: shard-4');
    expect(scene.schema('shard-3')).toMatchObject({ phase: 'expanded' });
    expect((await expand(ONE, SHARDS)).summary).toMatchObject({ ok: true, changed: 2 });
  });

  test('and cannot be taken back at once is taken back by the next run, which then goes on', async () => {
    at('shard-1', '01_first');
    scene.jobs.fates.set('shard-1 expand', [fate]);
    scene.jobs.fates.set('shard-1 rollback', [fate]);
    const ended = await expand(TWO);
    expect(ended.text).toContain('rollback of 02_email failed');
    expect(scene.schema('shard-1')).toMatchObject({ migration: '01_first' });
    expect((await expand(TWO)).ok).toBe(true);
    expect(scene.jobs.begun.slice(-2)).toEqual(['shard-1 rollback 02_email', 'shard-1 expand 02_email']);
  });

  test('because an earlier one ended in its midst is begun anew by itself, once', async () => {
    const interrupted = { step: 'check', exit: CHECK_EXITS.interrupted, message: 'half a migration' };
    scene.jobs.fates.set('shard-1 expand', [interrupted]);
    expect((await expand(ONE)).ok).toBe(true);
    expect(scene.jobs.begun).toEqual([
      'shard-1 expand 01_first',
      'shard-1 rollback 01_first',
      'shard-1 expand 01_first',
    ]);
    scene.jobs.fates.set('shard-2 expand', [interrupted, interrupted, interrupted]);
    expect((await expand(ONE, ['shard-2'])).ok).toBe(false);
  });

  test('only in that there was nothing to do is a success', async () => {
    scene.jobs.fates.set('shard-1 expand', [
      { step: 'check', exit: CHECK_EXITS.nothingToDo, message: 'is there' },
    ]);
    expect((await expand(ONE)).ok).toBe(true);
    expect(scene.schema('shard-1')).toMatchObject({ migration: '01_first', phase: 'expanded' });
  });

  test('to end in time is waited for by the next run', async () => {
    let isHeld = true;
    const tick = scene.jobs.tick.bind(scene.jobs);
    scene.jobs.tick = (now) => {
      if (!isHeld) tick(now);
    };
    const ended = await expand(ONE, ['shard-1'], { DEADLINE_MINUTES: '5' });
    expect(ended.text).toMatch(/job schema-shard-1-[0-9a-f]{12} has not ended by/);
    isHeld = false;
    expect((await expand(ONE)).ok).toBe(true);
    expect(scene.jobs.begun).toHaveLength(1);
  });
});

describe('an expansion is refused', () => {
  afterEach(() => {
    expect(scene.cluster.all('jobs')).toEqual([]);
  });

  test('while another is expanded and not contracted, with who and when', async () => {
    at('shard-1', '02_email');
    const state = scene.cluster.get('configmaps', 'data-migrations', 'schema-state-shard-1');
    scene.cluster.put('configmaps', 'data-migrations', {
      ...state,
      data: { ...state.data, phase: 'expanded', previous: '01_first' },
    });
    expect(failed(await expand(THREE))).toMatchInlineSnapshot(`
     "FAILED: ring internal, cell use1a, release r3, databases shard-1
       what happened: shard-1 got 02_email by r1 at 2026-11-01T00:00:00.000Z, and the one before is still there for releases that need it: a schema has one change at a time
         failed: shard-1; done: none; not begun: none
       what to do: let the service's contract pipeline remove the old side, which it does when everybody has run the newer release for long enough, then run the step again."
    `);
  });

  test('for two migrations at once, of a release that jumps over one', async () => {
    at('shard-1', '01_first');
    expect(failed(await expand(THREE))).toContain(
      'the release brings 2 migrations at once: 02_email, 03_drop',
    );
  });

  test('for a release from before the contract', async () => {
    at('shard-1', '02_email');
    expect(failed(await expand(ONE))).toContain('shard-1 no longer has 01_first: 02_email replaced it');
  });

  test('for migrations without one that the database has', async () => {
    at('shard-1', '01_other');
    expect(failed(await expand(TWO))).toContain(
      'shard-1 is at 01_other, which is not among the migrations of this release',
    );
  });

  test('for a database that no stack has brought', async () => {
    expect(failed(await expand(ONE, ['tenant-new']))).toContain(
      'has no config map schema-tenant-new with key job',
    );
  });

  test.each([
    ['none', [], 'must hold migrations (.json, .yaml), got none'],
    [
      'another last one',
      ['01_first', '02_zip'],
      'the last migration must be 02_email, as the release says, got 02_zip',
    ],
    ['a name that is none', ['01-First', '02_email'], '01-First must be named by 1-40 lowercase letters'],
  ])('for a folder with %s', async (_, names, reason) => {
    const ended = await expand(names, ['shard-1'], { SCHEMA: '02_email' });
    expect(failed(ended)).toContain(reason);
  });

  test('where somebody else has put other migrations under the name of these', async () => {
    await expand(ONE, ['tenant-acme']);
    const { configMap = '' } = scene.schema('tenant-acme');
    scene.cluster.put('configmaps', 'data-migrations', {
      metadata: { name: configMap },
      data: { '01_first.yaml': 'operations: [{sql: {up: DROP}}]' },
    });
    for (const { metadata } of scene.cluster.all('jobs'))
      scene.cluster.remove('jobs', 'data-migrations', metadata.name);
    expect(failed(await expand(ONE))).toContain('must hold the migrations of the release, and holds others');
  });
});

describe('a run that is killed', () => {
  // Config map, state, job, state: each lost before or after it was done.
  test.each([1, 2, 3, 4].flatMap((write) => [[write, 'before'] as const, [write, 'after'] as const]))(
    'the %i. time it wrote, %s it was done, is gone on with, and the job is made once',
    async (write, when) => {
      at('shard-1', '01_first');
      let writes = 0;
      let isKilled = false;
      scene.fault = (request) => {
        if (
          !isKilled &&
          request.method !== 'GET' &&
          request.path.includes('/data-migrations/') &&
          ++writes === write
        ) {
          isKilled = true;
          if (when === 'after') scene.cluster.answer(request);
        }
        return isKilled ? { status: 418 } : undefined;
      };
      expect((await expand(TWO)).ok).toBe(false);
      scene.fault = () => undefined;
      expect((await expand(TWO)).ok).toBe(true);
      expect(scene.jobs.begun).toEqual(['shard-1 expand 02_email']);
      expect(scene.schema('shard-1')).toMatchObject({
        migration: '02_email',
        phase: 'expanded',
        previous: '01_first',
      });
      expect(scene.schema('shard-1')['running']).toBeUndefined();
    },
  );

  test('leaves its expansion to the next release, which must wait for the contract', async () => {
    at('shard-1', '01_first');
    scene.fault = ({ method, path }) =>
      method === 'POST' && path.endsWith('/jobs') ? { status: 418 } : undefined;
    await expand(TWO);
    scene.fault = () => undefined;
    const ended = await expand(THREE);
    expect(ended.text).toContain('shard-1: expand of 02_email was begun by r2');
    expect(failed(ended)).toContain('a schema has one change at a time');
    expect(scene.schema('shard-1')).toMatchObject({ migration: '02_email', phase: 'expanded' });
  });
});

test('two runs at the same time make one job', async () => {
  at('shard-1', '01_first');
  const ended = await Promise.all([expand(TWO), expand(TWO)]);
  expect(ended.map(({ ok }) => ok)).toEqual([true, true]);
  expect(scene.jobs.begun).toEqual(['shard-1 expand 02_email']);
  expect(scene.schema('shard-1')).toMatchObject({ migration: '02_email', previous: '01_first', jobs: '2' });
});

test('a state that nobody can have written ends the step', async () => {
  scene.cluster.put('configmaps', 'data-migrations', {
    metadata: { name: 'schema-state-shard-1' },
    data: { phase: 'done' },
  });
  expect(failed(await expand(ONE))).toContain("has phase 'done', which nobody but a person can have written");
});
