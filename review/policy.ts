/**
 * IAM policies compared as what they allow. A later policy is wider than an earlier one unless everything that it allows was
 * allowed before and everything that was refused still is. Where that cannot be shown, it is called wider: the comparison
 * may be wrong on the safe side only.
 */

interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly conditions: readonly Requirement[];
}

interface Requirement {
  readonly test: string;
  readonly key: string;
  readonly values: readonly string[];
}

interface Parsed {
  readonly allow: readonly Grant[];
  readonly deny: readonly Grant[];
  /** Statements that say what they are not about. They compare by their text only. */
  readonly negated: readonly string[];
}

/** Whether a text is a policy. */
export function isPolicy(text: unknown): text is string {
  return typeof text === 'string' && text.includes('"Statement"') && parse(text) !== undefined;
}

/**
 * What a policy allows that another one did not.
 *
 * @returns sentences for a person; none if it is no wider
 */
export function widenings(before: string, after: string): readonly string[] {
  const [old, now] = [parse(before), parse(after)];
  if (!old || !now) return before === after ? [] : ['the policy changed, and cannot be read'];
  return [
    ...now.allow.flatMap((grant) => newlyAllowed(grant, old.allow)),
    ...old.deny.flatMap((grant) => {
      const kept = now.deny.filter((other) => isImplied(other.conditions, grant.conditions));
      const lost = uncovered(grant, kept);
      return lost === undefined ? [] : [`no longer refuses ${lost}`];
    }),
    ...changed(old.negated, now.negated).map((text) => `what it says with “Not” changed: ${shortened(text)}`),
  ];
}

/** Whether a policy allows whole services, or everything, on everything. */
export function allowsEverything(policy: string): boolean {
  return (parse(policy)?.allow ?? []).some(
    ({ actions, resources, conditions }) =>
      conditions.length === 0 &&
      resources.includes('*') &&
      actions.some((action) => action === '*' || action.endsWith(':*')),
  );
}

function newlyAllowed(grant: Grant, old: readonly Grant[]): readonly string[] {
  // An earlier statement counts only where its conditions hold whenever the later one's do.
  const allowed = old.filter((other) => isImplied(other.conditions, grant.conditions));
  const more = uncovered(grant, allowed);
  if (more === undefined) return [];
  const wasConditional = uncovered(grant, old) === undefined;
  return [`${wasConditional ? 'under weaker conditions, allows' : 'allows'} ${more}`];
}

/** What of a grant none of the others covers, told by its first parts; undefined if all is covered. */
function uncovered(grant: Grant, others: readonly Grant[]): string | undefined {
  const missing = { actions: new Set<string>(), resources: new Set<string>(), principals: new Set<string>() };
  for (const action of grant.actions) {
    const byAction = others.filter(({ actions }) => isCovered(actions, action));
    for (const resource of grant.resources) {
      const byResource = byAction.filter(({ resources }) => isCovered(resources, resource));
      for (const principal of grant.principals) {
        if (byResource.some(({ principals }) => isCovered(principals, principal))) continue;
        missing.actions.add(action);
        missing.resources.add(resource);
        missing.principals.add(principal);
      }
    }
  }
  if (missing.actions.size === 0) return undefined;
  const principals = [...missing.principals].filter((principal) => principal !== '');
  const to = principals.length > 0 ? ` to ${some(principals)}` : '';
  const on = [...missing.resources].filter((resource) => resource !== '');
  return `${some([...missing.actions])}${on.length > 0 ? ` on ${some(on)}` : ''}${to}`;
}

/** Names of a list that are enough for a person to see what it is about. */
const SHOWN = 4;

function some(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${String(more)} more` : names.join(', ');
}

const shortened = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);

const isCovered = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => covers(pattern, name));

/** Whether a pattern matches all that another one matches. A star of the other is matched by a star only. */
export function covers(pattern: string, other: string): boolean {
  if (pattern === other || pattern === '*') return true;
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('?', '[^*]')
    .replaceAll('*', '.*');
  return new RegExp(`^${expression}$`, 's').test(other);
}

/** Whether these conditions hold whenever the others do. */
function isImplied(conditions: readonly Requirement[], by: readonly Requirement[]): boolean {
  return conditions.every(({ test, key, values }) =>
    by.some((other) => {
      if (other.test !== test || other.key !== key) return false;
      const [inner, outer] = /not/i.test(test) ? [values, other.values] : [other.values, values];
      return inner.every((value) => outer.includes(value));
    }),
  );
}

function parse(text: string): Parsed | undefined {
  try {
    const { Statement } = JSON.parse(text) as { readonly Statement?: unknown };
    const statements = list(Statement).filter(isRecord);
    const isNegated = (statement: Record<string, unknown>): boolean =>
      ['NotAction', 'NotResource', 'NotPrincipal'].some((key) => key in statement);
    const plain = statements.filter((statement) => !isNegated(statement));
    const grants = (effect: string): readonly Grant[] =>
      plain.filter(({ Effect }) => Effect === effect).map(grantOf);
    return {
      allow: grants('Allow'),
      deny: grants('Deny'),
      negated: statements.filter(isNegated).map((statement) => canonical({ ...statement, Sid: undefined })),
    };
  } catch {
    return undefined;
  }
}

function grantOf(statement: Record<string, unknown>): Grant {
  return {
    actions: texts(statement['Action']).map((action) => action.toLowerCase()),
    // A trust policy has no resource, an identity policy no principal: one that is nobody's, so that products are not empty.
    resources: 'Resource' in statement ? texts(statement['Resource']) : [''],
    principals: 'Principal' in statement ? principalsOf(statement['Principal']) : [''],
    conditions: Object.entries(isRecord(statement['Condition']) ? statement['Condition'] : {}).flatMap(
      ([test, keys]) =>
        Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) => ({
          test: test.toLowerCase(),
          key: key.toLowerCase(),
          values: texts(values),
        })),
    ),
  };
}

function principalsOf(principal: unknown): readonly string[] {
  if (!isRecord(principal)) return texts(principal);
  return Object.entries(principal).flatMap(([kind, names]) =>
    texts(names).map((name) => (kind === 'AWS' ? name : `${kind} ${name}`)),
  );
}

const list = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
const texts = (value: unknown): readonly string[] => list(value).map(String);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const changed = (before: readonly string[], after: readonly string[]): readonly string[] => [
  ...before.filter((text) => !after.includes(text)),
  ...after.filter((text) => !before.includes(text)),
];

/** The same text for the same value, in whichever order its parts stand. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (!isRecord(value)) return value === undefined ? 'null' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}
