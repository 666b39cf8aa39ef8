// Bundles a program. Loaded only when a source has changed, for esbuild costs more to load than a synth takes.
'use strict';

const path = require('node:path');
const { build } = require('esbuild');

/**
 * The framework records where in our code each token was made, which costs two fifths of a synth's time and shows
 * nowhere in its output. The bundle holds this in place of the module that does so.
 *
 * @type {import('esbuild').Plugin}
 */
const withoutStackTraces = {
  name: 'without-stack-traces',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]cdktf[/\\]lib[/\\]tokens[/\\]private[/\\]stack-trace\.js$/ }, () => ({
      contents: 'exports.captureStackTrace = () => [];',
    }));
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
    plugins: [withoutStackTraces],
  });
  const sources = Object.keys(metafile.inputs).filter((input) => !input.startsWith('node_modules/'));
  return { code: outputFiles[0].contents, sources: sources.map((source) => path.join(root, source)) };
}

module.exports = { bundle };
