import * as z from 'zod/mini';
import type { ConfigDocument } from './document';
import { cut, quote, type Path, type Problem } from './problem';
import { didYouMean, nearest } from './suggest';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodTypes;

/** The text that zod/mini gives every issue whose schema has no text of its own. */
const NO_TEXT = 'Invalid input';

/** Everything in the document that its schema refuses, in words for the person who wrote the file. */
export function explainIssues(document: ConfigDocument, schema: z.core.$ZodType): Problem[] {
  const result = z.safeParse(schema, document.data);
  const issues = firstOfEachPath(result.error?.issues ?? []).filter(
    (issue) => !document.isAmbiguous(issue.path as Path),
  );
  const typos = new Set(issues.flatMap((issue) => probableTargets(document, schema, issue)));
  const refused = new Set(
    issues
      .filter(({ code }) => code !== 'unrecognized_keys' && code !== 'invalid_key')
      .map(({ path }) => JSON.stringify(path)),
  );
  return [
    ...issues
      .filter((issue) => !typos.has(JSON.stringify(issue.path)))
      .flatMap((issue) => explain(document, schema, issue)),
    ...explainOddNumbers(document, schema, refused),
  ];
}

/**
 * Numbers that are not written in plain decimal. YAML has more ways to write a number than people expect, and its
 * versions differ: `050` is fifty to this one and forty to the one before.
 *
 * @param refused - paths, as JSON, that have a problem already
 */
function explainOddNumbers(
  document: ConfigDocument,
  root: z.core.$ZodType,
  refused: ReadonlySet<string>,
  path: Path = [],
): Problem[] {
  if (refused.size > 0 && refused.has(JSON.stringify(path))) return [];
  const value = document.at(path);
  if (typeof value === 'object' && value !== null) {
    const parts = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    return parts.flatMap((part) => explainOddNumbers(document, root, refused, [...path, part]));
  }
  if (typeof value !== 'number') return [];
  const written = document.writtenAs(path) ?? '';
  if (PLAIN_DECIMAL.test(written) || !wantsNumber(schemaAt(root, path))) return [];
  return [document.problem(path, `must be in plain decimal digits, got ${cut(written)}; write ${value}`)];
}

const PLAIN_DECIMAL = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;

function explain(document: ConfigDocument, root: z.core.$ZodType, issue: Issue): Problem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysOf(schemaAt(root, path));
    return issue.keys.map((key) =>
      document.problem(
        [...path, key],
        `unknown key ${quote(key)}${didYouMean(key, allowed)}  allowed: ${allowed.join(', ')}`,
        'key',
      ),
    );
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is not allowed';
    return [document.problem(path, `${message}, got ${quote(String(path.at(-1)))}`, 'key')];
  }
  const value = document.at(path);
  const schema = schemaAt(root, path);
  if (value === undefined) {
    const description = z.globalRegistry.get(schema)?.description;
    const about = description === undefined ? '' : `: ${description}`;
    return [document.problem(path, `required key ${quote(String(path.at(-1)))} is missing${about}`)];
  }
  const expected = expectation(schema, issue);
  if (value === null) {
    return [document.problem(path, `${path.length === 0 ? 'is empty' : 'has no value'}; ${expected}`)];
  }
  return [
    document.problem(
      path,
      `${expected}, got ${describe(document, path, schema)}${remedy(document, path, schema)}`,
    ),
  ];
}

/** What the value must be, as the end of a sentence that starts with the key. */
function expectation(schema: Schema, issue: Issue): string {
  if (issue.message !== NO_TEXT) return issue.message;
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}`;
    case 'too_small':
    case 'too_big':
      return size(schema, issue);
    default:
      return `must be ${kindOf(schema)}`;
  }
}

function size(schema: Schema, issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [limit, bound] =
    issue.code === 'too_small' ? [Number(issue.minimum), 'at least'] : [Number(issue.maximum), 'at most'];
  if (issue.origin === 'array') {
    return `must have ${issue.exact === true ? 'exactly' : bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  }
  if (issue.origin === 'string') return `must have ${bound} ${limit} characters`;
  const [low, high] = [boundOf(schema, 'greater_than'), boundOf(schema, 'less_than')];
  return low !== undefined && high !== undefined
    ? `must be between ${low} and ${high}`
    : `must be ${bound} ${limit}`;
}

function boundOf(schema: Schema, kind: 'greater_than' | 'less_than'): number | undefined {
  const checks = (schema._zod.def.checks ?? []).map(({ _zod }) => (_zod as z.core.$ZodChecks['_zod']).def);
  const found = checks.find((def) => def.check === kind);
  return found !== undefined && 'value' in found ? Number(found.value) : undefined;
}

