import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { checkConfig } from '../../config/loader/check';
import { parseSource } from '../../config/loader/parse';
import { PLATFORM, tenantFile } from './fixture';

/** Checks a config in memory and fails when a problem does not tell a person where to look and what is wrong. */
function expectPlainAnswer(platform: string, tenant: string): void {
  const files: Readonly<Record<string, string>> = { 'platform.yaml': platform, 'tenants/acme.yaml': tenant };
  const checked = checkConfig({
    environment: 'prod',
    platform: parseSource({ file: 'platform.yaml', text: platform }),
    tenants: [{ name: 'acme', source: { file: 'tenants/acme.yaml', text: tenant } }],
    tenantNames: new Set(['acme']),
  });
  expect(checked.platform === undefined).toBe(checked.problems.length > 0);
  for (const { file, line, column, message } of checked.problems) {
    expect(line).toBeLessThanOrEqual((files[file] ?? '').split('\n').length);
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(message).toMatch(/^\S[^\n]*\S$/);
    expect(message).not.toMatch(/undefined|\[object|Invalid input|\n\s+at /);
  }
}

const TENANT = tenantFile('acme');

describe('a config changed at random', () => {
  it('by characters is accepted or refused in plain words', () => {
    const edit = fc.record({
      at: fc.nat(PLATFORM.length),
      drop: fc.nat(12),
      insert: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom('\t', '\n', ': ', '- ', '[', '{', '&a ', '*a', '!t ', '---\n', '"', "'", '|', '# '),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const change = (text: string): string =>
          edits.reduce((result, { at, drop, insert }) => {
            const start = at % result.length;
            return `${result.slice(0, start)}${insert}${result.slice(start + drop)} `;
          }, text);
        expectPlainAnswer(change(PLATFORM), TENANT);
        expectPlainAnswer(PLATFORM, change(TENANT));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('by values is accepted or refused in plain words', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        'us-east-1',
        '10.16.0.0/16',
        '0.0.0.0/0',
        '1.36',
        'constructor',
        '__proto__',
        'toString',
        Number.MAX_VALUE,
      ),
    );
    fc.assert(
      fc.property(fc.nat(), value, fc.boolean(), (choice, replacement, renamesKey) => {
        for (const [platform, tenant] of [
          [mutated(PLATFORM, choice, replacement, renamesKey), TENANT],
          [PLATFORM, mutated(TENANT, choice, replacement, renamesKey)],
        ] as const) {
          expectPlainAnswer(platform, tenant);
        }
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});

type Container = Record<string, unknown>;

/** The YAML with one of its values replaced, or one of its keys renamed. */
function mutated(text: string, choice: number, replacement: unknown, renamesKey: boolean): string {
  const data: unknown = parse(text);
  const places = placesIn(data);
  const place = places[choice % places.length];
  if (place === undefined) throw new Error('nothing to change');
  const [container, key] = place;
  if (renamesKey && !Array.isArray(container)) {
    container[JSON.stringify(replacement)] = container[key];
    Reflect.deleteProperty(container, key);
  } else {
    container[key] = replacement;
  }
  return stringify(data);
}

function placesIn(value: unknown): [Container, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Container;
  return Object.keys(container).flatMap((key): [Container, string][] => [
    [container, key],
    ...placesIn(container[key]),
  ]);
}
