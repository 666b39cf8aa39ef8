#!/usr/bin/env node
// The `bulkhead` command.
'use strict';

const { run } = require('./run');

run('cli/bulkhead.ts', { packages: 'external' }, async ({ main }, bundle) => {
  await main((work) => require('./helper').helpWith(bundle, work));
});
