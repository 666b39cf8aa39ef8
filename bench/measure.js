// Runs a program and measures it.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** A folder that goes when the process ends. */
function scratchFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-bench-'));
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How users run a synth. */
const SYNTH = ['node', 'bin/synth.js'];

/** What `cdktf init` writes into cdktf.json. Its tsconfig compiles to CommonJS. */
const TEMPLATE = ['npx', 'ts-node', 'main.ts'];

/**
 * Seconds and peak memory of one run.
 *
 * @param {object} options
 * @param {string} options.name for the error
 * @param {string[]} options.command
 * @param {string} options.cwd
 * @param {Record<string, string>} options.env besides the process's own
 * @param {string} options.scratch
 * @returns {{ seconds: number, mebibytes: number }}
 */
function measure({ name, command: [program, ...args], cwd, env, scratch }) {
  const memoryFile = path.join(scratch, 'memory');
  fs.rmSync(memoryFile, { force: true });
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...env,
      BENCH_MEMORY_FILE: memoryFile,
      NODE_OPTIONS: `--require ${path.join(__dirname, 'peak-memory.js')}`,
      TS_NODE_COMPILER_OPTIONS: '{"module":"commonjs","moduleResolution":"node10"}',
    },
  });
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (status !== 0) throw new Error(`${name} failed:\n${stderr}`);
  const peaks = fs.readFileSync(memoryFile, 'utf8').trim().split('\n').map(Number);
  return { seconds, mebibytes: Math.max(...peaks) / 1024 };
}

/** Median seconds and memory of runs. */
function medians(runs) {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    mebibytes: median(runs.map(({ mebibytes }) => mebibytes)),
  };
}

/** Prints rows in columns: the first to the left, the others to the right. */
function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]),
    );
    console.log(cells.join('  '));
  }
}

/** The machine, for the heading of a table. */
const machine = () => `node ${process.version}, ${os.availableParallelism()} cores`;

module.exports = { machine, measure, medians, printTable, scratchFolder, SYNTH, TEMPLATE };
