import { rmSync } from 'node:fs';
import { bundledCli, describeWithTerraform } from '../../rehearsal/support/run';
import {
  copyOf,
  leftBy,
  type Line,
  onboard,
  removeProject,
  scratchProject,
  worldOf,
} from './rehearsed-onboarding';

const GLOBEX = ['globex', '--tier', 'enterprise'];
const INITECH = [
  'initech',
  '--tier',
  'enterprise',
  '--name',
  'Initech',
  '--contact',
  'oncall@initech.example',
];

const phases = (lines: readonly Line[]): readonly (string | undefined)[] =>
  lines.filter(({ type }) => type === 'phase_start').map(({ phase }) => phase);

describeWithTerraform('an onboarding in rehearsal', () => {
  let cli: string;
  let grown: string;
  /** A world in which globex was onboarded without a break, and one in which only acme is there. */
  let whole: object;
  const roots: string[] = [];
  const fresh = (): string => {
    const root = copyOf(grown);
    roots.push(root);
    return root;
  };

  beforeAll(async () => {
    cli = bundledCli();
    grown = scratchProject();
    roots.push(grown);
    expect((await onboard(cli, grown, ['acme', '--tier', 'enterprise'])).code).toBe(0);
    const root = fresh();
    const { code, lines } = await onboard(cli, root, GLOBEX);
    expect(code).toBe(0);
    expect(phases(lines)).toEqual(['record', 'configure', 'plan', 'deploy', 'releases', 'activate', 'smoke']);
    expect(lines.at(-1)).toMatchObject({
      ...{ tenant: 'globex', state: 'active', cell: 'dev1a', hostname: 'globex.dev1a.dev.bulkhead.example' },
      secretName: 'bulkhead/dev/dev1a/tenant-globex/machine-credentials',
    });
    expect(JSON.stringify(lines)).not.toMatch(/eyJ|client_secret/);
    whole = leftBy(root, 'globex');
    // One machine client, and one for the people of its own provider.
    expect(worldOf(root)['dev1a-tenant-globex aws_lambda_invocation']).toBe(2);
  }, 600_000);

  afterAll(() => {
    roots.forEach(removeProject);
    rmSync(cli, { force: true });
  });

  it.each(['record', 'configure', 'plan', 'deploy', 'releases', 'activate', 'smoke'])(
    'killed with all its processes as phase %s begins, goes on, and leaves the same world',
    async (phase) => {
      const root = fresh();
      const cut = await onboard(
        cli,
        root,
        GLOBEX,
        (line) => line.type === 'phase_start' && line.phase === phase,
      );
      expect(cut.code).toBeNull();
      const { code, stderr } = await onboard(cli, root, GLOBEX);
      expect([code, stderr]).toEqual([0, '']);
      expect(leftBy(root, 'globex')).toEqual(whole);
    },
    300_000,
  );

  it('killed while Terraform makes resources, makes none twice', async () => {
    const root = fresh();
    const inTheMiddle = ({ type, text = '' }: Line): boolean =>
      type === 'note' && text.includes('tenant-globex: 21 of');
    expect((await onboard(cli, root, GLOBEX, inTheMiddle)).code).toBeNull();
    expect((await onboard(cli, root, GLOBEX)).code).toBe(0);
    expect(leftBy(root, 'globex')).toEqual(whole);
  }, 300_000);

  it('fails with what exists and what does not, and goes on when the cause is put right', async () => {
    const root = fresh();
    const address = await clusterOf(root);
    const failed = await onboard(cli, root, [...GLOBEX, '--fail', `dev1a-tenant-globex:${address}`]);
    expect(failed.code).toBe(1);
    expect(failed.lines.at(-1)).toMatchObject({
      ...{ type: 'failed', phase: 'deploy', message: expect.stringContaining('Injected failure') as string },
      missing: expect.arrayContaining([expect.stringContaining('dev1a-tenant-globex')]) as string[],
    });
    expect((await onboard(cli, root, GLOBEX)).code).toBe(0);
    expect(leftBy(root, 'globex')).toEqual(whole);
  }, 300_000);

  it('shares the world with another: the second waits its turn, and says so', async () => {
    const root = fresh();
    const both = await Promise.all([onboard(cli, root, GLOBEX), onboard(cli, root, INITECH)]);
    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const waits = both
      .flatMap(({ lines }) => lines)
      .filter(({ text = '' }) => text.startsWith('waits for another'));
    expect(waits.length).toBeGreaterThanOrEqual(1);
    const world = worldOf(root);
    expect(world['dev1a-tenant-globex aws_rds_cluster']).toBe(1);
    expect(world['dev1a-tenant-initech aws_rds_cluster']).toBe(1);
  }, 400_000);

  it('of the same tenant twice at once does nothing twice: one may say that the other is at work', async () => {
    const root = fresh();
    const both = await Promise.all([onboard(cli, root, GLOBEX), onboard(cli, root, GLOBEX)]);
    const codes = both.map(({ code }) => code).sort();
    expect(codes[0]).toBe(0);
    expect([0, 3]).toContain(codes[1]);
    expect(leftBy(root, 'globex')).toEqual(whole);
  }, 400_000);
});

/** Address of the tenant's database cluster, which its name in Terraform ends with a hash of. */
async function clusterOf(root: string): Promise<string> {
  const { readdirSync, readFileSync } = await import('node:fs');
  const out = readdirSync(`${root}/.rehearsal/dev/out`).find((name) => name.includes('tenant-acme')) ?? '';
  const stack = readFileSync(
    `${root}/.rehearsal/dev/out/${out}/stacks/dev1a-tenant-acme/cdk.tf.json`,
    'utf8',
  );
  const { resource } = JSON.parse(stack) as { resource: Record<string, Record<string, unknown>> };
  return `aws_rds_cluster.${Object.keys(resource['aws_rds_cluster'] ?? {})[0] ?? ''}`;
}
