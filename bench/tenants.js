// Prints what a synth of prod with 10, 100 and 1,000 dedicated tenants costs: time, peak memory, size of the output, and
// one tenant's own synth among so many, beside the framework template's way of running the same program. Every round runs
// every case once, so that all meet the same machine.
//
//   npm run bench:tenants -- [--rounds 3] [--tenants 10,100,1000] [--no-template]
//
// The template's way takes minutes for 1,000 tenants.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { machine, measure, medians, printTable, scratchFolder, SYNTH, TEMPLATE } = require('./measure');
const { makeProject } = require('./project');

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    tenants: { type: 'string', default: '10,100,1000' },
    'no-template': { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(flags.rounds);
const COUNTS = flags.tenants.split(',').map(Number);
const scratch = scratchFolder();

const projects = COUNTS.map((tenants) => {
  const folder = path.join(scratch, `with-${tenants}`);
  const oneStack = makeProject(folder, tenants);
  const out = (name) => path.join(folder, 'cdktf.out', name);
  const prod = { BULKHEAD_ENV: 'prod' };
  const cases = [
    { name: 'all', command: SYNTH, env: { ...prod, CDKTF_OUTDIR: out('all') } },
    { name: 'one', command: SYNTH, env: { ...prod, CDKTF_OUTDIR: out('one'), BULKHEAD_STACKS: oneStack } },
    { name: 'template', command: TEMPLATE, env: { ...prod, CDKTF_OUTDIR: out('template') } },
  ].filter(({ name }) => name !== 'template' || !flags['no-template']);
  return { tenants, folder, out, cases, runs: new Map(cases.map(({ name }) => [name, []])) };
});

const run = ({ tenants, folder }, { name, command, env }) =>
  measure({ name: `${name} with ${tenants} tenants`, command, cwd: folder, env, scratch });

// Builds each project's bundle and code cache.
for (const project of projects) for (let twice = 0; twice < 2; twice++) run(project, project.cases[1]);

for (let round = 1; round <= ROUNDS; round++) {
  process.stderr.write(`round ${round} of ${ROUNDS}\n`);
  // The short runs that are compared with one another follow one another.
  for (const name of ['one', 'all', 'template']) {
    for (const project of projects) {
      const found = project.cases.find((each) => each.name === name);
      if (found) project.runs.get(name).push(run(project, found));
    }
  }
}

/** Number of stacks and bytes of an output. */
function sizeOf(folder) {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  const bytes = files.reduce(
    (sum, { parentPath, name }) => sum + fs.statSync(path.join(parentPath, name)).size,
    0,
  );
  return { bytes, stacks: fs.readdirSync(path.join(folder, 'stacks')).length };
}

console.log(`medians of ${ROUNDS} rounds, ${machine()}\n`);
const fewest = medians(projects[0].runs.get('one')).seconds;
printTable([
  [
    'tenants',
    'stacks',
    'seconds',
    'ms/stack',
    'MiB',
    'output bytes',
    'one: s',
    'MiB',
    'to first',
    'template: s',
    'MiB',
    'ratio',
  ],
  ...projects.map(({ tenants, out, runs }) => {
    const { bytes, stacks } = sizeOf(out('all'));
    const all = medians(runs.get('all'));
    const one = medians(runs.get('one'));
    const template = runs.has('template') ? medians(runs.get('template')) : undefined;
    return [
      String(tenants),
      String(stacks),
      all.seconds.toFixed(2),
      ((all.seconds / stacks) * 1000).toFixed(1),
      all.mebibytes.toFixed(0),
      String(bytes),
      one.seconds.toFixed(2),
      one.mebibytes.toFixed(0),
      (one.seconds / fewest).toFixed(2),
      template?.seconds.toFixed(1) ?? '',
      template?.mebibytes.toFixed(0) ?? '',
      template ? `${(template.seconds / all.seconds).toFixed(1)}x` : '',
    ];
  }),
]);
