/** Characters of the longest text that is not cut off. */
const LONGEST = 600;

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** A space of no width, after what would make a link, a mention or a reference of what follows. */
const APART = '\u200b';

/**
 * Words in a sentence of Markdown, which mean what they say: no markup, no HTML, no picture, and nobody is notified.
 *
 * GitHub looks for mentions, references and addresses in what the Markdown has become, so that a backslash does not keep them.
 */
export const prose = (text: string): string =>
  cut(text)
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
    .replace(/@(?=\w)|#(?=\d)|(?<=\b(?:https?|ftp)):(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, `$&${APART}`);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A name as code: in a fence of more backticks than any row of them in it. */
export function code(text: string): string {
  const shown = cut(text) === '' ? ' ' : cut(text);
  const fence = '`'.repeat(longestRow(shown) + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A name as code inside of HTML, where Markdown is not read. */
export const summaryCode = (text: string): string =>
  `<code>${cut(text).replace(/[^\w .:/-]/gu, (char) => `&#${char.codePointAt(0) ?? 0};`)}</code>`;

/** Lines as a block of code that none of them ends. */
export function fenced(language: string, lines: readonly string[]): string {
  const shown = lines.map(cut);
  const fence = '`'.repeat(Math.max(3, ...shown.map((line) => longestRow(line) + 1)));
  return [`${fence}${language}`, ...shown, fence].join('\n');
}

const longestRow = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map((row) => row.length));
