import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { queues, scratchFolder, writePlatform } from './support/json-platform';
import { bundledCli, describeWithTerraform, ended, startCli, until } from './support/run';

describeWithTerraform('the stand-ins alone', () => {
  const cli = bundledCli();

  afterAll(() => {
    fs.rmSync(cli, { force: true });
  });

  it('serve a Terraform that somebody else runs, until Ctrl-C', async () => {
    const out = writePlatform({ one: queues('one', 2) });
    const child = startCli(cli, out, ['--serve', '--folder', scratchFolder()]);
    let printed = '';
    child.stdout?.on('data', (text: Buffer) => (printed += text.toString()));
    const gone = ended(child);
    await until(() => printed.includes('\n'), 'the line to export');
    const reattach = /^export TF_REATTACH_PROVIDERS='(.*)'$/m.exec(printed)?.[1] ?? '';
    const folder = path.join(out, 'stacks', 'one');
    const template = path.join(folder, 'cdk.tf.json');
    fs.writeFileSync(template, fs.readFileSync(template, 'utf8').replace(/"s3": \{[^}]*\}/, '"local": {}'));
    const terraform = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
      spawnSync('terraform', [...args, '-no-color'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, TF_REATTACH_PROVIDERS: reattach },
      });
    expect(terraform('init').status).toBe(0);
    expect(terraform('apply', '-auto-approve').stdout).toContain(
      'Apply complete! Resources: 2 added, 0 changed, 0 destroyed.',
    );
    expect(terraform('plan').stdout).toContain('No changes.');
    child.kill('SIGINT');
    expect((await gone).code).toBe(0);
  }, 30_000);
});
