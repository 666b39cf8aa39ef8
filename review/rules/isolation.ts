import { pairs, shown, textOf } from './pairs';
import type { RiskRule } from './rule';

/** What names a tenant in texts of the platform: `tenant-acme`, `ten:acme:`, `tenant=acme`. */
const MARK = '(?:^|[^a-z0-9])(?:tenants?|ten)[-:/=_.]';

/** Something of one dedicated tenant that names another tenant, and did not before. */
export const isolationRule: RiskRule = ({ change: { before, after } }, fate, _, { tenant, tenants = [] }) => {
  if (tenant === undefined || !after || fate === 'none' || fate === 'forget' || fate === 'destroy') return [];
  const others = tenants.filter((id) => id !== tenant);
  if (others.length === 0) return [];
  const gained = pairs(before ?? {}, after).flatMap((pair) => {
    if (typeof pair.after !== 'string') return [];
    const text = pair.after;
    const known = new Set(namedIn(textOf(pair.before), tenants));
    const named = namedIn(text, tenants).filter((id) => id !== tenant && !known.has(id));
    // The whole text, such as a label.
    const whole = others.filter((id) => id === text && pair.before === tenant);
    return [...new Set([...named, ...whole])].map((id) => ({ id, path: pair.path, text }));
  });
  const [first] = gained;
  if (!first) return [];
  const ids = [...new Set(gained.map(({ id }) => id))].sort();
  return [
    {
      level: 'high',
      kind: 'isolation',
      what: `is tenant ${tenant}’s, and names tenant ${ids.join(', ')} in ${first.path.join('.')}: ${shown(first.text)}`,
    },
  ];
};

/** Tenants that a text names. An id that begins with another one is meant as a whole. */
function namedIn(text: string, tenants: readonly string[]): readonly string[] {
  if (!/ten/i.test(text)) return [];
  return [...text.toLowerCase().matchAll(expressionFor(tenants))].flatMap((match) => match[1] ?? []);
}

const expressions = new WeakMap<readonly string[], RegExp>();

function expressionFor(tenants: readonly string[]): RegExp {
  const made = expressions.get(tenants);
  if (made) return made;
  const longestFirst = [...tenants].sort((a, b) => b.length - a.length);
  const ids = longestFirst.map((id) => id.replace(/[^a-z0-9-]/g, '')).join('|');
  const expression = new RegExp(`${MARK}(${ids})(?![a-z0-9])`, 'g');
  expressions.set(tenants, expression);
  return expression;
}
