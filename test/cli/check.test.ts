import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCommand } from '../../cli/check';
import { CONTROLS } from '../../guarantees/isolation';

const ROOT = join(__dirname, '../..');

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bulkhead-cli-'));
  cpSync(join(ROOT, 'config/environments'), join(scratch, 'config/environments'), { recursive: true });
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
  process.exitCode = undefined;
});

/** Runs `bulkhead check`, and gives what it printed and its exit code. */
async function check(...args: readonly string[]): Promise<{ out: string; err: string; code: unknown }> {
  const printed = { out: '', err: '' };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed.out += String(text)))),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((printed.err += String(text)))),
  ];
  try {
    await checkCommand(scratch).parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { ...printed, code: process.exitCode };
}

const change = (file: string, edit: (text: string) => string): void => {
  const path = join(scratch, 'config/environments/dev', file);
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
};

describe('bulkhead check', () => {
  it('prints every verdict and the matrix, without colours where nobody looks', async () => {
    const { out, err, code } = await check('--env', 'dev');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).not.toContain('\u001b');
    expect(out).toContain('✓ capacity, dev1a: connections to a data shard');
    expect(out).toMatch(/^dev1a-tenant-acme +(✓ *){17}$/m);
    expect(out).toMatch(/^dev1a-tier-enterprise +(– *){17}$/m);
    for (const [index, { name }] of CONTROLS.entries()) expect(out).toContain(`${index + 1} ${name}`);
    expect(out.trimEnd().endsWith('Every guarantee is kept.')).toBe(true);
    const table = out.split('\n').filter((line) => /^(dev1a| +1 )/.test(line));
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
  }, 60_000);

  it('explains one tenant from its own stack: each control, and the address of what gives it', async () => {
    const { out, code } = await check('--env', 'dev', '--tenant', 'acme');
    expect(code).toBe(0);
    expect(out).toContain('dev1a-tenant-acme: tenant acme, namespace tenant-acme, tier enterprise');
    expect(out).toMatch(/✓ database: a database cluster of its own.*\n +dev1a-tenant-acme:aws_rds_cluster\./);
    for (const { name } of CONTROLS) expect(out).toContain(`✓ ${name}: `);
    expect(out).toContain('Nothing in its stack reaches what is another owner’s.');
    expect(out).not.toContain('globex');
  }, 60_000);

  it('prints all of it as JSON', async () => {
    const { out, code } = await check('--env', 'dev', '--tenant', 'acme', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({
      complete: false,
      stacks: ['dev1a-tenant-acme'],
      isolation: {
        findings: [],
        matrix: [{ stack: 'dev1a-tenant-acme', kind: 'tenant', id: 'acme', cell: 'dev1a' }],
      },
    });
  }, 60_000);

  it('looks at chosen stacks only, and says so', async () => {
    const { out, code } = await check('--env', 'dev', '--stacks', 'dev1a-cache,registry');
    expect(code).toBe(0);
    expect(out).toContain('Only registry, dev1a-cache were looked at.');
  }, 60_000);

  it('ends with 1 when a guarantee is broken, and still tells the others', async () => {
    change('tenants/acme.yaml', (text) => `${text}\nquota:\n  pods: 400\n`);
    const { out, code } = await check('--env', 'dev', '--tenant', 'acme');
    expect(code).toBe(1);
    expect(out).toContain('✗ capacity, dev1a: connections to the database of tenant acme');
    expect(out).toContain('✓ database: ');
  }, 60_000);

  it.each([
    ['the environment', ['--env', 'nowhere'], 'unknown environment "nowhere"'],
    [
      'the tenant',
      ['--env', 'dev', '--tenant', 'acmee'],
      '"acmee" is no dedicated tenant of dev (pooled ones have no stack); did you mean "acme"?',
    ],
    ['a stack', ['--env', 'dev', '--stacks', 'dev1a-cach'], '"dev1a-cach" matches no stack'],
  ])(
    'ends with 2 and one message when it does not know %s',
    async (_, args, message) => {
      const { out, err, code } = await check(...args);
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err).toContain(message);
      expect(err).not.toMatch(/^\s+at /m);
    },
    60_000,
  );

  it('ends with 2 and the problems of config, as JSON where that is asked for', async () => {
    change('tenants/acme.yaml', (text) => text.replace('cell: dev1a', 'cell: nowhere'));
    const plain = await check('--env', 'dev');
    expect(plain.code).toBe(2);
    expect(plain.err).toContain('tenants/acme.yaml');
    const { out, code } = await check('--env', 'dev', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ error: expect.stringContaining('tenants/acme.yaml') as string });
  }, 60_000);
});
