import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Output } from '../../synth/output';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-output-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Files = Readonly<Record<string, string>>;

function put(to: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), content);
  }
}

/** Every file below a folder by its path. */
const filesOf = (from: string): Files =>
  Object.fromEntries(
    readdirSync(from, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(from.length + 1), readFileSync(path, 'utf8')]),
  );

/** Publishes an output of these files, and says which stacks it removed. */
function publish(files: Files, keeps: (stack: string) => boolean = () => false): readonly string[] {
  const output = new Output(folder);
  put(output.staging, { 'manifest.json': 'new', ...files });
  return output.publish(keeps);
}

test('what is written is not in its place before it is published', () => {
  put(folder, { 'manifest.json': 'old', 'stacks/a/cdk.tf.json': 'old' });
  const output = new Output(folder);
  put(output.staging, {
    'manifest.json': 'new',
    'stacks/a/cdk.tf.json': 'new',
    'stacks/b/cdk.tf.json': 'new',
  });
  expect(filesOf(folder)).toMatchObject({ 'manifest.json': 'old', 'stacks/a/cdk.tf.json': 'old' });
  expect(readdirSync(join(folder, 'stacks'))).toEqual(['a']);
  output.publish(() => false);
  expect(filesOf(folder)).toEqual({
    'manifest.json': 'new',
    'stacks/a/cdk.tf.json': 'new',
    'stacks/b/cdk.tf.json': 'new',
  });
});

test("Terraform's own files in a stack's folder stay", () => {
  const own = { 'stacks/a/.terraform.lock.hcl': 'locked', 'stacks/a/.terraform/providers/x': 'binary' };
  put(folder, { 'stacks/a/cdk.tf.json': 'old', ...own });
  publish({ 'stacks/a/cdk.tf.json': 'new' });
  expect(filesOf(folder)).toEqual({ 'manifest.json': 'new', 'stacks/a/cdk.tf.json': 'new', ...own });
});

test('assets are those of the new configuration, to the last file', () => {
  put(folder, {
    'stacks/a/cdk.tf.json': 'old',
    'stacks/a/assets/changed/1111/manifests.json': 'old',
    'stacks/a/assets/same/2222/manifests.json': 'tampered with',
    'stacks/a/assets/same/2222/templates/more.yaml': 'slipped in',
    'stacks/a/assets/gone/3333/manifests.json': 'old',
  });
  const files = {
    'stacks/a/cdk.tf.json': 'new',
    'stacks/a/assets/changed/4444/manifests.json': 'new',
    'stacks/a/assets/same/2222/manifests.json': 'right',
    'stacks/a/assets/added/5555/manifests.json': 'new',
  };
  publish(files);
  expect(filesOf(folder)).toEqual({ 'manifest.json': 'new', ...files });
  expect(readdirSync(join(folder, 'stacks/a/assets'))).toEqual(['added', 'changed', 'same']);
});

test('a folder where a file should be, and a file where a folder should be, do not outlast it', () => {
  put(folder, { 'stacks/a/assets/x/1111/values.yaml/odd': 'odd', 'stacks/a/assets/y': 'odd' });
  const files = { 'stacks/a/assets/x/1111/values.yaml': 'new', 'stacks/a/assets/y/2222/values.yaml': 'new' };
  publish(files);
  expect(filesOf(folder)).toEqual({ 'manifest.json': 'new', ...files });
});

test('a stack without assets keeps none', () => {
  put(folder, { 'stacks/a/assets/x/1111/values.yaml': 'old' });
  publish({ 'stacks/a/cdk.tf.json': 'new' });
  expect(readdirSync(join(folder, 'stacks/a'))).toEqual(['cdk.tf.json']);
});

test('stacks that were not written stay if they are kept, and are named if they are removed', () => {
  for (const name of ['kept', 'z-gone', 'gone']) put(folder, { [`stacks/${name}/cdk.tf.json`]: 'old' });
  expect(publish({ 'stacks/a/cdk.tf.json': 'new' }, (name) => name === 'kept')).toEqual(['gone', 'z-gone']);
  expect(readdirSync(join(folder, 'stacks'))).toEqual(['a', 'kept']);
});

test('nothing else is left in the folder', () => {
  publish({ 'stacks/a/cdk.tf.json': 'new' });
  publish({ 'stacks/a/cdk.tf.json': 'newer' });
  expect(readdirSync(folder)).toEqual(['manifest.json', 'stacks']);
});

test('what is discarded leaves the folder as it was', () => {
  put(folder, { 'stacks/a/cdk.tf.json': 'old' });
  const output = new Output(folder);
  put(output.staging, { 'stacks/a/cdk.tf.json': 'new' });
  output.discard();
  expect(readdirSync(folder)).toEqual(['stacks']);
  expect(filesOf(folder)).toEqual({ 'stacks/a/cdk.tf.json': 'old' });
});

test('folders that were made for it go with it, unless something is in them by now', () => {
  const made = join(folder, 'new');
  new Output(join(made, 'out')).discard();
  expect(existsSync(made)).toBe(false);

  const output = new Output(join(made, 'out'));
  put(made, { 'of-somebody-else': '' });
  output.discard();
  expect(readdirSync(made)).toEqual(['of-somebody-else']);
});

test('what a killed process left behind is removed, what a living one writes is not', () => {
  const { pid: dead } = spawnSync('true');
  for (const pid of [dead, process.ppid]) put(folder, { [`.synth-${pid}-abc/stacks/a/cdk.tf.json`]: 'half' });
  symlinkSync(`${dead}.0.x`, join(folder, '.publishing'));
  publish({ 'stacks/a/cdk.tf.json': 'new' });
  expect(readdirSync(folder)).toEqual([`.synth-${process.ppid}-abc`, 'manifest.json', 'stacks']);
});
