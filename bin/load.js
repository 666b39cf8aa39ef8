// Loads a bundle, with V8's compiled code kept from the last time.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { isMainThread } = require('node:worker_threads');

/**
 * The text of a bundle as it is kept: a function of what a module is given, in ASCII. Seven megabytes are then neither
 * decoded nor copied by every run.
 *
 * @param {Uint8Array} code
 */
function wrap(code) {
  const escape = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // The bundler has escaped what is in strings. In comments, names and expressions an escape means the same.
  const ascii = Buffer.from(code)
    .toString('utf8')
    .replace(/[^\0-\x7f]/g, escape);
  return `(function (exports, require, module, __filename, __dirname) { ${ascii}\n})`;
}

/**
 * Runs the bundle as a module, from V8's cached code if that is of this Node version.
 *
 * @param {string} file
 * @returns {any} its exports
 */
function load(file) {
  const codeFile = `${file}.${process.version}-${process.arch}`;
  const source = fs.readFileSync(file, 'latin1');
  const cachedData = read(codeFile);
  const script = new vm.Script(source, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, path.dirname(file));
  if (isMainThread && (!cachedData || script.cachedDataRejected)) {
    // After the run, so that the functions it used are in.
    process.once('exit', () => writeAtomically(codeFile, script.createCachedData()));
  }
  return module.exports;
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file);
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

module.exports = { load, wrap, writeAtomically };
