import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { jsonSchemas } from '../../config/schema/generate';

const CONFIG = join(__dirname, '../../config');
const committed = (file: string): string => readFileSync(join(CONFIG, 'schema/json', file), 'utf8');

describe('the JSON Schemas for editors', () => {
  it('are those that the zod schemas generate; after a change run `npm run schema`', () => {
    expect(readdirSync(join(CONFIG, 'schema/json')).sort()).toEqual([...jsonSchemas().keys()].sort());
    for (const [file, text] of jsonSchemas()) expect(committed(file)).toBe(text);
  });

  it('describe every key', () => {
    const undescribed = [...jsonSchemas().values()].flatMap((text) =>
      keysWithoutDescription(JSON.parse(text) as Described, ''),
    );
    expect(undescribed).toEqual([]);
  });

  it.each([
    ['dev/platform.yaml', 'platform'],
    ['prod/platform.yaml', 'platform'],
    ['dev/tenants/acme.yaml', 'tenant'],
    ['prod/tenants/acme.yaml', 'tenant'],
  ])('accept %s, whose first line points an editor at them', (file, schema) => {
    const path = join(CONFIG, 'environments', file);
    const text = readFileSync(path, 'utf8');
    const reference = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? '';
    expect(join(path, '..', reference)).toBe(join(CONFIG, `schema/json/${schema}.schema.json`));
    const validate = new Ajv({ strict: false }).compile(JSON.parse(committed(`${schema}.schema.json`)));
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
  });
});

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly additionalProperties?: Described | boolean;
}

function keysWithoutDescription(schema: Described, path: string): string[] {
  const below =
    typeof schema.additionalProperties === 'object'
      ? keysWithoutDescription(schema.additionalProperties, `${path}.*`)
      : [];
  return Object.entries(schema.properties ?? {}).reduce((found, [key, value]) => {
    const own = value.description === undefined ? [`${path}.${key}`] : [];
    return [...found, ...own, ...keysWithoutDescription(value, `${path}.${key}`)];
  }, below);
}
