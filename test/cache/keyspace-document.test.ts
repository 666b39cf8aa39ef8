import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYSPACE } from '../../constructs/cache/keyspace';
import { KEYSPACE_DOCUMENT, keyspaceDocument } from '../../constructs/cache/keyspace-document';

it('is what the keyspace says; after a change run `npm run keyspace`', () => {
  expect(readFileSync(join(__dirname, '../..', KEYSPACE_DOCUMENT), 'utf8')).toBe(keyspaceDocument());
});

it('tells of every kind of key how long it lives', () => {
  const rows = keyspaceDocument()
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const lives = KEYSPACE.map(({ key }) =>
    rows
      .find((row) => row.includes(`${key}\``))
      ?.split('|')[4]
      ?.trim(),
  );
  expect(lives).toHaveLength(KEYSPACE.length);
  for (const life of lives) expect(life).toMatch(/^\d+ (second|minute|hour|day)s?$/);
});

it('lists the commands of the users and none that look at the whole keyspace', () => {
  const commands = keyspaceDocument().split('## Commands')[1] ?? '';
  expect(commands).toContain('`INCRBY`');
  expect(commands).toContain('`CLUSTER SLOTS`');
  for (const refused of ['KEYS', 'SCAN', 'FLUSHALL', 'CONFIG', 'EVAL']) {
    expect(commands).not.toContain(`\`${refused}\``);
  }
});
