/** A value of JSON. Synthesized stacks have no fixed shape, so what reads them asks for each part by its kind. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** What a synthesized stack's `cdk.tf.json` holds, as far as isolation reads it. */
export interface TerraformJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly terraform?: Readonly<Record<string, unknown>>;
  readonly module?: Readonly<Record<string, unknown>>;
  readonly locals?: Readonly<Record<string, unknown>>;
}

const NO_KEYS: JsonObject = {};
const NO_ITEMS: readonly Json[] = [];

/** The value as an object; a block that Terraform writes as a list of one is that one. Anything else has no keys. */
export function objectOf(value: Json | undefined): JsonObject {
  const one = Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value;
  return typeof one === 'object' && one !== null && !Array.isArray(one) ? (one as JsonObject) : NO_KEYS;
}

/** The value as a list: a block may stand alone or in a list. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return NO_ITEMS;
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** The texts of a value: itself, or those in its list. Numbers and booleans are texts to Terraform. */
export function textsOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return Array.isArray(value)
    ? value.flatMap((item: Json) => (Array.isArray(item) ? [] : textsOf(item)))
    : [];
}

/** The text of a value, and the empty text where it has none. */
export const textOf = (value: Json | undefined): string => textsOf(value)[0] ?? '';

/** Whether a value is true, which Terraform also writes as text. */
export const isTrue = (value: Json | undefined): boolean => value === true || value === 'true';

/** The value behind keys. */
export function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let inner = value;
  for (const key of keys) inner = objectOf(inner)[key];
  return inner;
}

/** Visits every text of a value, at any depth. */
export function visitTexts(value: Json, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value as JsonObject)) visitTexts(inner, visit);
  }
}

/** Keys that lead to a text in a value, joined by dots; undefined if it is not there. */
export function pathTo(value: Json, text: string): string | undefined {
  if (value === text) return '';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    const path = pathTo(inner, text);
    if (path !== undefined) return path === '' ? key : `${key}.${path}`;
  }
  return undefined;
}
