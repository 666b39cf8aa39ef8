import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin, type BeginProps } from '../../lifecycle/begin';
import { FileRegistry } from '../../lifecycle/registry/file-registry';

let folder: string;
let registry: FileRegistry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'begin-'));
  registry = new FileRegistry({ folder });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const props = (more: Partial<BeginProps> = {}): BeginProps => ({
  ...{
    surroundings: { registry, environment: 'dev', kind: 'rehearsal' },
    kind: 'onboard',
    key: 'k1',
    by: 'ann',
    phase: 'record',
    now: 0,
  },
  attributes: { tenantId: 'acme', tier: 'enterprise', state: 'requested' },
  ...more,
});

test.each([[undefined], ['done' as const], ['undone' as const]])(
  'whoever asks with the key of the last operation gets that one, and nothing is written: outcome %s',
  async (outcome) => {
    const begun = await begin(undefined, props());
    const { operation } = begun;
    if (!operation) throw new Error('it has begun');
    const ended = { ...begun, version: 2, operation: { ...operation, ...(outcome && { outcome }) } };
    const item = await registry.write({ item: ended, expected: 1 });
    expect(await begin(item, props({ by: 'bob', now: 1000 }))).toBe(item);
    expect(await registry.get('acme')).toEqual(item);
  },
);

test('another operation waits until the last has ended', async () => {
  const item = await begin(undefined, props());
  for (const other of [{ key: 'k2' }, { kind: 'move' as const }]) {
    await expect(begin(item, props(other))).rejects.toMatchObject({
      message:
        'acme: an operation has not ended: onboard k1, in phase record since 1970-01-01T00:00:00.000Z, begun by ann',
      next: ['end it first: npx bulkhead tenant show acme --env dev --rehearse   says how'],
    });
  }
  expect(await registry.get('acme')).toEqual(item);
});

test('of two that begin at once one does', async () => {
  const both = await Promise.allSettled([begin(undefined, props()), begin(undefined, props({ key: 'k2' }))]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
