import type { Attribute, Block, Nesting } from '../schema/model';

/** Numbers of the protocol's `NestingMode`. */
const NESTING: Readonly<Record<Nesting, number>> = { single: 1, list: 2, set: 3, map: 4 };

/** A block's schema as the protocol's `Schema` message. Versions stay 0: a stand-in never migrates state. */
export function wireSchema(block: Block): object {
  return { version: 0, block: wireBlock(block) };
}

function wireBlock(block: Block): object {
  return {
    version: 0,
    attributes: block.attributes.map(wireAttribute),
    block_types: block.blocks.map((nested) => ({
      type_name: nested.name,
      nesting: NESTING[nested.nesting],
      min_items: nested.min,
      max_items: nested.max,
      block: wireBlock(nested.block),
    })),
  };
}

function wireAttribute(attribute: Attribute): object {
  const { name, required, optional, computed, nested } = attribute;
  return {
    name,
    required,
    optional,
    computed,
    sensitive: attribute.sensitive ?? false,
    write_only: attribute.writeOnly ?? false,
    ...(nested
      ? {
          nested_type: { nesting: NESTING[nested.nesting], attributes: nested.attributes.map(wireAttribute) },
        }
      : { type: Buffer.from(JSON.stringify(attribute.type)) }),
  };
}
