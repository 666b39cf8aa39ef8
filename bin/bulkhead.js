#!/usr/bin/env node
// The `bulkhead` command.
'use strict';

const { run } = require('./run');

run('cli/bulkhead.ts', { packages: 'external' }, () => undefined);
