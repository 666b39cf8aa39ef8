import { readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument } from 'yaml';
import { writeWhole } from '../../files/write';
import { LifecycleError } from '../mistake';

const KEY = 'lifecycle';

/**
 * A tenant's file with `lifecycle: offboarding`, or without that key, which is as good as `active`. All else stays as somebody has
 * written it, to the byte.
 *
 * @throws LifecycleError when the text is no mapping
 */
export function withLifecycle(text: string, value: 'offboarding' | undefined, file: string): string {
  const tree = parseDocument(text, { keepSourceTokens: true });
  if (tree.errors.length > 0 || !isMap(tree.contents)) {
    throw new LifecycleError(`${file} is no tenant's file: put it right first`);
  }
  const pair = tree.contents.items.find(({ key }) => isScalar(key) && key.value === KEY);
  if (!pair) {
    if (value === undefined) return text;
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${KEY}: ${value}\n`;
  }
  const [keyAt] = isScalar(pair.key) ? pair.key.range : [];
  const [valueAt, valueEnd] = isScalar(pair.value) ? pair.value.range : [];
  if (keyAt === undefined || valueAt === undefined || valueEnd === undefined) {
    throw new LifecycleError(`${file}: ${KEY} must be active or offboarding`);
  }
  if (value !== undefined) return text.slice(0, valueAt) + value + text.slice(valueEnd);
  const lineEnd = text.indexOf('\n', valueEnd);
  return text.slice(0, text.lastIndexOf('\n', keyAt) + 1) + (lineEnd < 0 ? '' : text.slice(lineEnd + 1));
}

/** Changes a tenant's file in place, whole or not at all. @returns whether there was anything to change */
export function setLifecycle(file: string, value: 'offboarding' | undefined): boolean {
  const before = readFileSync(file, 'utf8');
  const after = withLifecycle(before, value, file);
  if (after === before) return false;
  // A draft that is left behind must be no file of config to whoever reads the folder.
  writeWhole(file, after, `${file}.${String(process.pid)}~`);
  return true;
}
