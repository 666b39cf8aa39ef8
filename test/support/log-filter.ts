/**
 * Whether a record matches a metric filter's pattern for JSON, as far as the patterns here go: comparisons of one field, with
 * `&&`, `||` and parentheses. "Filter pattern syntax for metric filters", Amazon CloudWatch Logs User Guide.
 */
export function matchesFilter(pattern: string, record: Readonly<Record<string, unknown>>): boolean {
  const words = pattern.match(/"[^"]*"|\$\.\w+|&&|\|\||[<>]=|[(){}=]|\d+/g) ?? [];
  let at = 0;
  const next = (): string => words[at++] ?? '';
  const expect = (word: string): void => {
    const found = next();
    if (found !== word) throw new Error(`expected ${word} in ${pattern}, found ${found}`);
  };
  const comparison = (): boolean => {
    if (words[at] === '(') {
      expect('(');
      const inside = either();
      expect(')');
      return inside;
    }
    const value = record[next().slice('$.'.length)];
    const operator = next();
    const bound = next();
    if (operator === '=') return typeof value === 'string' && glob(bound.slice(1, -1)).test(value);
    if (operator === '>=') return typeof value === 'number' && value >= Number(bound);
    throw new Error(`this model knows no operator ${operator}`);
  };
  const both = (): boolean => {
    let all = comparison();
    while (words[at] === '&&') {
      expect('&&');
      // Evaluated whatever came before, for its words must be read.
      const one = comparison();
      all = all && one;
    }
    return all;
  };
  const either = (): boolean => {
    let any = both();
    while (words[at] === '||') {
      expect('||');
      const one = both();
      any = any || one;
    }
    return any;
  };
  expect('{');
  const matches = either();
  expect('}');
  return matches;
}

const glob = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
