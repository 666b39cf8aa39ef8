import { StringDecoder } from 'node:string_decoder';

/** A record's fields; null where the file has nothing, not even an empty text in quotes. */
export type CsvRecord = readonly (string | null)[];

/**
 * Reads CSV as PostgreSQL writes it (RFC 4180, and a field without quotes that is empty is no value), in pieces of any size.
 *
 * Strict: what PostgreSQL would not have written is refused, for it is a damaged export.
 */
export class CsvReader {
  private readonly decoder = new StringDecoder('utf8');
  private record: (string | null)[] = [];
  /** What was looked at and is part of a field. */
  private rest = '';
  /** What came after it. */
  private unread = '';
  private records = 0;

  /** Records that end in what has been read, the sooner or the later. @throws CsvError */
  public read(piece: Buffer): readonly CsvRecord[] {
    this.unread += this.decoder.write(piece);
    // As much again as a field has already: or a field of 100 MB would be looked through once for each piece.
    return this.unread.length < this.rest.length ? [] : this.parse();
  }

  /** The last records, after the last piece. @throws CsvError when it ends in the midst of one */
  public end(): readonly CsvRecord[] {
    this.unread += this.decoder.end();
    const found = this.parse();
    if (this.rest === '' && this.record.length === 0) return found;
    throw new CsvError(`record ${this.records + 1} is cut off`);
  }

  private parse(): readonly CsvRecord[] {
    const text = this.rest + this.unread;
    this.unread = '';
    const found: CsvRecord[] = [];
    let at = 0;
    for (;;) {
      const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      if (!field) break;
      const end = text[field.end];
      if (end !== ',' && end !== '\n') {
        throw new CsvError(`record ${this.records + 1}: a field goes on after its closing quote`);
      }
      this.record.push(field.value);
      at = field.end + 1;
      if (end === '\n') {
        found.push(this.record);
        this.record = [];
        this.records += 1;
      }
    }
    this.rest = text.slice(at);
    return found;
  }
}

/** Text that is no CSV as PostgreSQL writes it. */
export class CsvError extends Error {
  public override readonly name = 'CsvError';
}

interface Field {
  readonly value: string | null;
  /** Index of the character after the field. */
  readonly end: number;
}

/** Undefined when the text ends before the field does. */
function plainField(text: string, from: number): Field | undefined {
  const comma = text.indexOf(',', from);
  const line = text.indexOf('\n', from);
  if (comma < 0 && line < 0) return undefined;
  const end = comma < 0 || (line >= 0 && line < comma) ? line : comma;
  return { value: end === from ? null : text.slice(from, end), end };
}

function quotedField(text: string, from: number): Field | undefined {
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at);
    // The character after a quote says what the quote means, so it must be there.
    if (quote < 0 || quote + 1 >= text.length) return undefined;
    if (text[quote + 1] === '"') at = quote + 2;
    else return { value: text.slice(from + 1, quote).replaceAll('""', '"'), end: quote + 1 };
  }
}
