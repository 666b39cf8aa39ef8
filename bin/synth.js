#!/usr/bin/env node
// What cdktf.json runs: main.ts, from a bundle of everything it loads.
'use strict';

const { run } = require('./run');

run('main.ts', { packages: 'bundle' }, ({ main }) => {
  process.exitCode = main(process.argv.slice(2));
});
