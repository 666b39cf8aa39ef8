import { WHAT_MATTERS } from './what-matters';

type Values = Readonly<Record<string, unknown>>;

/** A stack's Terraform configuration, as far as it is read here. */
export interface Template {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/** Characters of a line. */
const WIDTH = 118;

/**
 * A stack in the lines that a reviewer reads: each resource with what matters of it, those alike counted; then all that is there
 * besides; then how many actions its policies name of each service. Sorted, and the same for the same stack.
 *
 * @param matters attributes to show, by type
 */
export function summary(template: Template, matters: typeof WHAT_MATTERS = WHAT_MATTERS): string {
  const types = Object.entries(template.resource ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const told = types.flatMap(([type, named]) => linesOf(type, Object.values(named), matters[type]));
  const counted = types
    .filter(([type]) => matters[type] === undefined)
    .map(([type, named]) => `${type} ${Object.keys(named).length}`);
  return [...told, ...wrapped('and', counted), ...wrapped('allows', actionsOf(template))].join('\n');
}

function linesOf(
  type: string,
  resources: readonly Values[],
  paths: readonly string[] | undefined,
): readonly string[] {
  if (paths === undefined) return [];
  const alike = new Map<string, number>();
  for (const resource of resources) {
    const { prevent_destroy: isKept } = (resource['lifecycle'] ?? {}) as Values;
    const words = paths.flatMap((path) => attribute(resource, path));
    const key = (isKept === true ? [...words, 'kept from destruction'] : words).join('\n');
    alike.set(key, (alike.get(key) ?? 0) + 1);
  }
  return [...alike]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, count]) => {
      const title = `${type}${count > 1 ? ` ×${count}` : ''}`;
      return key === '' ? [title] : wrapped(`${title}:`, key.split('\n'));
    });
}

/** `port 443`; nothing if it is not there; what is in a map, each by itself. */
function attribute(resource: Values, path: string): readonly string[] {
  const value = valueAt(resource, path);
  if (value === undefined) return [];
  const name = path.replace(/^(metadata|spec)\./, '').replace(/^labels\..*\//, '');
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => cut(`${key} ${shown(each)}`));
  return [cut(`${name} ${shown(value)}`)];
}

/** Characters of an attribute. */
const LONGEST = 80;

const cut = (word: string): string => (word.length > LONGEST ? `${word.slice(0, LONGEST)}…` : word);

function valueAt(value: unknown, path: string): unknown {
  if (path === '' || value === undefined || value === null) return value ?? undefined;
  if (Array.isArray(value)) {
    const found = value.map((each) => valueAt(each, path)).filter((each) => each !== undefined);
    return found.length > 1 ? found : found[0];
  }
  if (typeof value !== 'object') return undefined;
  // Names of labels have dots in them: the longest name that is there is meant.
  const parts = path.split('.');
  for (let count = parts.length; count > 0; count--) {
    const name = parts.slice(0, count).join('.');
    if (name in value) return valueAt((value as Values)[name], parts.slice(count).join('.'));
  }
  return undefined;
}

/** A value for people. What only a deployment knows, is `…`. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(' ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value).replaceAll(/\$\{[^}]*\}/g, '…');
}

/** `kms 4`: how many different actions of a service the policies allow. All of a service are `*`. */
function actionsOf({ data }: Template): readonly string[] {
  const documents = Object.values(data?.['aws_iam_policy_document'] ?? {});
  const statements = documents.flatMap(({ statement }) => (statement ?? []) as readonly Values[]);
  const allowed = statements
    .filter(({ effect }) => effect !== 'Deny')
    .flatMap(({ actions }) => (actions ?? []) as readonly string[]);
  const services = new Map<string, Set<string>>();
  for (const action of allowed) {
    const [service = '', name = '*'] = action.split(':');
    services.set(service, (services.get(service) ?? new Set<string>()).add(name));
  }
  return [...services]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, names]) =>
      service === '*' ? 'everything' : `${service} ${names.has('*') ? '*' : names.size}`,
    );
}

/** Words in lines of a width, after what they are. */
function wrapped(title: string, words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${title} ${word}`);
    else if (last.length + word.length + 2 <= WIDTH) lines[lines.length - 1] = `${last}, ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}
