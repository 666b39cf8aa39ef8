// Preloaded into a measured process: writes its peak memory in KiB to the file that BENCH_MEMORY_FILE names.
'use strict';

const fs = require('node:fs');

process.once('exit', () => {
  fs.appendFileSync(process.env.BENCH_MEMORY_FILE, `${process.resourceUsage().maxRSS}\n`);
});
