import { type Bindings, type Mapped, type Member, type Shape, readBindings } from './bindings';
import type { Attribute, Block, CtyType, NestedBlock, Nesting, SchemaKind } from './model';

export interface DeriveOptions {
  /** What the module describes. */
  readonly kind: SchemaKind;
  /**
   * Whether the provider speaks protocol 6 and so may have attributes inside attributes. A provider that
   * speaks protocol 5 writes the same thing as an attribute of an object type, whose members are all required.
   */
  readonly nestedAttributes: boolean;
}

/** How often a block may hold itself. The bindings cut such schemas into a loop, Terraform needs a tree. */
const RECURSION_LIMIT = 3;

const SIMPLE: Readonly<Record<string, CtyType>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'dynamic',
};

/** Getter expression → type, for computed attributes, which no mapper mentions. */
const GETTERS: readonly (readonly [RegExp, CtyType])[] = [
  [/^this\.getStringAttribute\(/, 'string'],
  [/^this\.getNumberAttribute\(/, 'number'],
  [/^this\.getBooleanAttribute\(/, 'bool'],
  [/^this\.getListAttribute\(/, ['list', 'string']],
  [/^this\.getNumberListAttribute\(/, ['list', 'number']],
  [/^cdktf\.Fn\.tolist\(this\.getListAttribute\(/, ['set', 'string']],
  [/^cdktf\.Token\.asNumberList\(cdktf\.Fn\.tolist\(this\.getNumberListAttribute\(/, ['set', 'number']],
  [/^this\.getStringMapAttribute\(/, ['map', 'string']],
  [/^this\.getNumberMapAttribute\(/, ['map', 'number']],
  [/^this\.getBooleanMapAttribute\(/, ['map', 'bool']],
];

/** Reference classes of the framework itself → element type. */
const FRAMEWORK_CLASSES: Readonly<Record<string, CtyType>> = {
  'cdktf.StringMap': ['map', 'string'],
  'cdktf.NumberMap': ['map', 'number'],
  'cdktf.BooleanMap': ['map', 'bool'],
  'cdktf.AnyMap': 'dynamic',
  'cdktf.BooleanList': ['list', 'bool'],
  'cdktf.StringMapList': ['list', ['map', 'string']],
  'cdktf.NumberMapList': ['list', ['map', 'number']],
  'cdktf.BooleanMapList': ['list', ['map', 'bool']],
};

/**
 * Derives the Terraform schema of one type from the TypeScript source of its generated bindings.
 *
 * @throws Error when the bindings hold a construction that this reader does not know.
 */
export function deriveSchema(sources: readonly string[], options: DeriveOptions): Block {
  const bindings = readBindings(sources);
  return new Deriver(bindings, options).root();
}

interface Found {
  readonly attributes: Attribute[];
  readonly blocks: NestedBlock[];
}

/** A struct-typed member, resolved: which struct, in what collection, as a block or not. */
interface StructUse {
  readonly struct: string;
  readonly nesting: Nesting;
  readonly isBlock: boolean;
  readonly single: boolean;
}

class Deriver {
  public constructor(
    private readonly bindings: Bindings,
    private readonly options: DeriveOptions,
  ) {}

  public root(): Block {
    const wanted = {
      provider: 'cdktf.TerraformProvider',
      resource: 'cdktf.TerraformResource',
      data: 'cdktf.TerraformDataSource',
    }[this.options.kind];
    const name = [...this.bindings.bases].find(([, base]) => base === wanted)?.[0];
    if (name === undefined) throw new Error(`provider bindings hold no class that extends ${wanted}`);
    // `alias` belongs to Terraform's own provider block; the generator adds it to every provider.
    const members = (this.bindings.classes.get(name) ?? []).filter(
      (member) => this.options.kind !== 'provider' || member.name !== 'alias',
    );
    return this.block(members, '', `${name}Config`, []);
  }

  private block(members: readonly Member[], struct: string, docs: string, path: readonly string[]): Block {
    const found: Found = { attributes: [], blocks: [] };
    const mapper = this.bindings.mappers.get(struct);
    const assignable = [...(mapper?.keys() ?? [])];
    const notes = this.bindings.interfaces.get(docs) ?? [];
    for (const member of members) {
      const doc = this.docOf(member, notes);
      this.add(found, member, mapper?.get(member.name), doc, path);
    }
    const known = new Set(members.map((member) => member.name));
    const strays = assignable.filter((name) => !known.has(name) && name !== 'alias');
    if (strays.length > 0)
      throw new Error(`attributes without flags in provider bindings: ${strays.join(', ')}`);
    return found;
  }

  /** Members of an interface follow the order of the assignable members of the class. */
  private docOf(member: Member, notes: readonly { readonly doc: string }[]): string {
    return notes.find((note) => note.doc.includes(`#${member.name} `))?.doc ?? '';
  }

  private add(
    found: Found,
    member: Member,
    mapped: Mapped | undefined,
    doc: string,
    path: readonly string[],
  ): void {
    const { name, required, optional, computed } = member;
    const flags = { name, required, optional, computed };
    const use = this.structUse(member, mapped, doc);
    if (use) {
      if (path.filter((step) => step === use.struct).length >= RECURSION_LIMIT) return;
      const inner = this.block(this.membersOf(use.struct), use.struct, use.struct, [...path, use.struct]);
      const secret = name.endsWith('_wo') ? { writeOnly: true } : {};
      if (use.isBlock) {
        found.blocks.push({
          name,
          // Terraform has no sets of values whose type it does not know.
          nesting: use.nesting === 'set' && holdsDynamic(inner) ? 'list' : use.nesting,
          min: required && use.nesting !== 'single' && use.nesting !== 'map' ? 1 : 0,
          max: use.single ? 1 : 0,
          block: inner,
        });
      } else if (this.options.nestedAttributes) {
        found.attributes.push({
          ...flags,
          ...secret,
          nested: { nesting: use.nesting, attributes: inner.attributes },
        });
      } else {
        const object: CtyType = ['object', typesOf(inner)];
        found.attributes.push({ ...flags, type: use.nesting === 'single' ? object : [use.nesting, object] });
      }
      return;
    }
    const writeOnly = name.endsWith('_wo') && optional;
    const type = mapped ? this.mappedType(mapped) : this.getterType(member);
    found.attributes.push({ ...flags, type, ...(writeOnly ? { writeOnly } : {}) });
  }

  private structUse(member: Member, mapped: Mapped | undefined, doc: string): StructUse | undefined {
    const described = new RegExp(`\\* ${member.name} block\\s`).test(doc);
    if (mapped) {
      const { shape, collection } = mapped;
      if (shape.kind === 'struct') {
        const single = this.bindings.singleItems.has(`${shape.struct}OutputReference`);
        // A struct without a mapper list around it is a single item of a list or set, or a lone object.
        const nesting = collection === 'list' || collection === 'set' ? collection : 'single';
        return {
          struct: shape.struct,
          nesting,
          isBlock: nesting !== 'single' || described,
          single: single || nesting !== 'single',
        };
      }
      if (shape.kind !== 'simple' && shape.of.kind === 'struct') {
        const nesting = shape.kind === 'map' ? 'map' : collection === 'set' ? 'set' : 'list';
        return {
          struct: shape.of.struct,
          nesting,
          isBlock: shape.isBlock || (nesting === 'map' && described),
          single: false,
        };
      }
      return undefined;
    }
    const stored = member.stored;
    if (!stored || stored.className.startsWith('cdktf.')) return undefined;
    const match = /^(.*?)(OutputReference|List|Map)$/.exec(stored.className);
    if (match?.[1] === undefined || !this.bindings.classes.has(`${match[1]}OutputReference`))
      return undefined;
    const nesting: Nesting =
      match[2] === 'OutputReference' ? 'single' : match[2] === 'Map' ? 'map' : stored.isSet ? 'set' : 'list';
    return { struct: match[1], nesting, isBlock: false, single: false };
  }

  /** A provider's structs have no class: their flags come from the interface. */
  private membersOf(struct: string): readonly Member[] {
    const members = this.bindings.classes.get(`${struct}OutputReference`);
    if (members) return members;
    const names = [...(this.bindings.mappers.get(struct)?.keys() ?? [])];
    const notes = this.bindings.interfaces.get(struct) ?? [];
    return names.map((name, index) => {
      const optional = notes[index]?.optional ?? true;
      return { name, computed: false, optional, required: !optional };
    });
  }

  private mappedType({ shape, collection }: Mapped): CtyType {
    const type = this.shapeType(shape);
    return collection === 'set' && Array.isArray(type) ? ['set', type[1] as CtyType] : type;
  }

  private shapeType(shape: Shape): CtyType {
    switch (shape.kind) {
      case 'simple': {
        const type = SIMPLE[shape.name];
        if (type === undefined) throw new Error(`unknown simple type in provider bindings: ${shape.name}`);
        return type;
      }
      case 'struct':
        return ['object', typesOf(this.block(this.membersOf(shape.struct), shape.struct, shape.struct, []))];
      case 'list':
        return ['list', this.shapeType(shape.of)];
      case 'map': {
        const of = this.shapeType(shape.of);
        // The generator writes a dynamic value as a map of anything.
        return of === 'dynamic' ? 'dynamic' : ['map', of];
      }
    }
  }

  private getterType(member: Member): CtyType {
    if (member.stored) {
      const type = FRAMEWORK_CLASSES[member.stored.className];
      if (type !== undefined)
        return member.stored.isSet && Array.isArray(type) ? ['set', type[1] as CtyType] : type;
      return 'dynamic';
    }
    const getter = member.getter ?? '';
    return GETTERS.find(([pattern]) => pattern.test(getter))?.[1] ?? 'dynamic';
  }
}

function typesOf(block: Block): Record<string, CtyType> {
  return Object.fromEntries(
    block.attributes.map((attribute) => [attribute.name, attribute.type ?? 'dynamic']),
  );
}

function holdsDynamic(block: Block): boolean {
  return (
    block.attributes.some(({ type }) => type === 'dynamic') ||
    block.blocks.some((nested) => holdsDynamic(nested.block))
  );
}
