import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../main';
import { describeWithTerraform, errorsOf, run } from './support/run';

const ROOT = join(__dirname, '../..');

describeWithTerraform("this repository's own platform", () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'bulkhead-platform-'));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  const synthesizeTo = (environment: string, root = ROOT): string => {
    const outdir = join(scratch, 'out');
    synthesize({ root, environment, stacks: [], outdir });
    return outdir;
  };

  it.each(['dev', 'prod'])('deploys %s whole, and plans nothing the second time', async (environment) => {
    const rehearsed = await run(synthesizeTo(environment), { verify: true });
    expect(errorsOf(rehearsed)).toBe('');
    expect(rehearsed.result.ok).toBe(true);
  });

  /** Deploys dev, changes its config, deploys it again, and tells what the second time did to each stack. */
  async function afterChange(change: (config: string) => string): Promise<Record<string, string>> {
    const root = join(scratch, 'root');
    cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
    const out = synthesizeTo('dev', root);
    await run(out);
    const file = join(root, 'config/environments/dev/platform.yaml');
    const before = readFileSync(file, 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(file, after);
    synthesizeTo('dev', root);
    const rehearsed = await run(out, { keep: true });
    expect(errorsOf(rehearsed)).toBe('');
    const did = rehearsed.result.stacks.map(({ stack, created, changed, destroyed }) => {
      const counts = Object.entries({ created, changed, destroyed }).filter(([, count]) => count > 0);
      return [stack, counts.map(([what]) => what).join(', ') || 'untouched'];
    });
    return Object.fromEntries(did) as Record<string, string>;
  }

  it('only changes tags, everywhere, when the cost centre changes', async () => {
    const did = await afterChange((config) => config.replace(/^costCentre: .*$/m, 'costCentre: another'));
    expect(new Set(Object.values(did))).toEqual(new Set(['changed']));
  });

  it('touches no existing shard when one is added', async () => {
    const did = await afterChange((config) =>
      config.replace(/(?<before>tenants:.*?starter: )\d+/s, '$<before>1300'),
    );
    const { 'dev1a-data-shard-2': added, ...others } = did;
    expect(added).toBe('created');
    expect(new Set(Object.values(others))).toEqual(new Set(['untouched']));
  });

  it('resizes a shard in place', async () => {
    const did = await afterChange((config) =>
      config.replace(
        'maxTenantsPerShard: 1250',
        'maxTenantsPerShard: 1250\n        idleAcuPerThousandTenants: 4',
      ),
    );
    const { 'dev1a-data-shard-1': resized, ...others } = did;
    expect(resized).toBe('changed');
    expect(new Set(Object.values(others))).toEqual(new Set(['untouched']));
  });

  it('destroys nothing that holds data, and says what refuses', async () => {
    const out = synthesizeTo('dev');
    await run(out);
    const destroyed = await run(out, { mode: 'destroy', keep: true });
    expect(destroyed.result.ok).toBe(false);
    const said = errorsOf(destroyed);
    expect(said).toContain('aws_dynamodb_table.');
    expect(said).toContain('aws_s3_bucket.');
    expect(said).toContain('aws_rds_cluster_instance.');
    expect(said).toContain('aws_elasticache_replication_group.');
    expect(said).toContain('prevent_destroy');
  });
});
