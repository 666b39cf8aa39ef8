/**
 * What IAM does with a request, as its guide says it and as plainly as it can be said: one request, one answer. It shares nothing
 * with the comparison that it is to prove right.
 */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly principal: { readonly kind: 'AWS' | 'Service'; readonly name: string };
  /** Keys that the request has. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export interface TestStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Principal?: '*' | Readonly<Record<string, readonly string[]>>;
  readonly NotPrincipal?: Readonly<Record<string, readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export const isAllowed = (statements: readonly TestStatement[], request: Request): boolean =>
  isHit(statements, 'Allow', request) && !isHit(statements, 'Deny', request);

export const isHit = (
  statements: readonly TestStatement[],
  effect: TestStatement['Effect'],
  request: Request,
): boolean => statements.some((statement) => statement.Effect === effect && isAbout(statement, request));

function isAbout(statement: TestStatement, { action, resource, principal, context }: Request): boolean {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition = {} } = statement;
  const any = (patterns: readonly string[], text: string): boolean => patterns.some((one) => like(one, text));
  const lower = (texts: readonly string[]): readonly string[] => texts.map((text) => text.toLowerCase());
  const isOne = (principals: '*' | Readonly<Record<string, readonly string[]>>): boolean =>
    principals === '*' ||
    principals['AWS']?.includes('*') === true ||
    principals[principal.kind]?.includes(principal.name) === true;
  return (
    (!Action || any(lower(Action), action.toLowerCase())) &&
    (!NotAction || !any(lower(NotAction), action.toLowerCase())) &&
    (!Resource || any(Resource, resource)) &&
    (!NotResource || !any(NotResource, resource)) &&
    (!Principal || isOne(Principal)) &&
    (!NotPrincipal || !isOne(NotPrincipal)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, values, context[key])),
    )
  );
}

function holds(
  operator: string,
  values: readonly string[],
  given: string | readonly string[] | undefined,
): boolean {
  if (operator === 'Null') return values.includes(String(given === undefined || given.length === 0));
  const [quantifier, rest = ''] = operator.includes(':') ? operator.split(':') : ['', operator];
  const name = rest.replace(/IfExists$/, '');
  const all = given === undefined ? [] : typeof given === 'string' ? [given] : given;
  if (quantifier === 'ForAllValues') return all.every((value) => satisfies(name, values, value));
  if (all.length === 0) return rest.endsWith('IfExists') || (quantifier === '' && name.includes('Not'));
  return all.some((value) => satisfies(name, values, value));
}

function satisfies(operator: string, values: readonly string[], value: string): boolean {
  if (operator.includes('Not')) return !satisfies(operator.replace('Not', ''), values, value);
  const number = Number(value);
  return values.some((wanted) => {
    switch (operator) {
      case 'StringEquals':
        return value === wanted;
      case 'StringEqualsIgnoreCase':
      case 'Bool':
        return value.toLowerCase() === wanted.toLowerCase();
      case 'StringLike':
        return like(wanted, value);
      case 'NumericEquals':
        return number === Number(wanted);
      case 'NumericLessThan':
        return number < Number(wanted);
      case 'NumericLessThanEquals':
        return number <= Number(wanted);
      case 'NumericGreaterThan':
        return number > Number(wanted);
      case 'NumericGreaterThanEquals':
        return number >= Number(wanted);
      case 'IpAddress':
        return isInside(wanted, value);
      default:
        throw new Error(`the evaluator knows no ${operator}`);
    }
  });
}

const expressions = new Map<string, RegExp>();

function like(wanted: string, text: string): boolean {
  const known = expressions.get(wanted);
  if (known) return known.test(text);
  const escaped = wanted.replace(/[.+^${}()|[\]\\/]/g, '\\$&');
  const made = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  expressions.set(wanted, made);
  return made.test(text);
}

/** Of IPv4 only. */
function isInside(cidr: string, address: string): boolean {
  if (address.includes(':')) return false;
  const bits = (text: string): string =>
    text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [network = '', length = '32'] = cidr.split('/');
  return bits(network).slice(0, Number(length)) === bits(address).slice(0, Number(length));
}
