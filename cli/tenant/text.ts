/** How text is written. */
export interface Format {
  /** Whether the terminal shows colours. */
  readonly colour: boolean;
}

export const formatOf = (out: { readonly isTTY?: boolean } = process.stdout): Format => ({
  colour: out.isTTY === true && process.env['NO_COLOR'] === undefined,
});

const CODES = { dim: 2, bold: 1, red: 31, yellow: 33 } as const;

export const styled = (text: string, style: keyof typeof CODES, { colour }: Format): string =>
  colour ? `\u001b[${String(CODES[style])}m${text}\u001b[0m` : text;

/** Rows in columns, as wide as what they hold; the last one has what is left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], format: Format): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [styled(line(head), 'bold', format), ...rows.map(line)].join('\n');
}

/** Names and values below one another: `  state      active`. Those without a value are left out. */
export function facts(entries: readonly (readonly [string, string | undefined])[], indent = '  '): string {
  const present = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present
    .map(([name, value]) => {
      const next = `\n${indent}${' '.repeat(width + 2)}`;
      return `${indent}${name.padEnd(width)}  ${value.replaceAll('\n', next)}`;
    })
    .join('\n');
}
