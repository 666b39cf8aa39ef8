import * as ts from 'typescript';

/** What a generated binding says about one member of a class, before types are resolved. */
export interface Member {
  readonly name: string;
  readonly computed: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  /** Class and arguments of `new X(this, "name", …)`, when the member is kept in a reference class. */
  readonly stored?: { readonly className: string; readonly isSet: boolean };
  /** Text of the getter's return expression. */
  readonly getter?: string;
}

/** The shape that a mapper function gives a value. */
export type Shape =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'struct'; readonly struct: string }
  | { readonly kind: 'list' | 'map'; readonly of: Shape; readonly isBlock: boolean };

export interface Mapped {
  readonly shape: Shape;
  /** `simple`, `list`, `set`, `map` or `struct`. */
  readonly collection: string;
}

/** Everything of a generated module that describes its schema. */
export interface Bindings {
  /** Class name → members in source order. */
  readonly classes: ReadonlyMap<string, readonly Member[]>;
  /** Base class of each class, for example `cdktf.TerraformResource`. */
  readonly bases: ReadonlyMap<string, string>;
  /** Classes whose constructor fixes index 0: a list or set block of which there is at most one. */
  readonly singleItems: ReadonlySet<string>;
  /** Struct name (or `''` for the resource itself) → attribute name → how it is mapped. */
  readonly mappers: ReadonlyMap<string, ReadonlyMap<string, Mapped>>;
  /** Interface name → members in source order. */
  readonly interfaces: ReadonlyMap<string, readonly { readonly optional: boolean; readonly doc: string }[]>;
}

const FLAGS = /\/\/ (\S+) - computed: (true|false), optional: (true|false), required: (true|false)\s*$/;
const MAPPER = /^(.*)ToHclTerraform$/;

/**
 * Reads generated provider bindings with the TypeScript parser.
 *
 * The generator writes a comment with the provider's own flags above every attribute, and mapper functions
 * with every attribute's collection kind: together they hold the schema that the bindings were made from.
 */
export function readBindings(sources: readonly string[]): Bindings {
  const classes = new Map<string, Member[]>();
  const bases = new Map<string, string>();
  const singleItems = new Set<string>();
  const mappers = new Map<string, Map<string, Mapped>>();
  const interfaces = new Map<string, { optional: boolean; doc: string }[]>();

  for (const source of sources) {
    const file = ts.createSourceFile('bindings.ts', source, ts.ScriptTarget.ES2022, false);
    for (const node of file.statements) {
      if (ts.isClassDeclaration(node) && node.name) {
        const name = node.name.text;
        const base = node.heritageClauses?.[0]?.types[0]?.expression;
        if (base) bases.set(name, base.getText(file));
        classes.set(name, members(node, file, source));
        if (fixesIndex(node, file)) singleItems.add(name);
        const synthesis = node.members.find(
          (m): m is ts.MethodDeclaration =>
            ts.isMethodDeclaration(m) && m.name.getText(file) === 'synthesizeHclAttributes',
        );
        if (synthesis) mappers.set('', mapped(synthesis, file));
      } else if (ts.isFunctionDeclaration(node) && node.name) {
        const match = MAPPER.exec(node.name.text);
        if (match?.[1] !== undefined) mappers.set(capitalised(match[1]), mapped(node, file));
      } else if (ts.isInterfaceDeclaration(node)) {
        interfaces.set(
          node.name.text,
          node.members.filter(ts.isPropertySignature).map((property) => ({
            optional: property.questionToken !== undefined,
            doc: source.slice(property.pos, property.getStart(file)),
          })),
        );
      }
    }
  }
  return { classes, bases, singleItems, mappers, interfaces };
}

