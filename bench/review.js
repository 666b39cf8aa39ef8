// Prints time and peak memory of reviewing a thousand-tenant `prod` that changed in one tenant's stack, and one that changed in
// all of them. The platform is synthesized once and copied, which takes a minute or two.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { loadavg } = require('node:os');
const { makeProject } = require('./project');
const { machine, measure, medians, printTable, scratchFolder, SYNTH } = require('./measure');

const ROUNDS = Number(process.argv[2] ?? 5);
const TENANTS = Number(process.argv[3] ?? 1000);
const root = path.join(__dirname, '..');
const scratch = scratchFolder();

const REVIEW = `
  const [, base, head] = process.argv;
  require('./bin/run').run('review/index.ts', { packages: 'bundle' }, async ({ review, readTree }, bundle) => {
    const helper = (work) => require('./bin/helper').helpWith(bundle, work);
    const { stacks, unchanged, noise } = await review(readTree(base), readTree(head), { helper });
    require('node:fs').writeFileSync(process.env.RESULT, JSON.stringify({ changed: stacks.length, unchanged, noise }));
  });
`;

/** A copy of an output in which the stacks that are asked for are not what they were. */
function changed(base, name, isAsked, change) {
  const head = path.join(scratch, name);
  fs.cpSync(base, head, { recursive: true });
  for (const stack of fs.readdirSync(path.join(head, 'stacks')).filter(isAsked)) {
    const file = path.join(head, 'stacks', stack, 'cdk.tf.json');
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
  }
  return head;
}

const project = path.join(scratch, 'project');
const tenant = makeProject(project, TENANTS);
const base = path.join(scratch, 'base');
const env = { BULKHEAD_ENV: 'prod', CDKTF_OUTDIR: base };
process.stderr.write(`synthesizing ${TENANTS} tenants\n`);
measure({ name: 'synth', command: SYNTH, cwd: project, env, scratch });

const retention = (text) => text.replaceAll('"retention_in_days": 365', '"retention_in_days": 30');
const tag = (text) => text.replaceAll('"managed-by": "cdktf"', '"managed-by": "bulkhead"');
const cases = [
  { name: 'nothing changed', head: base },
  { name: 'one tenant', head: changed(base, 'one', (stack) => stack === tenant, retention) },
  {
    name: 'an attribute of every tenant',
    head: changed(base, 'all', (stack) => stack.includes('-tenant-'), retention),
  },
  { name: 'a tag of every stack', head: changed(base, 'tag', () => true, tag) },
];

const result = path.join(scratch, 'result.json');
const run = ({ name, head }) =>
  measure({ name, command: ['node', '-e', REVIEW, base, head], cwd: root, env: { RESULT: result }, scratch });

run(cases[0]); // builds the bundle and the code cache
const runs = new Map(cases.map(({ name }) => [name, []]));
const results = new Map();
for (let round = 1; round <= ROUNDS; round++) {
  process.stderr.write(`round ${round} of ${ROUNDS}, load ${loadavg()[0].toFixed(1)}\n`);
  for (const each of cases) {
    runs.get(each.name).push(run(each));
    results.set(each.name, JSON.parse(fs.readFileSync(result, 'utf8')));
  }
}
console.log(`medians of ${ROUNDS} rounds, ${machine()}, load ${loadavg()[0].toFixed(1)}\n`);
printTable([
  ['case', 'seconds', 'MiB', 'stacks changed', 'alike'],
  ...cases.map(({ name }) => {
    const { seconds, mebibytes } = medians(runs.get(name));
    const { changed: differing, unchanged } = results.get(name);
    return [name, seconds.toFixed(2), mebibytes.toFixed(0), String(differing), String(unchanged)];
  }),
]);
