import * as fs from 'node:fs';
import * as path from 'node:path';
import type { StackTemplate } from './configuration';
import { DeploymentError } from './mistake';
import { type Stack, TEMPLATE } from './platform';
import { type As, asReader } from './roles';

/**
 * Makes the folder that Terraform runs in for one stack: its configuration, with the roles of whoever it goes as, and its
 * assets. The synthesized output is never changed, so one output serves planners and deployers.
 *
 * @returns the folder
 * @throws DeploymentError when an asset is a link, which could lead anywhere
 */
export function prepareStack(stack: Stack, work: string, as: As): string {
  const folder = path.resolve(work, 'stacks', stack.name);
  fs.mkdirSync(folder, { recursive: true });
  const template = as === 'plan' ? asReader(stack.template) : stack.template;
  fs.writeFileSync(path.join(folder, TEMPLATE), JSON.stringify(localState(stack, template), null, 2));
  const assets = path.join(stack.folder, 'assets');
  fs.rmSync(path.join(folder, 'assets'), { recursive: true, force: true });
  if (!fs.existsSync(assets)) return folder;
  const links = fs
    .readdirSync(assets, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isFile() && !entry.isDirectory());
  if (links.length > 0 || fs.lstatSync(assets).isSymbolicLink()) {
    throw new DeploymentError(`assets of ${stack.name} must be files and folders, found a link among them`);
  }
  fs.cpSync(assets, path.join(folder, 'assets'), { recursive: true });
  return folder;
}

/** Where the stack's state is a file, that file. */
export function localStateOf({ folder, template }: Stack): string | undefined {
  const at = template.terraform?.backend?.['local']?.['path'];
  return typeof at === 'string' ? path.resolve(folder, at) : undefined;
}

/** The file that Terraform keeps beside a local state while it holds its lock. */
export const lockFileOf = (state: string): string =>
  path.join(path.dirname(state), `.${path.basename(state)}.lock.info`);

/** Local state is where the stack's own folder would have it. */
function localState(stack: Stack, template: StackTemplate): StackTemplate {
  const at = localStateOf(stack);
  if (at === undefined) return template;
  return { ...template, terraform: { ...template.terraform, backend: { local: { path: at } } } };
}
