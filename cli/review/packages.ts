import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
}

type Packages = Readonly<Record<string, LockedPackage>>;

/**
 * Whether a revision can be synthesized with the packages that are installed here: each that it locks is there, in the same
 * place and version, and none is there that its packages would load in the place of another.
 *
 * Packages for development are not looked at, for no synth loads one; optional ones only where they are installed, for they are
 * of other platforms.
 *
 * @param root folder of this project, whose `node_modules` says what npm installed
 * @param tree folder of the revision
 */
export function servesItsPackages(root: string, tree: string): boolean {
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  const locked = packagesOf(join(tree, 'package-lock.json'));
  if (installed === undefined || locked === undefined) return false;
  const isThere = Object.entries(locked).every(([place, wanted]) => {
    const found = installed[place];
    if (place === '' || wanted.dev === true) return true;
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
  return (
    isThere && Object.keys(installed).every((place) => locked[place] !== undefined || !shadows(place, locked))
  );
}

/** Whether a package is inside one that the revision has too, where that one's own search would find it first. */
function shadows(place: string, locked: Packages): boolean {
  const parent = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')));
  return parent !== '' && locked[parent] !== undefined && locked[parent].dev !== true;
}

function packagesOf(file: string): Packages | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly packages?: Packages }).packages;
  } catch {
    return undefined;
  }
}
