import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { DeploymentError } from './mistake';
import type { Stack } from './platform';

/**
 * Installs the providers of all stacks once, and tells Terraform to take them from there. Otherwise every stack would fetch
 * its own, and a shared cache of plugins is not safe for several at a time ("Provider Plugin Cache", Terraform CLI).
 *
 * @param binary Terraform's or OpenTofu's
 * @param folder where they are kept from one run to the next
 * @returns environment of every Terraform that follows. None if providers run already (`TF_REATTACH_PROVIDERS`)
 * @throws DeploymentError in Terraform's words, or when stacks want different versions
 */
export function installProviders(
  binary: string,
  stacks: readonly Stack[],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  if (environment['TF_REATTACH_PROVIDERS'] !== undefined) return {};
  const wanted = requirements(stacks);
  const digest = createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 16);
  const place = path.resolve(folder, 'providers', digest);
  const settings = path.join(place, SETTINGS);
  if (!fs.existsSync(settings)) install(binary, place, wanted, environment);
  return { TF_CLI_CONFIG_FILE: settings };
}

/** Into a folder of its own first: several operations may want the same at the same time, and each is to find it whole. */
function install(binary: string, place: string, wanted: object, environment: NodeJS.ProcessEnv): void {
  const draft = `${place}.${String(process.pid)}`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { recursive: true });
  fs.writeFileSync(
    path.join(draft, 'main.tf.json'),
    JSON.stringify({ terraform: { required_providers: wanted } }),
  );
  const args = ['init', '-backend=false', '-input=false', '-no-color'];
  const { status, stdout, stderr } = spawnSync(binary, args, {
    cwd: draft,
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new DeploymentError(`providers cannot be installed:\n${stderr || stdout}`);
  // Unpacked packages in the layout of a mirror: "Provider Installation", Terraform CLI.
  const mirror = path.join(place, '.terraform', 'providers');
  fs.writeFileSync(
    path.join(draft, SETTINGS),
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );
  try {
    fs.renameSync(draft, place);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (!fs.existsSync(path.join(place, SETTINGS))) throw error;
  }
}

const SETTINGS = 'terraform.rc';

function requirements(stacks: readonly Stack[]): Readonly<Record<string, object>> {
  const wanted: Record<string, { readonly source?: string; readonly version?: string }> = {};
  for (const { name: stack, template } of stacks) {
    for (const [name, requirement] of Object.entries(template.terraform?.required_providers ?? {})) {
      const other = wanted[name];
      if (other && (other.version !== requirement.version || other.source !== requirement.source)) {
        throw new DeploymentError(
          `stacks want provider ${name} ${String(other.version)} and, in ${stack}, ${String(requirement.version)}: synthesize all of them with the same sources`,
        );
      }
      wanted[name] = requirement;
    }
  }
  return Object.fromEntries(Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)));
}
