import * as fc from 'fast-check';
import {
  UNKNOWN,
  type Value,
  canonical,
  decodeValue,
  encodeValue,
  fits,
  fromJson,
  hasUnknown,
  sameValue,
  toJson,
} from '../../rehearsal/protocol/value';

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
  fc.constant(null),
);
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__' && key !== '$bytes'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
}));

describe('values on the wire', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decodeValue(encodeValue(value))).toEqual(value);
      }),
    );
  });

  it('come back from the journal as they went', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(fromJson(JSON.parse(JSON.stringify(toJson(value))))).toEqual(value);
      }),
    );
  });

  it('may be unknown, anywhere', () => {
    const value = { a: UNKNOWN, b: [UNKNOWN, 1] };
    const back = decodeValue(encodeValue(value));
    expect(back).toEqual(value);
    expect((back as { a: Value }).a).toBe(UNKNOWN);
    expect(hasUnknown(back)).toBe(true);
  });

  it('are unknown too where Terraform says more about what they will be', () => {
    // fixext: extension 12 holds refinements, here "not null".
    expect(decodeValue(new Uint8Array([0xc7, 3, 12, 0x81, 1, 0xc2]))).toBe(UNKNOWN);
  });

  it('keep numbers that no double holds exactly as the text that they came as', () => {
    expect(decodeValue(encodeValue('0.1'))).toBe('0.1');
  });

  it('cannot be stored while unknown', () => {
    expect(() => JSON.stringify(toJson({ a: UNKNOWN }))).toThrow('cannot be stored');
  });

  it('keep the type of a dynamic value', () => {
    const dynamic = [new Uint8Array(Buffer.from('"string"')), 'x'];
    expect(fromJson(JSON.parse(JSON.stringify(toJson(dynamic))))).toEqual(dynamic);
  });
});

describe('comparing values', () => {
  it('does not look at the order of keys', () => {
    expect(sameValue({ a: 1, b: [null] }, { b: [null], a: 1 })).toBe(true);
    expect(sameValue([1, 2], [2, 1])).toBe(false);
    expect(canonical({ b: 1, a: UNKNOWN })).toBe('{"a":?,"b":1}');
  });

  it.each<[Value, Value, boolean]>([
    [UNKNOWN, 'anything', true],
    [{ id: UNKNOWN, name: 'a' }, { id: 'x', name: 'a' }, true],
    [{ id: UNKNOWN, name: 'a' }, { id: 'x', name: 'b' }, false],
    [[UNKNOWN], [1, 2], false],
    [{ a: null }, {}, true],
  ])('sees whether a plan became what was applied (case %#)', (planned, actual, expected) => {
    expect(fits(planned, actual)).toBe(expected);
  });
});
