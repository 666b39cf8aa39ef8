import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReviewCache } from '../../cli/review/cache';
import { servesItsPackages } from '../../cli/review/packages';
import type { ReviewDocument } from '../../review/output/json';
import { KEY, output, run, temporary } from '../support/review-command';

afterEach(() => {
  process.exitCode = undefined;
});

describe('bulkhead review of output folders', () => {
  it('ends with 0 when nothing changes', async () => {
    const root = temporary();
    const [base, head] = [output(join(root, 'base'), KEY), output(join(root, 'head'), KEY)];
    const { out, err, code } = await run('review', root, base, head);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Nothing changes: 1 stack');
    // Nothing was synthesized, so nothing is kept.
    expect(existsSync(join(root, '.review'))).toBe(false);
  });

  it('ends with 20 at high risk, and writes a comment and a page beside', async () => {
    const root = temporary();
    const base = output(join(root, 'base'), KEY);
    const head = output(join(root, 'head'), { ...KEY, lifecycle: {} });
    const files = ['--markdown', join(root, 'deep/review.md'), '--html', join(root, 'review.html')];
    const { out, code } = await run('review', root, base, head, ...files);
    expect(code).toBe(20);
    expect(out).toMatch(/Who is affected\n {2}!! tenant acme in use1a/);
    expect(readFileSync(join(root, 'deep/review.md'), 'utf8')).toContain('risk high');
    expect(readFileSync(join(root, 'review.html'), 'utf8')).toMatch(/<svg[\s\S]*risk-high/);
    expect(readdirSync(root).sort()).toEqual(['base', 'deep', 'head', 'review.html']);
  });

  it('prints one document as JSON, with the environment that the folders are of', async () => {
    const root = temporary();
    const base = output(join(root, 'base'), KEY, 'prod');
    const head = output(join(root, 'head'), { ...KEY, deletion_window_in_days: 7 }, 'prod');
    const { out, code } = await run('review', root, base, head, '--json');
    const { risk, reviews } = JSON.parse(out) as ReviewDocument;
    expect(reviews.map((review) => [review.base.environment, review.head.environment])).toEqual([
      ['prod', 'prod'],
    ]);
    expect({ none: 0, low: 10, high: 20 }[risk]).toBe(code);
  });

  it('reviews several environments of folders that have them all', async () => {
    const root = temporary();
    for (const environment of ['dev', 'prod'])
      for (const side of ['base', 'head']) output(join(root, side, environment), KEY, environment);
    const { out, code } = await run(
      'review',
      root,
      join(root, 'base'),
      join(root, 'head'),
      '--env',
      'dev,prod',
    );
    expect(code).toBe(0);
    expect(out.match(/^(dev|prod): /gm)).toEqual(['dev: ', 'prod: ']);
  });

  it('prints in the place of a file that is named -', async () => {
    const root = temporary();
    const [base, head] = [output(join(root, 'base'), KEY), output(join(root, 'head'), KEY)];
    expect((await run('review', root, base, head, '--markdown', '-')).out).toMatch(
      /^<!-- bulkhead review -->\n/,
    );
    const both = await run('review', root, base, head, '--markdown', '-', '--html', '-');
    expect([both.code, both.err]).toEqual([
      2,
      'only one of --markdown -, --html - can be printed: name files for the others\n',
    ]);
  });

  it('says when a folder is of another environment than was asked for', async () => {
    const root = temporary();
    const base = output(join(root, 'base'), KEY);
    const { err, code } = await run('review', root, base, base, '--env', 'prod');
    expect(code).toBe(2);
    expect(err.replaceAll(root, '')).toMatch(/^\/base is output of dev, and prod was asked for/);
  });

  it('tells a mistake as JSON where JSON was asked for', async () => {
    const root = temporary();
    const base = output(join(root, 'base'), KEY);
    writeFileSync(join(base, 'stacks/use1a-tenant-acme/cdk.tf.json'), 'no JSON');
    const head = output(join(root, 'head'), KEY);
    const { out, code } = await run('review', root, base, head, '--json');
    expect(code).toBe(2);
    expect((JSON.parse(out) as { readonly error: string }).error).toContain('cdk.tf.json');
  });
});

describe('packages of a revision', () => {
  const at = (version: string, more: object = {}): object => ({ version, integrity: version, ...more });

  function serves(installed: object, locked: object): boolean {
    const [root, tree] = [temporary(), temporary()];
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    writeFileSync(join(tree, 'package-lock.json'), JSON.stringify({ packages: locked }));
    return servesItsPackages(root, tree);
  }

  it.each([
    ['are the same', { 'node_modules/a': at('1') }, { '': {}, 'node_modules/a': at('1') }, true],
    [
      'are among those that are installed',
      { 'node_modules/a': at('1'), 'node_modules/b': at('1') },
      { 'node_modules/a': at('1') },
      true,
    ],
    ['have another version', { 'node_modules/a': at('2') }, { 'node_modules/a': at('1') }, false],
    [
      'have another content',
      { 'node_modules/a': at('1') },
      { 'node_modules/a': { version: '1', integrity: 'x' } },
      false,
    ],
    ['are not installed', {}, { 'node_modules/a': at('1') }, false],
    ['are for development only', {}, { 'node_modules/a': at('1', { dev: true }) }, true],
    ['are of another platform', {}, { 'node_modules/a': at('1', { optional: true }) }, true],
    [
      'would find another one first',
      { 'node_modules/a': at('1'), 'node_modules/a/node_modules/b': at('2') },
      { 'node_modules/a': at('1'), 'node_modules/b': at('1') },
      false,
    ],
  ])('that %s', (_, installed, locked, expected) => {
    expect(serves(installed, locked)).toBe(expected);
  });

  it('cannot be told without a lock file', () => {
    expect(servesItsPackages(temporary(), temporary())).toBe(false);
  });
});

describe('the cache of reviews', () => {
  it('keeps what was used last, and what somebody may be reading', () => {
    const root = temporary();
    const cache = new ReviewCache(root);
    for (let commit = 0; commit < 20; commit++) {
      const draft = output(join(cache.draft(), 'out'), KEY);
      cache.keep(`commit-${String(commit)}`, 'dev', draft);
    }
    cache.discard();
    expect(readdirSync(join(root, '.review/commits'))).toHaveLength(20);
    expect(cache.find('commit-3', 'dev')).toBe(join(root, '.review/commits/commit-3/dev'));
    expect(cache.find('commit-3', 'prod')).toBeUndefined();
  });
});

describe('bulkhead diagram', () => {
  it('writes the picture of an output folder', async () => {
    const root = temporary();
    const out = output(join(root, 'out'), KEY);
    const svg = join(root, 'docs/platform.svg');
    expect(await run('diagram', root, '--out', out, '--svg', svg)).toEqual({
      ...{ code: 0, err: '' },
      out: `${svg}: 1 stack, 1 cell, 1 dedicated tenant\n`,
    });
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const printed = await run('diagram', root, '--out', out);
    expect(printed.out).toBe(readFileSync(svg, 'utf8'));
  });

  it('says what it shows as JSON, and what is wrong', async () => {
    const root = temporary();
    const out = output(join(root, 'out'), KEY);
    const { out: json } = await run('diagram', root, '--out', out, '--json');
    expect(JSON.parse(json)).toMatchObject({ name: 'bulkhead dev', cells: [{ id: 'use1a' }] });
    const wrong = await run('diagram', root, '--out', join(root, 'nowhere'));
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('no manifest.json');
  });
});