function kindOf(schema: Schema): string {
  const { def } = schema._zod;
  switch (def.type) {
    case 'string':
      return 'text';
    case 'number':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'enum':
    case 'literal':
      return `one of ${allowedValues(schema).join(', ')}`;
    case 'object':
      return `a mapping with the keys ${keysOf(schema).join(', ')}`;
    default:
      return 'a mapping of keys to values';
  }
}

/** The value that was found, as the file writes it. */
function describe(document: ConfigDocument, path: Path, schema: Schema): string {
  const value = document.at(path);
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isScalarValue)
      ? cut(`[${value.join(', ')}]`)
      : `a list of ${value.length}`;
  }
  if (typeof value === 'object') return document.keys(path).length === 0 ? 'an empty mapping' : 'a mapping';
  const kind = typeof value === 'number' && !wantsText(schema) ? '' : `the ${typeof value} `;
  return `${kind}${cut(document.writtenAs(path) ?? JSON.stringify(value))}`;
}

function isScalarValue(value: unknown): boolean {
  return typeof value !== 'object';
}

function wantsText(schema: Schema): boolean {
  return (
    schema._zod.def.type === 'string' || allowedValues(schema).some((allowed) => typeof allowed === 'string')
  );
}

function wantsNumber(schema: Schema): boolean {
  return (
    schema._zod.def.type === 'number' || allowedValues(schema).some((allowed) => typeof allowed === 'number')
  );
}

/** What to do about it, when that is clear. */
function remedy(document: ConfigDocument, path: Path, schema: Schema): string {
  const value = document.at(path);
  const allowed = allowedValues(schema).map(String);
  if (typeof value === 'string')
    return wantsText(schema) ? didYouMean(value, allowed) : conversion(value, schema);
  if (!wantsText(schema) || (typeof value !== 'number' && typeof value !== 'boolean')) return '';
  const written = cut(document.writtenAs(path) ?? String(value));
  return allowed.length === 0 || allowed.includes(written)
    ? `; put it in quotes: "${written}"`
    : '; choose an allowed one and put it in quotes';
}

/** How to write as another type what was written as text. */
function conversion(text: string, { _zod: { def } }: Schema): string {
  switch (def.type) {
    case 'boolean':
      if (/^(true|yes|on|y)$/i.test(text)) return '; write true, without quotes';
      return /^(false|no|off|n)$/i.test(text) ? '; write false, without quotes' : '';
    case 'number':
    case 'literal':
      return plainDecimal(text);
    case 'array':
      return '; write each entry on a line of its own after "- "';
    case 'object':
    case 'record':
      return '; is a colon missing?';
    default:
      return '';
  }
}

/** How to write a number that stands in quotes, or whose digits are in groups: `5_000`, `5,000`. */
function plainDecimal(text: string): string {
  if (PLAIN_DECIMAL.test(text)) return '; remove the quotes';
  const digits = text.replace(/_|,(?=\d{3}(,|$))/g, '');
  return /^\d+$/.test(digits) ? `; write ${BigInt(digits)}` : '';
}

function firstOfEachPath(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    if (issue.code === 'unrecognized_keys') return true;
    const path = JSON.stringify(issue.path);
    return !seen.has(path) && seen.add(path);
  });
}

/** Paths of missing keys that an unknown key is probably a typo of: saying both would be one problem twice. */
function probableTargets(document: ConfigDocument, root: z.core.$ZodType, issue: Issue): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const path = issue.path as Path;
  const missing = keysOf(schemaAt(root, path)).filter((key) => document.at([...path, key]) === undefined);
  return issue.keys.flatMap((key) => {
    const target = nearest(key, missing);
    return target === undefined ? [] : [JSON.stringify([...path, target])];
  });
}

/** The schema of the value at `path`, without the wrappers that make it optional. */
function schemaAt(root: z.core.$ZodType, path: Path): Schema {
  return path.reduce<Schema>((schema, part) => {
    const { def } = schema._zod;
    if (def.type === 'object') return unwrap(def.shape[part] ?? schema);
    if (def.type === 'record') return unwrap(def.valueType);
    return def.type === 'array' ? unwrap(def.element) : schema;
  }, unwrap(root));
}

function unwrap(schema: z.core.$ZodType): Schema {
  const known = schema as Schema;
  const { def } = known._zod;
  return def.type === 'default' || def.type === 'prefault' || def.type === 'optional'
    ? unwrap(def.innerType)
    : known;
}

function keysOf({ _zod: { def } }: Schema): string[] {
  return def.type === 'object' ? Object.keys(def.shape).sort() : [];
}

/** The values that the schema lists; none when it describes them in another way. */
function allowedValues({ _zod: { def } }: Schema): readonly unknown[] {
  if (def.type === 'enum') return Object.values(def.entries);
  return def.type === 'literal' ? def.values : [];
}
