import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holding } from '../../files/lock';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { place, tenant } from '../support/tenant-items';

let folder: string;
let registry: FileRegistry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-registry-'));
  registry = new FileRegistry({ folder });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const fileOf = (id: string): string => {
  const found = readdirSync(join(folder, 'tenants'), { recursive: true, encoding: 'utf8' });
  return join(folder, 'tenants', found.find((file) => file.endsWith(`/${id}.json`)) ?? '');
};
/** A process that is no more. */
const dead = (): number => spawnSync('true').pid;

test('a tenant is a file that people can read', async () => {
  await registry.write({ item: tenant('acme', { name: 'Acme' }) });
  expect(readFileSync(fileOf('acme'), 'utf8')).toBe(
    `${JSON.stringify(tenant('acme', { name: 'Acme' }), null, 2)}\n`,
  );
  expect(readdirSync(folder)).toEqual(['tenants']);
});

test('a file that is no tenant’s is named, with what is wrong, and nothing is changed', async () => {
  await registry.write({ item: tenant('acme') });
  const file = fileOf('acme');
  writeFileSync(file, JSON.stringify({ ...tenant('other'), tier: 'gold', version: 0 }));
  await expect(registry.get('acme')).rejects.toMatchObject({
    message: expect.stringMatching(
      new RegExp(`^${file} is no tenant's item:\n  - tier: .*\n  - version: `),
    ) as string,
    next: ['put it right by hand, or restore it from a backup: nothing was changed'],
  });
  writeFileSync(file, JSON.stringify(tenant('other')));
  await expect(registry.get('acme')).rejects.toThrow('tenantId must be acme, got other');
  writeFileSync(file, '{ "tenantId": ');
  await expect(registry.write({ item: tenant('acme') })).rejects.toThrow(`${file} is no JSON: `);
  expect(readFileSync(file, 'utf8')).toBe('{ "tenantId": ');
});

test('an id that would be another file is refused', async () => {
  await expect(registry.get('../acme')).rejects.toThrow(
    `a tenant's id is lowercase letters, digits and hyphens, got "../acme"`,
  );
});

test('what a killed process had decided is finished by whoever comes next, readers too', async () => {
  const where = place('1');
  await registry.write({ item: tenant('acme', where), counts: [{ place: where, by: 1 }] });
  const item = { ...tenant('acme'), version: 2 };
  writeFileSync(
    join(folder, 'journal.json'),
    JSON.stringify([
      { path: ['places', 'use1a', 'data-shard-1.json'], content: { tenants: 0 } },
      {
        path: fileOf('acme')
          .slice(folder.length + 1)
          .split('/'),
        content: item,
      },
    ]),
  );
  symlinkSync(`${String(dead())}.0.x`, join(folder, '.lock'));
  expect(await registry.get('acme')).toEqual(item);
  expect(await registry.counts([where])).toEqual([{ ...where, tenants: 0 }]);
  expect(readdirSync(folder).sort()).toEqual(['places', 'tenants']);
});

describe('a lock', () => {
  const lock = (): string => join(folder, 'lock');

  test('of a dead process is taken away, also where whoever took it away died over it', () => {
    const [first, second] = [`${String(dead())}.0.a`, `${String(dead())}.0.b`];
    symlinkSync(first, lock());
    symlinkSync(second, `${lock()}.${first}`);
    expect(holding(lock(), () => existsSync(lock()) || readdirSync(folder))).toEqual(['lock']);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is given back after an error', () => {
    expect(() =>
      holding(lock(), () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(readdirSync(folder)).toEqual([]);
  });
});
