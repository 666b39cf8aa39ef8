import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../main';
import { describeWithTerraform, errorsOf, run, worldOf } from './support/run';

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

  /** A copy of this project's config, to change, and what a file of dev's says in it. */
  function copiedConfig(): { readonly root: string; readonly dev: (file: string) => string } {
    const root = join(scratch, 'root');
    cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
    return { root, dev: (file) => join(root, 'config/environments/dev', file) };
  }

  /** Replaces a part of a file; fails where there is nothing to replace. */
  function edit(file: string, change: (text: string) => string): void {
    const before = readFileSync(file, 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(file, after);
  }

  /** Deploys dev, changes its config, deploys it again, and tells what the second time did to each stack. */
  async function afterChanges(
    change: (dev: (file: string) => string) => void,
  ): Promise<Record<string, string>> {
    const { root, dev } = copiedConfig();
    const out = synthesizeTo('dev', root);
    await run(out);
    change(dev);
    synthesizeTo('dev', root);
    const rehearsed = await run(out, { keep: true });
    expect(errorsOf(rehearsed)).toBe('');
    const did = rehearsed.result.stacks.map(({ stack, created, changed, destroyed }) => {
      const counts = Object.entries({ created, changed, destroyed }).filter(([, count]) => count > 0);
      return [stack, counts.map(([what]) => what).join(', ') || 'untouched'];
    });
    return Object.fromEntries(did) as Record<string, string>;
  }

  const afterChange = (change: (config: string) => string): Promise<Record<string, string>> =>
    afterChanges((dev) => {
      edit(dev('platform.yaml'), change);
    });

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
    // The pooled tiers are let into the new shard and hear of it with their next releases, which change it too; gateways watch its
    // load, and nothing of the old one changes.
    const {
      'dev1a-tier-starter': starter,
      'dev1a-tier-professional': professional,
      'dev1a-gateway': gateway,
      delivery,
      ...rest
    } = others;
    expect([starter, professional]).toEqual(['created, changed', 'created, changed']);
    expect([gateway, delivery]).toEqual(['created', 'changed']);
    expect(new Set(Object.values(rest))).toEqual(new Set(['untouched']));
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

  it('touches no other stack when a dedicated tenant is added, but releases, which go to it too', async () => {
    const did = await afterChanges((dev) => {
      const acme = readFileSync(dev('tenants/acme.yaml'), 'utf8');
      writeFileSync(dev('tenants/acme-eu.yaml'), acme.replace('id: acme', 'id: acme-eu'));
    });
    const { 'dev1a-tenant-acme-eu': added, delivery, ...others } = did;
    expect([added, delivery]).toEqual(['created', 'changed']);
    expect(Object.keys(others)).toContain('dev1a-tenant-acme');
    expect(new Set(Object.values(others))).toEqual(new Set(['untouched']));
  });

  it("destroys nothing when a dedicated tenant's file is removed, and finds all of it when the file is back", async () => {
    const { root, dev } = copiedConfig();
    const out = synthesizeTo('dev', root);
    await run(out);
    const ofGlobex = () =>
      worldOf(out)
        .filter(({ stack }) => stack === 'dev1a-tenant-globex')
        .map(({ type }) => type)
        .sort();
    const before = ofGlobex();
    expect(before).toContain('aws_rds_cluster');
    const file = readFileSync(dev('tenants/globex.yaml'), 'utf8');
    rmSync(dev('tenants/globex.yaml'));
    synthesizeTo('dev', root);
    const without = await run(out, { keep: true });
    expect(errorsOf(without)).toBe('');
    expect(without.result.stacks.filter(({ destroyed }) => destroyed > 0)).toEqual([]);
    expect(without.result.stacks.map(({ stack }) => stack)).not.toContain('dev1a-tenant-globex');
    expect(ofGlobex()).toEqual(before);

    writeFileSync(dev('tenants/globex.yaml'), file);
    synthesizeTo('dev', root);
    const back = await run(out, { keep: true });
    expect(back.result.stacks.find(({ stack }) => stack === 'dev1a-tenant-globex')).toMatchObject({
      ...{ status: 'deployed', created: 0, changed: 0, destroyed: 0 },
    });
  });

  it("takes a leaving tenant's protection away in place, and touches nobody else but releases", async () => {
    const did = await afterChanges((dev) => {
      edit(dev('tenants/globex.yaml'), (text) => `${text}lifecycle: offboarding\n`);
    });
    const { 'dev1a-tenant-globex': leaving, delivery, ...others } = did;
    expect([leaving, delivery]).toEqual(['changed', 'changed']);
    expect(new Set(Object.values(others))).toEqual(new Set(['untouched']));
  });

  it('destroys nothing that holds data, and says what refuses', async () => {
    const out = synthesizeTo('dev');
    await run(out);
    const destroyed = await run(out, { mode: 'destroy', keep: true });
    expect(destroyed.result.ok).toBe(false);
    const said = errorsOf(destroyed);
    // The synthetic tenants stand on the registry.
    expect(said).toContain('aws_dynamodb_table_item.');
    expect(said).toContain('aws_s3_bucket.');
    expect(said).toContain('aws_rds_cluster_instance.');
    // What stands on the cache, tiers and tenants, refuses first.
    expect(said).toContain('aws_secretsmanager_secret.');
    expect(said).toContain('kubernetes_namespace_v1.');
    expect(said).toContain('prevent_destroy');
  });
});
