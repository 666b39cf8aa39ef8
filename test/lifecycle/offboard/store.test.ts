import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MANIFEST } from '../../../lifecycle/offboard/export/manifest';
import { readManifest } from '../../../lifecycle/offboard/export/verify';
import { bucketOf, openStore } from '../../../lifecycle/offboard/store/open';
import { partBytes } from '../../../lifecycle/offboard/store/s3';

describe('where an export goes', () => {
  it.each([
    ['s3://exports', { bucket: 'exports', prefix: '' }],
    ['s3://exports/tenants/', { bucket: 'exports', prefix: 'tenants' }],
    ['/srv/exports', undefined],
    ['exports', undefined],
  ])('%s', (text, place) => {
    expect(bucketOf(text)).toEqual(place);
  });

  it.each(['s3://Exports', 's3://a.b/c', 'https://example.com/x', 's3://'])('is never %s', (text) => {
    expect(() => bucketOf(text)).toThrow(`got ${text}`);
  });

  it('may have 880 GB in an object, in the 10,000 parts that S3 allows', () => {
    const bytes = Array.from({ length: 10_000 }, (_, at) => partBytes(at + 1)).reduce(
      (sum, part) => sum + part,
    );
    expect(bytes / 2 ** 30).toBeGreaterThan(850);
    expect(partBytes(1)).toBeGreaterThanOrEqual(5 * 2 ** 20);
  });
});

describe('a folder of exports', () => {
  const root = mkdtempSync(join(tmpdir(), 'bulkhead-store-'));
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const store = openStore(root, ['dev', 'acme', 'k1'], { owner: '444444444444', region: 'us-east-1' });

  it('is read by its owner alone, and holds no halves', async () => {
    await store.check();
    await store.put('tables/a.csv.gz', Readable.from([Buffer.from('abc')]));
    expect(readFileSync(join(store.where, 'tables/a.csv.gz'), 'utf8')).toBe('abc');
    expect(statSync(store.where).mode & 0o077).toBe(0);
    expect(statSync(join(store.where, 'tables/a.csv.gz')).mode & 0o077).toBe(0);
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('a');
        throw new Error('cut off');
      })(),
    );
    await expect(store.put('tables/b.csv.gz', broken)).rejects.toThrow('cut off');
    expect(readdirSync(join(store.where, 'tables')).filter((name) => name.endsWith('.gz'))).toEqual([
      'a.csv.gz',
    ]);
  });

  it('is no export without the manifest that was written', async () => {
    await expect(readManifest(store, 'ab')).rejects.toThrow(/ENOENT.*manifest\.json/);
    writeFileSync(join(store.where, MANIFEST), '{}');
    await expect(readManifest(store, 'ab')).rejects.toThrow(
      /manifest.json is not the manifest that was written: its SHA-256 is 44136fa.*, expected ab/,
    );
  });
});
