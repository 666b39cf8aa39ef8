import fc from 'fast-check';
import { isLiteral, literalPrefix, matches, overlap } from '../../../guarantees/isolation/patterns';

/** A pattern as the regular expression that says the same. */
const asRegExp = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');

const ALPHABET = ['a', 'b', '-'];
const text = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom(...ALPHABET, '*', '?'), maxLength: 6 });

/** All texts of an alphabet up to a length: enough to decide about short patterns, whose signs each need one letter. */
function textsUpTo(length: number): string[] {
  const all = [''];
  for (let from = 0, round = 0; round < length; round++) {
    const to = all.length;
    for (; from < to; from++) for (const letter of ALPHABET) all.push(`${all[from] ?? ''}${letter}`);
  }
  return all;
}

describe('a pattern', () => {
  it('matches what the regular expression of the same meaning matches', () => {
    fc.assert(
      fc.property(pattern, text, (wanted, found) => {
        expect(matches(wanted, found)).toBe(asRegExp(wanted).test(found));
      }),
      { numRuns: 2000 },
    );
  });

  it('overlaps another exactly if some text matches both', () => {
    const texts = textsUpTo(7);
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        const [first, second] = [asRegExp(a), asRegExp(b)];
        expect(overlap(a, b)).toBe(texts.some((each) => first.test(each) && second.test(each)));
      }),
      { numRuns: 400 },
    );
  });

  it('begins like everything that it matches', () => {
    fc.assert(
      fc.property(pattern, text, (wanted, found) => {
        fc.pre(matches(wanted, found));
        expect(found.startsWith(literalPrefix(wanted))).toBe(true);
        if (isLiteral(wanted)) expect(found).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['tenant-acme*', 'tenant-acme-eu', true],
    ['tenant-acme/*', 'tenant-acme-eu/x', false],
    ['*/tenant-acme/*', 'a/tenant-globex/tenant-acme/x', true],
    ['tenant-acm?', 'tenant-acme', true],
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
  ])('%s and %s: %s', (wanted, found, expected) => {
    expect(matches(wanted, found)).toBe(expected);
  });
});
