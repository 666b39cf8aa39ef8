// Prints time and peak memory of a synth beside the framework template's way of running the same program, and beside a
// node process that does nothing. Every round runs every case once, so that all meet the same machine.
'use strict';

const path = require('node:path');
const { machine, measure, medians, printTable, scratchFolder, SYNTH, TEMPLATE } = require('./measure');

const ROUNDS = Number(process.argv[2] ?? 5);
const root = path.join(__dirname, '..');
const scratch = scratchFolder();

const dev = { BULKHEAD_ENV: 'dev' };
const prod = { BULKHEAD_ENV: 'prod' };
const oneStack = { ...prod, BULKHEAD_STACKS: 'use1a-network' };
const TEMPLATE_WAY = ', template way';

const cases = [
  { name: 'empty node', command: ['node', '-e', '0'], env: {} },
  { name: 'dev', command: SYNTH, env: dev },
  { name: 'prod', command: SYNTH, env: prod },
  { name: 'one stack of prod', command: SYNTH, env: oneStack },
  { name: `dev${TEMPLATE_WAY}`, command: TEMPLATE, env: dev },
  { name: `prod${TEMPLATE_WAY}`, command: TEMPLATE, env: prod },
  { name: `one stack of prod${TEMPLATE_WAY}`, command: TEMPLATE, env: oneStack },
];

const run = ({ name, command, env }) =>
  measure({ name, command, cwd: root, env: { ...env, CDKTF_OUTDIR: path.join(scratch, 'out') }, scratch });

for (const each of cases.slice(0, 4)) run(each); // builds the bundle and the code cache
const runs = new Map(cases.map(({ name }) => [name, []]));
for (let round = 1; round <= ROUNDS; round++) {
  process.stderr.write(`round ${round} of ${ROUNDS}\n`);
  for (const each of cases) runs.get(each.name).push(run(each));
}
console.log(`medians of ${ROUNDS} rounds, ${machine()}\n`);
printTable([
  ['case', 'seconds', 'MiB', 'ratio'],
  ...cases.map(({ name }) => {
    const { seconds, mebibytes } = medians(runs.get(name));
    const quick = name.replace(TEMPLATE_WAY, '');
    const ratio = quick === name ? '' : `${(seconds / medians(runs.get(quick)).seconds).toFixed(1)}x`;
    return [name, seconds.toFixed(2), mebibytes.toFixed(0), ratio];
  }),
]);
