// Prints time and peak memory of a synth beside the framework template's way of running the same program, and beside a
// node process that does nothing. Every round runs every case once, so that all meet the same machine.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROUNDS = Number(process.argv[2] ?? 5);
const root = path.join(__dirname, '..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-bench-'));
const ONE_STACK = 'use1a-network';

const synth = ['node', 'bin/synth.js'];
// What `cdktf init` writes into cdktf.json. Its tsconfig compiles to CommonJS.
const template = ['npx', 'ts-node', 'main.ts'];

const cases = [
  { name: 'empty node', command: ['node', '-e', '0'], env: {} },
  { name: 'dev', command: synth, env: { BULKHEAD_ENV: 'dev' } },
  { name: 'prod', command: synth, env: { BULKHEAD_ENV: 'prod' } },
  { name: 'one stack of prod', command: synth, env: { BULKHEAD_ENV: 'prod', BULKHEAD_STACKS: ONE_STACK } },
  { name: 'dev, template way', command: template, env: { BULKHEAD_ENV: 'dev' } },
  { name: 'prod, template way', command: template, env: { BULKHEAD_ENV: 'prod' } },
  {
    name: 'one stack of prod, template way',
    command: template,
    env: { BULKHEAD_ENV: 'prod', BULKHEAD_STACKS: ONE_STACK },
  },
];

/** Seconds and MiB of one run. */
function run({ name, command: [program, ...args], env }) {
  const memoryFile = path.join(scratch, 'memory');
  fs.rmSync(memoryFile, { force: true });
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...env,
      CDKTF_OUTDIR: path.join(scratch, 'out'),
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

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  for (const each of cases.slice(0, 4)) run(each); // builds the bundle and the code cache
  const runs = new Map(cases.map(({ name }) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    process.stderr.write(`round ${round} of ${ROUNDS}\n`);
    for (const each of cases) runs.get(each.name).push(run(each));
  }
  const result = (name) => ({
    seconds: median(runs.get(name).map(({ seconds }) => seconds)),
    mebibytes: median(runs.get(name).map(({ mebibytes }) => mebibytes)),
  });
  console.log(`medians of ${ROUNDS} rounds, node ${process.version}, ${os.cpus().length} cores\n`);
  console.log(`${'case'.padEnd(34)}${'seconds'.padStart(9)}${'MiB'.padStart(7)}${'ratio'.padStart(8)}`);
  for (const { name } of cases) {
    const { seconds, mebibytes } = result(name);
    const quick = name.replace(', template way', '');
    const ratio = quick === name ? '' : `${(seconds / result(quick).seconds).toFixed(1)}x`;
    console.log(
      `${name.padEnd(34)}${seconds.toFixed(2).padStart(9)}${mebibytes.toFixed(0).padStart(7)}${ratio.padStart(8)}`,
    );
  }
} finally {
  fs.rmSync(scratch, { recursive: true });
}
