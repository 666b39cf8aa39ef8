#!/usr/bin/env node
// What cdktf.json runs: main.ts, from a bundle of everything it loads.
'use strict';

const { availableParallelism } = require('node:os');
const { run } = require('./run');

run('main.ts', { packages: 'bundle' }, async ({ main }, bundle) => {
  const helper = (work) => require('./helper').helpWith(bundle, work);
  process.exitCode = await main(process.argv.slice(2), availableParallelism() > 1 ? helper : undefined);
});
