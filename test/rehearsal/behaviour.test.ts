import * as path from 'node:path';
import { KNOWN_TYPES, behaviourOf } from '../../rehearsal/behaviour/index';
import { SchemaStore } from '../../rehearsal/schema/cache';
import { type Block, type CtyType, PROVIDER_NAMES, type ProviderName } from '../../rehearsal/schema/model';

const schemas = new SchemaStore(path.resolve(__dirname, '../..'));

function providerOf(type: string): ProviderName {
  const provider = PROVIDER_NAMES.find((name) => type.startsWith(`${name}_`));
  if (!provider) throw new Error(`no provider for ${type}`);
  return provider;
}

async function schemaOf(type: string): Promise<Block> {
  const schema = await schemas.find(providerOf(type), 'resource', type);
  if (!schema) throw new Error(`the installed provider has no resource type ${type}`);
  return schema;
}

/** Type of the attribute at a dotted path, `'block'` for a block, undefined where there is neither. */
function lookUp(block: Block, dotted: string): CtyType | 'block' | 'nested' | undefined {
  const [step = '', ...rest] = dotted.split('.');
  const attribute = block.attributes.find(({ name }) => name === step);
  if (attribute && rest.length === 0) return attribute.type ?? 'nested';
  const nested = block.blocks.find(({ name }) => name === step);
  if (!nested) return undefined;
  return rest.length === 0 ? 'block' : lookUp(nested.block, rest.join('.'));
}

describe('what is written down of a type', () => {
  it.each(KNOWN_TYPES)('names only attributes that the provider has: %s', async (type) => {
    const behaviour = behaviourOf(type);
    const schema = await schemaOf(type);
    const named = [...(behaviour?.unique?.attributes ?? []), ...Object.keys(behaviour?.values ?? {})];
    expect(named.filter((dotted) => lookUp(schema, dotted) === undefined)).toEqual([]);
    if (behaviour?.arn !== undefined) expect(lookUp(schema, 'arn')).toBe('string');
    if (behaviour?.id !== undefined) expect(lookUp(schema, 'id')).toBe('string');
  });

  it.each(KNOWN_TYPES)('gives values of the type that the attribute has: %s', async (type) => {
    const behaviour = behaviourOf(type);
    const schema = await schemaOf(type);
    const wrong = Object.entries(behaviour?.values ?? {}).filter(([dotted, value]) => {
      const expected = lookUp(schema, dotted);
      if (expected === 'string' || expected === 'number') return typeof value !== expected;
      if (expected === 'bool') return typeof value !== 'boolean';
      if (Array.isArray(expected) && (expected[0] === 'list' || expected[0] === 'set'))
        return !Array.isArray(value);
      return typeof value !== 'object';
    });
    expect(wrong).toEqual([]);
  });

  it.each(KNOWN_TYPES)('decides only what the provider decides: %s', async (type) => {
    const behaviour = behaviourOf(type);
    const schema = await schemaOf(type);
    const settable = Object.keys(behaviour?.values ?? {}).filter((dotted) => {
      const attribute = schema.attributes.find(({ name }) => name === dotted);
      return attribute !== undefined && !attribute.computed;
    });
    expect(settable).toEqual([]);
  });
});
