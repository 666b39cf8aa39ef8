/** What may stand between two semicolons without being one: quoted text, dollar-quoted text, comments, anything else. */
const PARTS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|[^;'"$\-/]+|[-$/]|;/g;

/**
 * The statements of an SQL text, in lowercase, without comments and with all space and quoted text made short: enough to tell
 * what kind each is. It is no parser; PostgreSQL and the guard in it have the last word.
 */
export function statementsOf(sql: string): readonly string[] {
  let statement = '';
  const statements: string[] = [];
  for (const [part] of sql.matchAll(PARTS)) {
    if (part === ';') {
      statements.push(statement);
      statement = '';
    } else if (part.startsWith('--') || part.startsWith('/*')) statement += ' ';
    else statement += part;
  }
  return [...statements, statement]
    .map((text) => text.replaceAll(/\s+/g, ' ').trim().toLowerCase())
    .filter((text) => text !== '');
}
