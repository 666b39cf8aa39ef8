import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import { ConfigDocument, keyText } from './document';
import { quote, type Path, type Problem } from './problem';

/** A config file's text. */
export interface Source {
  /** Relative to the project's root, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** A file's data if there is any to check, and what is wrong with it as YAML. */
export interface Parsed {
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads the small part of YAML that config needs: one document of mappings, lists and scalars.
 *
 * Anchors, aliases and tags are refused: a reader would have to look elsewhere for a value, and a few lines of
 * nested aliases expand to gigabytes.
 */
export function parseSource(source: Source): Parsed {
  try {
    return parse(source);
  } catch (error) {
    // The parser recurses once per level of nesting.
    if (!(error instanceof RangeError)) throw error;
    const message = `is not valid YAML: ${TOO_DEEP}`;
    return { document: undefined, problems: [{ file: source.file, line: 1, column: 1, path: '', message }] };
  }
}

type ProblemAt = (offset: number | undefined, message: string) => Problem;

function parse({ file, text }: Source): Parsed {
  const lines = new LineCounter();
  // Equal keys are reported below, so that they do not hide the other problems of the file.
  const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at: ProblemAt = (offset = 0, message) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path: '', message };
  };

  const loneReturn = text.search(/\r(?!\n)/);
  if (loneReturn >= 0) return { document: undefined, problems: [at(loneReturn, LONE_RETURN)] };
  const errors = tree.errors.map((error) => at(error.pos[0], syntaxMessage(error)));
  const refused = errors.length > 0 ? errors : findUnsupported(tree, at);
  if (refused.length > 0) return { document: undefined, problems: firstOfEachLine(refused) };
  const problems: Problem[] = [];
  const duplicates: Path[] = [];
  for (const { path, offset, first } of findBadKeys(tree.contents)) {
    const key = String(path.at(-1));
    if (first === undefined) {
      problems.push(at(offset, `must not have the key ${quote(key)}`));
    } else {
      duplicates.push(path);
      const { line } = lines.linePos(first);
      problems.push(at(offset, `has the key ${quote(key)} twice, first on line ${line}; keep one`));
    }
  }
  return { document: new ConfigDocument(file, tree, lines, duplicates), problems };
}

/** Some editors and spreadsheets still end lines so. YAML reads all of such a file as one line, or one comment. */
const LONE_RETURN =
  'must not have a carriage return without a line feed (the line ends of the old Mac); save it with the line ends LF or CRLF';

const TOO_DEEP = 'it is nested too deeply to be read; config needs five levels';

/** The parser's code in words for the mistakes people make; any other error keeps the parser's own words. */
function syntaxMessage({ code, message }: YAMLError): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'is not valid YAML: a tab is used as indentation; use spaces';
    case 'BAD_INDENT':
      return message.startsWith('Flow')
        ? 'is not valid YAML: a bracket or brace that was opened before is not closed'
        : 'is not valid YAML: the indentation does not match the lines above';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'is not valid YAML: one line holds two keys; put text that contains ": " in quotes, and align the keys of a mapping';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'is not valid YAML: a key must stand on one line; is a colon missing here?';
    case 'MISSING_CHAR':
      return `is not valid YAML: ${message.replace(/^M/, 'm').replace("'quote", 'single quote').replace('"quote', 'double quote')}`;
    case 'MULTIPLE_DOCS':
      return 'must hold one document; remove everything from this "---" on, or move it to its own file';
    case 'RESOURCE_EXHAUSTION':
      return `is not valid YAML: ${TOO_DEEP}`;
    default:
      return `is not valid YAML: ${message}`;
  }
}

/**
 * One mistake often makes the parser complain several times about a line, and about many lines after it: the first
 * complaint of each of the first ten lines says it best.
 */
function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.toReversed().map((problem) => [problem.line, problem])).values()]
    .toReversed()
    .slice(0, 10);
}

/** YAML that config does not use and that has no data, or dangerous data. */
function findUnsupported(tree: Document.Parsed, at: ProblemAt): Problem[] {
  const problems: Problem[] = [];
  visit(tree, {
    Alias: (_, { range, source }) => {
      problems.push(at(range?.[0], `must not use the alias *${source}; write the value out`));
    },
    Pair: (_, { key }) => {
      if (isScalar(key)) return;
      const { range } = key as Node;
      problems.push(
        at(range?.[0], 'must not have a list, a mapping or an alias as a key; keys are plain text'),
      );
    },
    Node: (_, node) => {
      const { anchor, tag, range } = node as Node & { readonly anchor?: string };
      if (anchor !== undefined) {
        problems.push(
          at(range?.[0], `must not define the anchor &${anchor}; write the value out where it is used`),
        );
      }
      if (tag !== undefined) {
        problems.push(at(range?.[0], `must not use the tag ${tag}; write the plain value`));
      }
    },
  });
  return problems;
}

interface BadKey {
  readonly path: Path;
  readonly offset: number;
  /** Offset of the equal key before; undefined when the key is bad by itself. */
  readonly first: number | undefined;
}

/** Keys that would be lost without a word. */
function findBadKeys(node: Node | null, path: Path = []): BadKey[] {
  if (isSeq<Node>(node)) return node.items.flatMap((item, index) => findBadKeys(item, [...path, index]));
  if (!isMap<Node, Node | null>(node)) return [];
  const seen = new Map<string, number>();
  return node.items.flatMap((pair): BadKey[] => {
    const key = keyText(pair);
    const [own, offset] = [[...path, key], pair.key.range?.[0] ?? 0];
    const first = seen.get(key);
    if (first === undefined) seen.set(key, offset);
    const bad = first !== undefined || key === '__proto__';
    return [...(bad ? [{ path: own, offset, first }] : []), ...findBadKeys(pair.value, own)];
  });
}
