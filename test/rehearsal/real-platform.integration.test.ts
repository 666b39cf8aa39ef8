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

  it("changes nothing but tags when the platform's cost centre changes", async () => {
    const root = join(scratch, 'root');
    cpSync(join(ROOT, 'config/environments'), join(root, 'config/environments'), { recursive: true });
    const out = synthesizeTo('dev', root);
    await run(out);

    const file = join(root, 'config/environments/dev/platform.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^costCentre: .*$/m, 'costCentre: another'));
    synthesizeTo('dev', root);
    const { result } = await run(out, { keep: true });
    const counts = result.stacks.map(({ created, destroyed }) => ({ created, destroyed }));
    expect(counts).toEqual(result.stacks.map(() => ({ created: 0, destroyed: 0 })));
    expect(result.stacks.every(({ changed }) => changed > 0)).toBe(true);
  });

  it('destroys nothing that holds data, and says what refuses', async () => {
    const out = synthesizeTo('dev');
    await run(out);
    const destroyed = await run(out, { mode: 'destroy', keep: true });
    expect(destroyed.result.ok).toBe(false);
    const said = errorsOf(destroyed);
    expect(said).toContain('aws_dynamodb_table.');
    expect(said).toContain('aws_s3_bucket.');
    expect(said).toContain('prevent_destroy');
  });
});