function members(node: ts.ClassDeclaration, file: ts.SourceFile, source: string): Member[] {
  const found: (Member & { stored?: Member['stored']; getter?: string })[] = [];
  let current: { -readonly [K in keyof Member]: Member[K] } | undefined;
  for (const member of node.members) {
    const flags = leadingFlags(source, member.pos);
    if (flags) {
      current = flags;
      found.push(current);
    }
    if (!current) continue;
    if (ts.isPropertyDeclaration(member) && member.initializer && ts.isNewExpression(member.initializer)) {
      const [, , isSet] = member.initializer.arguments ?? [];
      current.stored ??= {
        className: member.initializer.expression.getText(file),
        isSet: isSet?.kind === ts.SyntaxKind.TrueKeyword,
      };
    } else if (ts.isGetAccessorDeclaration(member)) {
      const statement = member.body?.statements[0];
      if (statement && ts.isReturnStatement(statement) && statement.expression) {
        current.getter ??= statement.expression.getText(file);
      }
    }
  }
  return found;
}

function leadingFlags(source: string, position: number): Member | undefined {
  for (const range of ts.getLeadingCommentRanges(source, position) ?? []) {
    const match = FLAGS.exec(source.slice(range.pos, range.end));
    if (match?.[1] !== undefined) {
      const [, name, computed, optional, required] = match;
      return {
        name,
        computed: computed === 'true',
        optional: optional === 'true',
        required: required === 'true',
      };
    }
  }
  return undefined;
}

/** Whether the constructor calls `super(resource, attribute, false, 0)`. */
function fixesIndex(node: ts.ClassDeclaration, file: ts.SourceFile): boolean {
  const constructor = node.members.find(ts.isConstructorDeclaration);
  const statement = constructor?.body?.statements[0];
  if (!statement || !ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) {
    return false;
  }
  return statement.expression.arguments[3]?.getText(file) === '0';
}

function mapped(node: ts.FunctionLikeDeclaration, file: ts.SourceFile): Map<string, Mapped> {
  const result = new Map<string, Mapped>();
  const body = node.body;
  if (!body || !ts.isBlock(body)) return result;
  const literal = body.statements
    .filter(ts.isVariableStatement)
    .map((statement) => statement.declarationList.declarations[0]?.initializer)
    .find((initializer) => initializer !== undefined && ts.isObjectLiteralExpression(initializer));
  if (!literal || !ts.isObjectLiteralExpression(literal)) return result;
  for (const property of literal.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isObjectLiteralExpression(property.initializer)) continue;
    const fields = new Map(
      property.initializer.properties
        .filter(ts.isPropertyAssignment)
        .map((field) => [field.name.getText(file), field.initializer] as const),
    );
    const value = fields.get('value');
    const collection = fields.get('type');
    if (!value || !collection || !ts.isStringLiteral(collection)) continue;
    const name = ts.isStringLiteral(property.name) ? property.name.text : property.name.getText(file);
    result.set(name, { shape: shapeOf(value, file), collection: collection.text });
  }
  return result;
}

/** Reads `cdktf.listMapperHcl(xToHclTerraform, true)(…)` and its relatives from the outside in. */
function shapeOf(node: ts.Expression, file: ts.SourceFile): Shape {
  if (ts.isConditionalExpression(node)) return shapeOf(node.whenFalse, file);
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText(file);
    const [inner, isBlock] = node.arguments;
    if (callee === 'cdktf.listMapperHcl' && inner) {
      return { kind: 'list', of: shapeOf(inner, file), isBlock: isBlock?.kind === ts.SyntaxKind.TrueKeyword };
    }
    if (callee === 'cdktf.hashMapperHcl' && inner) {
      return { kind: 'map', of: shapeOf(inner, file), isBlock: false };
    }
    return shapeOf(node.expression, file);
  }
  const text = node.getText(file);
  const name = MAPPER.exec(text.replace(/^cdktf\./, ''))?.[1];
  if (name === undefined) throw new Error(`unknown mapper in provider bindings: ${text}`);
  return text.startsWith('cdktf.') ? { kind: 'simple', name } : { kind: 'struct', struct: capitalised(name) };
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
