// Bundles a program. Loaded only when a source has changed, for esbuild costs more to load than a synth takes.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { build } = require('esbuild');

/**
 * Modules of the framework that cost most of a synth's time, and what the bundle holds in their place. The output is the
 * same: `test/bin/bundle.integration.test.ts`. A hash says which text a replacement was compared with.
 */
const REPLACEMENTS = [
  {
    // Where in our code each token was made: two fifths of a synth's time, and nowhere in its output.
    module: 'cdktf/lib/tokens/private/stack-trace.js',
    hash: '48139050d4e88e62',
    contents: 'exports.captureStackTrace = () => [];',
  },
  {
    module: 'cdktf/lib/tokens/private/resolve.js',
    hash: '08c4dba33a40b05f',
    contents: read('framework/resolve.js'),
  },
  {
    module: 'json-stable-stringify/index.js',
    hash: '53e378723c97a3bd',
    contents: read('framework/stringify.js'),
  },
];

/** @param {string} file */
function read(file) {
  return fs.readFileSync(path.join(__dirname, file), 'utf8');
}

/** @type {import('esbuild').Plugin} */
const fasterFramework = {
  name: 'faster-framework',
  setup({ onLoad }) {
    for (const { module, hash, contents } of REPLACEMENTS) {
      const filter = new RegExp(`[/\\\\]${module.replaceAll('.', '\\.').replaceAll('/', '[/\\\\]')}$`);
      onLoad({ filter }, ({ path: file }) => {
        const found = createHash('sha256').update(fs.readFileSync(file)).digest('hex').slice(0, hash.length);
        if (found === hash) return { contents };
        const text = `${module} is another one now: compare it with its replacement, then note ${found} here`;
        return { errors: [{ text, location: { file: __filename } }] };
      });
    }
  },
};

/**
 * @param {object} options
 * @param {string} options.root folder of the project
 * @param {string} options.entry the program's TypeScript file, from the root
 * @param {string} options.outdir folder that the bundle will be run from
 * @param {'bundle' | 'external'} options.packages
 * @returns {Promise<{ code: Uint8Array, sources: string[] }>} the bundle, and which files of ours went into it
 */
async function bundle({ root, entry, outdir, packages }) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir,
    packages,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    metafile: true,
    write: false,
    logLevel: 'error',
    plugins: [fasterFramework],
  });
  const sources = Object.keys(metafile.inputs).filter((input) => !/(^|\/)node_modules\//.test(input));
  return { code: outputFiles[0].contents, sources: sources.map((source) => path.join(root, source)) };
}

module.exports = { bundle };
