import { CsvError, CsvReader } from '../../../lifecycle/offboard/export/csv';

const read = (text: string, size = text.length): unknown[] => {
  const reader = new CsvReader();
  const bytes = Buffer.from(text);
  const records: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) records.push(...reader.read(bytes.subarray(at, at + size)));
  return [...records, ...reader.end()];
};

describe('CSV as PostgreSQL writes it', () => {
  const TEXT = 'id,note\n1,plain\n2,\n3,""\n4,"a ""b"", c\nd"\n5,žluťoučký 🐎\n';
  const RECORDS = [
    ['id', 'note'],
    ['1', 'plain'],
    ['2', null],
    ['3', ''],
    ['4', 'a "b", c\nd'],
    ['5', 'žluťoučký 🐎'],
  ];

  it('keeps no value, an empty text, quotes, commas and line ends apart', () => {
    expect(read(TEXT)).toEqual(RECORDS);
  });

  it.each([1, 2, 3, 7])('is the same in pieces of %d bytes', (size) => {
    expect(read(TEXT, size)).toEqual(RECORDS);
  });

  it('reads a field that is far larger than a piece in time that grows with the field', () => {
    const large = 'x'.repeat(8 << 20);
    expect(read(`"${large}"\n`, 1024)).toEqual([[large]]);
  });

  it.each([
    ['is cut off in a field', '1,abc'],
    ['is cut off in quotes', '1,"abc'],
    ['goes on after a closing quote', '1,"abc"d\n'],
    ['is cut off after a comma', '1,'],
  ])('is damaged when it %s', (_, text) => {
    expect(() => read(text)).toThrow(CsvError);
  });
});
