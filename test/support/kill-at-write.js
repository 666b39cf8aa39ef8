// Loaded before a program: kills it at its nth change of a file, before or after that is made.
'use strict';

const fs = require('node:fs');

const at = Number(process.env.KILL_AT);
let count = 0;

for (const name of ['writeFileSync', 'renameSync', 'rmSync', 'symlinkSync', 'mkdirSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    count += 1;
    // Odd ones before, even ones after: each change is twice counted.
    if (2 * count - 1 === at) process.kill(process.pid, 'SIGKILL');
    try {
      return original(...args);
    } finally {
      if (2 * count === at) process.kill(process.pid, 'SIGKILL');
    }
  };
}
