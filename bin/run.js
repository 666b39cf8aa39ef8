// Runs a TypeScript program: bundled by esbuild when a source has changed, with V8's compiled code kept from the last run.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { load, wrap, writeAtomically } = require('./load');

const root = path.join(__dirname, '..');

/** What a bundle is made by, and of besides our sources. */
const BUNDLER = [
  'bin/bundle.js',
  'bin/load.js',
  'bin/run.js',
  'bin/framework/resolve.js',
  'bin/framework/stringify.js',
];

const cache = path.join(root, 'node_modules', '.cache', 'bulkhead');

/**
 * Loads a program of ours and hands what it exports to `use`. The working directory becomes the project's root.
 *
 * @param {string} entry path of the program's TypeScript file from the root
 * @param {{ packages: 'bundle' | 'external' }} options whether its packages are bundled with it: faster to load, slower to
 *   build
 * @param {(exports: any, bundle: string) => void | Promise<void>} use is also told where the bundle is
 */
function run(entry, { packages }, use) {
  process.chdir(root);
  freshBundle(entry, packages)
    .then((file) => use(load(file), file))
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
}

/**
 * Path of a program's bundle, built anew if a source of it has changed since.
 *
 * @param {string} entry
 * @param {'bundle' | 'external'} packages
 * @returns {Promise<string>}
 */
async function freshBundle(entry, packages) {
  const name = path.basename(entry, '.ts');
  const record = path.join(cache, `${name}.json`);
  const last = readJson(record);
  if (last?.stamps && Object.entries(last.stamps).every(([file, then]) => stamp(file) === then)) {
    return path.join(cache, last.bundle);
  }
  const started = Date.now();
  const { code, sources } = await require('./bundle').bundle({ root, entry, outdir: cache, packages });
  const bundle = `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
  const others = [...BUNDLER, 'package-lock.json', 'tsconfig.json'].map((name) => path.join(root, name));
  const stamps = Object.fromEntries([...sources, ...others].map((source) => [source, stamp(source)]));
  writeAtomically(path.join(cache, bundle), wrap(code));
  // A source saved while it was being read would look bundled: leave it to the next run.
  const stable = sources.every((source) => fs.statSync(source).mtimeMs < started);
  if (stable) stamps[path.join(cache, bundle)] = stamp(path.join(cache, bundle));
  writeAtomically(record, JSON.stringify({ bundle, stamps: stable ? stamps : { [record]: '' } }));
  if (last?.bundle && last.bundle !== bundle) discard(last.bundle);
  return path.join(cache, bundle);
}

/**
 * Removes an old bundle and its compiled code.
 *
 * @param {string} bundle
 */
function discard(bundle) {
  for (const name of fs.readdirSync(cache).filter((found) => found.startsWith(bundle))) {
    fs.rmSync(path.join(cache, name), { force: true });
  }
}

/**
 * What tells two versions of a file apart.
 *
 * @param {string} file
 */
function stamp(file) {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}:${found.size}` : '';
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

module.exports = { run };
