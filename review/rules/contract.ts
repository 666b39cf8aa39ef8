import { symbolsOf } from '../policy/pattern';
import { shown } from './pairs';
import type { RiskRule, RuleFinding } from './rule';

const found = (level: 'low' | 'high', what: string): RuleFinding => ({ level, kind: 'contract', what });

/** What stacks tell one another by parameters: a part that is gone breaks those that read it. */
export const contractRule: RiskRule = ({ type, change: { before, after } }, fate) => {
  if (type !== 'aws_ssm_parameter' || fate === 'create' || fate === 'forget' || !before) return [];
  const name = String(before['name']);
  if (!after) return [found('high', `is destroyed: whoever reads ${name} finds nothing`)];
  if (before['name'] !== after['name']) {
    return [found('high', `is told as ${shown(after['name'])}: whoever reads ${name} finds nothing`)];
  }
  const [was, is] = [before, after].map((values) => fieldsOf(values['insecure_value'] ?? values['value']));
  if (!was || !is) return [];
  const gone = [...was.keys()].filter((key) => !is.has(key));
  const version = was.get('version') === is.get('version') ? undefined : is.get('version');
  const others = [...was.keys()].filter(
    (key) => key !== 'version' && is.has(key) && is.get(key) !== was.get(key),
  );
  return [
    ...(gone.length > 0
      ? [found('high', `no longer tells ${gone.join(', ')}: whoever reads that fails`)]
      : []),
    ...(version === undefined
      ? []
      : [
          found(
            'low',
            `goes from version ${shown(was.get('version'))} to ${shown(version)}: deploy what reads it together with it`,
          ),
        ]),
    ...(others.length > 0 ? [found('low', `tells another ${others.join(', ')}`)] : []),
  ];
};

/** Fields of an object, whether a text in JSON or an expression of Terraform that makes one; each as it is written. */
function fieldsOf(value: unknown): ReadonlyMap<string, string> | undefined {
  if (typeof value !== 'string') return undefined;
  const expression = /^\$\{jsonencode\(\{(.*)\}\)\}$/s.exec(value)?.[1];
  if (expression !== undefined) return assigned(expression);
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    return new Map(Object.entries(parsed).map(([key, part]) => [key, JSON.stringify(part)]));
  } catch {
    return undefined;
  }
}

/** `"a" = 1, "b" = f(x, y)` */
function assigned(expression: string): ReadonlyMap<string, string> {
  const parts: string[] = [''];
  let depth = 0;
  let isQuoted = false;
  let previous = '';
  for (const symbol of symbolsOf(expression)) {
    if (symbol === '"' && previous !== '\\') isQuoted = !isQuoted;
    if (!isQuoted && /^[([{]$/.test(symbol)) depth++;
    if (!isQuoted && /^[)\]}]$/.test(symbol)) depth--;
    if (symbol === ',' && !isQuoted && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${symbol}`);
    previous = symbol;
  }
  return new Map(
    parts.flatMap((part) => {
      const [, key, value] = /^\s*"([^"]+)"\s*=\s*(.*)$/s.exec(part) ?? [];
      return key !== undefined && value !== undefined ? [[key, value.trim()] as const] : [];
    }),
  );
}
