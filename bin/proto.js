#!/usr/bin/env node
// Turns protocols into JSON beside them: a program that is bundled into one file cannot read a .proto.
//
//   node bin/proto.js <file.proto>...
'use strict';

const fs = require('node:fs');
const { parse } = require('protobufjs');

/**
 * @param {string} text of a .proto file
 * @returns {string} what `Root.fromJSON` takes
 */
function descriptor(text) {
  return `${JSON.stringify(parse(text, { keepCase: true }).root.toJSON(), null, 2)}\n`;
}

if (require.main === module) {
  for (const file of process.argv.slice(2)) {
    fs.writeFileSync(file.replace(/\.proto$/, '.json'), descriptor(fs.readFileSync(file, 'utf8')));
  }
}

module.exports = { descriptor };
