import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTree, review } from '../../review';
import { synthesized } from '../support/synthesized';

/** What a review says of the real `dev` platform. */
const base = (): string => synthesized({ environment: 'dev' });

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-review-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** The platform with a text in its files in place of another. */
function changed(isAsked: (stack: string) => boolean, before: string | RegExp, after: string): string {
  const head = mkdtempSync(join(scratch, 'head-'));
  cpSync(base(), head, { recursive: true });
  for (const stack of readdirSync(join(head, 'stacks')).filter(isAsked)) {
    const file = join(head, 'stacks', stack, 'cdk.tf.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(before, after));
  }
  return head;
}

const reviewOf = (head: string) => review(readTree(base()), readTree(head));

describe('the platform as it is', () => {
  it('is nothing beside itself, in JSON without white space too', async () => {
    const head = changed(() => false, '', '');
    for (const stack of readdirSync(join(head, 'stacks'))) {
      const file = join(head, 'stacks', stack, 'cdk.tf.json');
      writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))));
    }
    expect(await reviewOf(head)).toMatchObject({ risk: 'none', stacks: [] });
  });
});

describe('a tenant that comes', () => {
  it('is one new stack, and what everybody shares', async () => {
    const { stacks, affected } = await reviewOf(synthesized({ environment: 'dev', tenants: ['newcomer'] }));
    expect(stacks.find(({ fate }) => fate === 'new')).toMatchObject({
      stack: 'dev1a-tenant-newcomer',
      owner: { cell: 'dev1a', tier: 'enterprise', tenant: 'newcomer' },
    });
    expect(stacks.flatMap(({ findings }) => findings).filter(({ kind }) => kind === 'data')).toEqual([]);
    expect(affected.map(({ who }) => who.tenant)).toContain('newcomer');
    expect(affected.map(({ who }) => who.tenant)).not.toContain('globex');
  });
});

describe('one setting of one tenant', () => {
  it('is found with all that it brings about, and nothing else', async () => {
    const { stacks, unchanged, affected } = await reviewOf(
      changed(
        (stack) => stack === 'dev1a-tenant-acme',
        '"storage_encrypted": true',
        '"storage_encrypted": false',
      ),
    );
    expect(stacks.map(({ stack }) => stack)).toEqual(['dev1a-tenant-acme']);
    expect(unchanged).toBe(readTree(base()).stacks.length - 1);
    expect(affected.map(({ text }) => text)).toEqual(['tenant acme in dev1a']);
    const [cluster] = stacks[0]?.changes.filter(({ type }) => type === 'aws_rds_cluster') ?? [];
    expect(cluster).toMatchObject({
      fate: 'replace',
      attributes: [{ path: 'storage_encrypted', before: 'true', after: 'false' }],
    });
    const kinds = new Set(
      stacks[0]?.findings.filter(({ level }) => level === 'high').map(({ kind }) => kind),
    );
    expect([...kinds].sort()).toEqual(['data', 'encryption', 'protection']);
  });
});
