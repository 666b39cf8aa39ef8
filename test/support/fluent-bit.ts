/**
 * A model of the part of Fluent Bit that the platform's configuration uses: which line of which file reaches which output,
 * and as what record. Fluent Bit itself is no package of Debian or npm. An option or plugin that the model does not know is an
 * error, never ignored.
 *
 * Source: Fluent Bit's manual, and its sources where the manual is silent (the parser `cri`, `flb_router_match`).
 */

export interface Section {
  readonly kind: string;
  /** Keys in lower case, for Fluent Bit does not tell them apart. */
  readonly entries: Readonly<Record<string, string>>;
}

export type LogRecord = Readonly<Record<string, unknown>>;

export interface Delivery {
  /** Alias of the output. */
  readonly output: string;
  readonly tag: string;
  readonly record: LogRecord;
}

/** The sections of a configuration in Fluent Bit's classic format. */
export function parseSections(text: string): readonly Section[] {
  const sections: { kind: string; entries: Record<string, string> }[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const header = /^\[(\w+)\]$/.exec(line);
    if (header) {
      sections.push({ kind: header[1] ?? '', entries: {} });
      continue;
    }
    const [, key = '', value = ''] = /^ {4}(\S+) (.+)$/.exec(line) ?? [];
    const entries = sections.at(-1)?.entries;
    const name = key.toLowerCase();
    if (!entries || name === '' || name in entries) throw new Error(`not a line of a section: '${line}'`);
    entries[name] = value;
  }
  return sections;
}

/** `*` is any characters, `[…]` one of these, as in glob(3) and in `Match`. */
const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|\\]/g, '\\$&').replaceAll('*', '.*')}$`);

const matches = ({ entries }: Section, tag: string): boolean =>
  entries['match_regex'] === undefined
    ? glob(entries['match'] ?? '').test(tag)
    : new RegExp(entries['match_regex']).test(tag);

/** A line as containerd writes it to a file. */
export const criLine = (text: string, stream: 'stdout' | 'stderr' = 'stdout'): string =>
  `2026-11-25T10:00:00.000000000Z ${stream} F ${text}`;

/** What arrives where when one line stands in one file. */
export function deliver(config: Readonly<Record<string, string>>, file: string, line: string): Delivery[] {
  const all = (name: string): readonly Section[] => parseSections(config[name] ?? '');
  return all('inputs')
    .filter(({ entries }) => reads(entries, file))
    .flatMap(({ entries }) => {
      const tag = (entries['tag'] ?? '').replace('*', file.slice(1).replaceAll('/', '.'));
      const record = all('filters')
        .filter((filter) => matches(filter, tag))
        .reduce<LogRecord | undefined>(
          (passed, filter) => passed && filtered(filter, passed, all('customParsers')),
          cri(line),
        );
      if (!record) return [];
      return all('outputs')
        .filter((output) => matches(output, tag))
        .map((output) => ({ output: output.entries['alias'] ?? '', tag, record }));
    });
}

const reads = (input: Section['entries'], file: string): boolean =>
  glob(input['path'] ?? '').test(file) && !glob(input['exclude_path'] ?? '').test(file);

function cri(line: string): LogRecord {
  const groups = /^(?<time>.+?) (?<stream>stdout|stderr) (?<_p>F|P) (?<log>.*)$/.exec(line)?.groups;
  if (!groups) throw new Error(`not a line of containerd: '${line}'`);
  return { ...groups };
}

function filtered(
  { entries }: Section,
  record: LogRecord,
  parsers: readonly Section[],
): LogRecord | undefined {
  switch (entries['name']) {
    case 'grep': {
      const keeps = entries['regex'] !== undefined;
      const [key = '', ...pattern] = (entries['regex'] ?? entries['exclude'] ?? '').split(' ');
      return new RegExp(pattern.join(' ')).test(String(record[key])) === keeps ? record : undefined;
    }
    case 'kubernetes': {
      const merged = parsed(String(record['log']));
      return { ...record, ...merged, kubernetes: {} };
    }
    case 'record_modifier':
      return Object.fromEntries(Object.entries(record).filter(([key]) => key !== entries['remove_key']));
    case 'parser': {
      const parser = parsers.find((each) => each.entries['name'] === entries['parser']);
      if (parser?.entries['format'] !== 'json')
        throw new Error(`no JSON parser '${entries['parser'] ?? ''}'`);
      const found = parsed(String(record[entries['key_name'] ?? '']));
      if (!found) return record;
      return entries['reserve_data'] === 'On' ? { ...record, ...found } : found;
    }
    default:
      throw new Error(`the model does not know filter '${entries['name'] ?? ''}'`);
  }
}

function parsed(text: string): LogRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LogRecord) : undefined;
  } catch {
    return undefined;
  }
}
