import { ExtensionCodec, decode, encode } from '@msgpack/msgpack';

/** The one value of this class stands for every value that Terraform does not know yet. */
class Unknown {
  /** What Terraform itself prints for it. A private member, so that no ordinary object passes for an unknown. */
  readonly #text = '(known after apply)';

  public toString(): string {
    return this.#text;
  }
}

/** A value that Terraform does not know yet. */
export const UNKNOWN = new Unknown();

/**
 * A Terraform value. Numbers that do not fit a double exactly travel as decimal strings, and stay strings here.
 * A value of dynamic type is a pair of its type (bytes of JSON) and itself.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Unknown
  | readonly Value[]
  | { readonly [key: string]: Value };

export type ObjectValue = Readonly<Record<string, Value>>;

/** Extension 0 is an unknown value; 12 is one with refinements, which a stand-in has no use for. */
const UNKNOWN_EXTENSION = 0;
const REFINED_UNKNOWN_EXTENSION = 12;

const codec = new ExtensionCodec();
codec.register({
  type: UNKNOWN_EXTENSION,
  encode: (value) => (value === UNKNOWN ? new Uint8Array([0]) : null),
  decode: () => UNKNOWN,
});
codec.register({ type: REFINED_UNKNOWN_EXTENSION, encode: () => null, decode: () => UNKNOWN });

export function decodeValue(bytes: Uint8Array): Value {
  return decode(bytes, { extensionCodec: codec }) as Value;
}

export function encodeValue(value: Value): Uint8Array {
  return encode(value, { extensionCodec: codec, sortKeys: true });
}

export function isObject(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    value !== UNKNOWN &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether any part of the value is unknown. */
export function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (isList(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** Deep equality; key order does not matter. */
export function sameValue(left: Value, right: Value): boolean {
  return left === right || canonical(left) === canonical(right);
}

/** Whether `actual` is `planned` with every unknown part made known. */
export function fits(planned: Value, actual: Value): boolean {
  if (planned === UNKNOWN) return true;
  if (isList(planned) && isList(actual)) {
    return (
      planned.length === actual.length && planned.every((item, index) => fits(item, actual[index] ?? null))
    );
  }
  if (isObject(planned) && isObject(actual)) {
    return Object.keys({ ...planned, ...actual }).every((key) =>
      fits(planned[key] ?? null, actual[key] ?? null),
    );
  }
  return sameValue(planned, actual);
}

/** One text per value: keys sorted, unknown and bytes marked. */
export function canonical(value: Value): string {
  if (value === UNKNOWN) return '?';
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`;
  if (isObject(value)) {
    const entries = Object.keys(value).sort();
    return `{${entries.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

const BYTES_KEY = '$bytes';

/**
 * JSON that keeps bytes (the type of a dynamic value).
 *
 * @throws Error when any part is unknown.
 */
export function toJson(value: Value): unknown {
  if (value === UNKNOWN) throw new Error('an unknown value cannot be stored');
  if (value instanceof Uint8Array) return { [BYTES_KEY]: Buffer.from(value).toString('base64') };
  if (isList(value)) return value.map(toJson);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
  }
  return value;
}

/** Reads back what {@link toJson} wrote. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === 'object' && json !== null) {
    const bytes = (json as Readonly<Record<string, unknown>>)[BYTES_KEY];
    if (typeof bytes === 'string') return new Uint8Array(Buffer.from(bytes, 'base64'));
    return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, fromJson(member)]));
  }
  return json as Value;
}
