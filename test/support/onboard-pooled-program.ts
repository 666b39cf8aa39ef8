import { resolve } from 'node:path';
import { loadPlatform } from '../../config/load';
import { onboardPooled } from '../../lifecycle/onboard/pooled';
import { FileRegistry } from '../../lifecycle/registry/file-registry';
import { registryOnly } from './tenant-surroundings';

/** Onboards tenants one after the other, in a folder: what tests kill. `node program.js <folder> <id>…` */
const [folder = '', ...ids] = process.argv.slice(2);
const surroundings = registryOnly(new FileRegistry({ folder }), {
  platform: loadPlatform(resolve('.'), 'dev'),
});

async function main(): Promise<void> {
  process.stdout.write('ready\n');
  for (const id of ids) {
    const request = { id, tier: 'starter', name: `Tenant ${id}` } as const;
    await onboardPooled({ request, surroundings, emit: () => undefined });
  }
}

void main();
