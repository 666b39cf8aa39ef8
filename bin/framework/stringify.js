// Stands in the bundle in place of json-stable-stringify, as the framework uses it: keys in order, two spaces a level,
// and an empty list or object over two lines.
'use strict';

/**
 * @param {unknown} value
 * @param {{ space: number }} options
 */
module.exports = function stringify(value, { space }) {
  return write(value, '\n', ' '.repeat(space), []);
};

/** The JSON of a value, or undefined if it has none. */
function write(value, newline, unit, above) {
  const node = typeof value?.toJSON === 'function' ? value.toJSON() : value;
  if (typeof node !== 'object' || node === null) return JSON.stringify(node);
  const inner = newline + unit;
  let text = '';
  if (Array.isArray(node)) {
    for (const item of node) {
      text += `${text === '' ? '' : ','}${inner}${write(item, inner, unit, above) ?? 'null'}`;
    }
    return `[${text}${newline}]`;
  }
  if (above.includes(node)) throw new TypeError('Converting circular structure to JSON');
  above.push(node);
  for (const key of Object.keys(node).sort()) {
    const json = write(node[key], inner, unit, above);
    if (json !== undefined) text += `${text === '' ? '' : ','}${inner}${JSON.stringify(key)}: ${json}`;
  }
  above.pop();
  return `{${text}${newline}}`;
}
