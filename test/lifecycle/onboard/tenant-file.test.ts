import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTenantFile, writeTenantFile } from '../../../lifecycle/onboard/tenant-file';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'tenant-file-')), 'tenants', 'initech.yaml');
});
afterEach(() => {
  rmSync(join(file, '../..'), { recursive: true });
});

test('a file that came in the meantime is used if it says the same, and never written over', () => {
  expect(writeTenantFile(file, 'id: initech\ncell: use1a\n')).toBe(false);
  expect(writeTenantFile(file, '# by hand\ncell: use1a\nid: initech\n')).toBe(true);
  expect(() => writeTenantFile(file, 'id: initech\ncell: usw2a\n')).toThrow(
    'is there and says something else than was asked for: it was not changed',
  );
  expect(readFileSync(file, 'utf8')).toBe('id: initech\ncell: use1a\n');
  expect(readdirSync(join(file, '..'))).toEqual(['initech.yaml']);
});

test('a file that somebody has changed since is not taken away', () => {
  writeTenantFile(file, 'id: initech\n');
  expect(removeTenantFile(file, 'id: initech\ncell: use1a\n')).toBe(false);
  expect(removeTenantFile(file, 'id: initech\n')).toBe(true);
  expect(removeTenantFile(file, 'id: initech\n')).toBe(true);
});
