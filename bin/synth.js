#!/usr/bin/env node
// Runs main.ts: bundled by esbuild when a source has changed, with V8's compiled code kept from the last run.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const root = path.join(__dirname, '..');
const cache = path.join(root, 'node_modules', '.cache', 'bulkhead');

process.chdir(root);
freshBundle()
  .then((file) => {
    process.exitCode = load(file).main(process.argv.slice(2));
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });

/**
 * The bundle's path, built anew if a source of it has changed since.
 *
 * @returns {Promise<string>}
 */
async function freshBundle() {
  const file = path.join(cache, 'main.js');
  const stampFile = path.join(cache, 'main.sources.json');
  const seen = readJson(stampFile);
  if (seen && fs.existsSync(file) && Object.entries(seen).every(([source, then]) => stamp(source) === then)) {
    return file;
  }
  const started = Date.now();
  const { code, sources } = await require('./bundle').bundle(root, file);
  const others = ['bin/bundle.js', 'package-lock.json', 'tsconfig.json'].map((name) => path.join(root, name));
  const stamps = Object.fromEntries([...sources, ...others].map((source) => [source, stamp(source)]));
  writeAtomically(file, code);
  // A source saved while it was being read would look bundled: leave it to the next run.
  const stable = sources.every((source) => fs.statSync(source).mtimeMs < started);
  writeAtomically(stampFile, JSON.stringify(stable ? stamps : { [file]: '' }));
  for (const old of fs.readdirSync(cache).filter((name) => name.endsWith('.code'))) {
    fs.rmSync(path.join(cache, old), { force: true });
  }
  return file;
}

/**
 * Runs the bundle as a module, from V8's cached code where that fits this Node version and this bundle.
 *
 * @param {string} file
 * @returns {{ main: (environments: readonly string[]) => number }}
 */
function load(file) {
  const source = fs.readFileSync(file, 'utf8');
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 16);
  const codeFile = path.join(cache, `main-${process.version}-${process.arch}-${hash}.code`);
  const wrapped = `(function (exports, require, module, __filename, __dirname) { ${source}\n})`;
  const cachedData = read(codeFile);
  const script = new vm.Script(wrapped, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, path.dirname(file));
  if (!cachedData || script.cachedDataRejected) {
    // After the run, so that the functions it used are in.
    process.once('exit', () => writeAtomically(codeFile, script.createCachedData()));
  }
  return module.exports;
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
function read(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Two runs at once each see a whole file.
 *
 * @param {string} file
 * @param {Uint8Array | string} content
 */
function writeAtomically(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, content);
  fs.renameSync(draft, file);
}
