import { createHash } from 'node:crypto';
import type { ObjectValue, Value } from '../protocol/value';
import type { Template } from './behaviour';

/** What a template's holes may be filled from. */
export interface Surroundings {
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  /** Text that is the same for the same object and differs between objects. */
  readonly seed: string;
  /** The object's own attribute, generated first if need be. */
  readonly attribute: (name: string) => Value;
}

/** `length` hexadecimal digits that follow from the seed and the salt alone. */
export function hex(seed: string, salt: string, length: number): string {
  let text = '';
  for (let round = 0; text.length < length; round++) {
    text += createHash('sha256')
      .update(`${String(round)}|${salt}|${seed}`)
      .digest('hex');
  }
  return text.slice(0, length);
}

/** Fills the holes of a template. */
export function render(template: Template, around: Surroundings): Value {
  if (typeof template === 'string') return renderText(template, around);
  if (Array.isArray(template)) return template.map((item: Template) => render(item, around));
  if (typeof template === 'object') {
    return Object.fromEntries(
      Object.entries(template as Readonly<Record<string, Template>>).map(([key, item]) => [
        key,
        render(item, around),
      ]),
    );
  }
  return template;
}

function renderText(template: string, around: Surroundings): string {
  return template.replace(/\{([^{}]+)\}/g, (_, hole: string) => {
    const [word = '', argument] = hole.split(':');
    switch (word) {
      case 'region':
      case 'account':
      case 'partition':
        return around[word];
      case 'hex':
        return hex(around.seed, template, Number(argument));
      case 'HEX':
        return hex(around.seed, template, Number(argument)).toUpperCase();
      case 'digits':
        return hex(around.seed, template, Number(argument)).replace(/[a-f]/g, (digit) =>
          String(digit.charCodeAt(0) - 96),
        );
      case 'uuid':
        return hex(around.seed, template, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      case 'base64':
        return Buffer.from(argument ?? '').toString('base64');
      default: {
        const value = around.attribute(word);
        return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
      }
    }
  });
}

/** The name-like attribute of an object, if it has one. */
export function nameOf(object: ObjectValue): string | undefined {
  for (const key of ['name', 'bucket', 'identifier', 'function_name', 'domain', 'cluster_identifier']) {
    const value = object[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
