import {
  type ObjectValue,
  UNKNOWN,
  type Value,
  hasUnknown,
  isList,
  isObject,
  sameValue,
} from '../protocol/value';
import type { Attribute, Block, NestedBlock, Nesting } from '../schema/model';

/** Steps from the root of an object to one of its values. */
export type ValuePath = readonly (string | number)[];

/**
 * Turns the state that Terraform proposes into a plan, as a provider does: whatever the provider itself will
 * decide (computed, and absent from configuration) is unknown until the object exists.
 *
 * @param prior the object as it stands, or null for one that is yet to be created
 */
export function planBlock(block: Block, proposed: ObjectValue, prior: Value): ObjectValue {
  const before = isObject(prior) ? prior : undefined;
  const planned: Record<string, Value> = {};
  for (const attribute of block.attributes) {
    planned[attribute.name] = planAttribute(
      attribute,
      proposed[attribute.name] ?? null,
      before?.[attribute.name],
    );
  }
  for (const nested of block.blocks) {
    const value = proposed[nested.name] ?? null;
    const old = before?.[nested.name];
    planned[nested.name] = overObjects(nested, value, old, (item, oldItem) =>
      planBlock(nested.block, item, oldItem ?? null),
    );
  }
  return planned;
}

function planAttribute(attribute: Attribute, proposed: Value, prior: Value | undefined): Value {
  if (attribute.writeOnly === true) return null;
  // An existing object keeps what was computed, even where that is null: planning it anew would never come to rest.
  if (proposed === null) return attribute.computed ? (prior ?? (prior === undefined ? UNKNOWN : null)) : null;
  if (!attribute.nested) return proposed;
  const { nesting, attributes } = attribute.nested;
  const block: Block = { attributes, blocks: [] };
  return overObjects({ nesting, block }, proposed, prior, (item, oldItem) =>
    planBlock(block, item, oldItem ?? null),
  );
}

/**
 * Applies `change` to every object of a nested value, together with the object at the same place before. An
 * element of a set has no place: it is paired with the old element that it equals, or else with one that it agrees with
 * in all that is configured, for Terraform does not fill in what was computed below sets within sets.
 */
function overObjects(
  { nesting, block }: Pick<NestedBlock, 'nesting' | 'block'>,
  value: Value,
  prior: Value | undefined,
  change: (item: ObjectValue, old: Value | undefined) => Value,
): Value {
  const olds = isList(prior) ? prior : [];
  return eachObject(nesting, value, (item, key) => {
    if (nesting === 'set')
      return change(
        item,
        olds.find((old) => sameValue(old, item)) ?? olds.find((old) => agrees(block, item, old)),
      );
    if (typeof key === 'number') return change(item, olds[key]);
    return change(item, key === undefined ? prior : isObject(prior) ? prior[key] : undefined);
  });
}

/** Whether an object differs from an older one only where it leaves to the provider what the provider computes. */
function agrees(block: Block, item: Value, old: Value): boolean {
  if (!isObject(item) || !isObject(old)) return sameValue(item, old);
  const attributesAgree = block.attributes.every(({ name, computed }) => {
    const value = item[name] ?? null;
    return (computed && value === null) || sameValue(value, old[name] ?? null);
  });
  return (
    attributesAgree &&
    block.blocks.every((nested) => {
      const [news, olds] = [item[nested.name] ?? null, old[nested.name] ?? null];
      if (!isList(news) || !isList(olds)) return agrees(nested.block, news, olds);
      const paired = (each: Value, index: number): boolean =>
        (nested.nesting === 'set' ? olds : olds.slice(index, index + 1)).some((other) =>
          agrees(nested.block, each, other),
        );
      return news.length === olds.length && news.every(paired);
    })
  );
}

/** Replaces every object of a nested value; its key is its index, its place in a map, or none for a single one. */
function eachObject(
  nesting: Nesting,
  value: Value,
  change: (item: ObjectValue, key: string | number | undefined) => Value,
): Value {
  if (isList(value)) return value.map((item, index) => (isObject(item) ? change(item, index) : item));
  if (!isObject(value)) return value;
  if (nesting !== 'map') return change(value, undefined);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isObject(item) ? change(item, key) : item]),
  );
}

/** Replaces every unknown of a planned object by what `generate` answers for it. */
export function resolveUnknowns(
  block: Block,
  planned: ObjectValue,
  generate: (attribute: Attribute, path: ValuePath) => Value,
  path: ValuePath = [],
): ObjectValue {
  const resolved: Record<string, Value> = {};
  for (const attribute of block.attributes) {
    const here = [...path, attribute.name];
    const value = planned[attribute.name] ?? null;
    const nested = attribute.nested;
    if (value === UNKNOWN) resolved[attribute.name] = generate(attribute, here);
    else if (nested && hasUnknown(value)) {
      resolved[attribute.name] = eachObject(nested.nesting, value, (item, key) =>
        resolveUnknowns({ attributes: nested.attributes, blocks: [] }, item, generate, below(here, key)),
      );
    } else resolved[attribute.name] = value;
  }
  for (const nested of block.blocks) {
    const here = [...path, nested.name];
    const value = planned[nested.name] ?? null;
    resolved[nested.name] = hasUnknown(value)
      ? eachObject(nested.nesting, value, (item, key) =>
          resolveUnknowns(nested.block, item, generate, below(here, key)),
        )
      : value;
  }
  return resolved;
}

function below(path: ValuePath, key: string | number | undefined): ValuePath {
  return key === undefined ? path : [...path, key];
}

/**
 * Paths of those force-new attributes whose value changes.
 *
 * @param forceNew dotted attribute paths; list indices are left out (`metadata.name`)
 */
export function replacedPaths(
  forceNew: readonly string[],
  prior: ObjectValue,
  planned: ObjectValue,
): readonly ValuePath[] {
  return forceNew.flatMap((dotted) => changes(dotted.split('.'), prior, planned, []));
}

function changes(
  steps: readonly string[],
  prior: Value,
  planned: Value,
  path: ValuePath,
): readonly ValuePath[] {
  const [step, ...rest] = steps;
  if (step === undefined) return sameValue(prior, planned) ? [] : [path];
  if (isList(prior) || isList(planned)) {
    const before = isList(prior) ? prior : [];
    const after = isList(planned) ? planned : [];
    if (before.length !== after.length) return [path];
    return after.flatMap((item, index) => changes(steps, before[index] ?? null, item, [...path, index]));
  }
  if (!isObject(prior) || !isObject(planned)) return sameValue(prior, planned) ? [] : [path];
  return changes(rest, prior[step] ?? null, planned[step] ?? null, [...path, step]);
}

/** Paths of values that configuration sets although only the provider may decide them. */
export function unconfigurable(
  block: Block,
  config: ObjectValue,
  path: ValuePath = [],
): readonly ValuePath[] {
  const own = block.attributes
    .filter(({ name, optional, required }) => !optional && !required && (config[name] ?? null) !== null)
    .map(({ name }) => [...path, name]);
  const inner: ValuePath[] = [];
  for (const nested of block.blocks) {
    eachObject(nested.nesting, config[nested.name] ?? null, (item, key) => {
      inner.push(...unconfigurable(nested.block, item, below([...path, nested.name], key)));
      return item;
    });
  }
  return [...own, ...inner];
}

/** A stored object in the form of the schema in force: members it does not know dropped, missing ones null. */
export function conform(block: Block, value: ObjectValue): ObjectValue {
  const result: Record<string, Value> = {};
  for (const { name } of block.attributes) result[name] = value[name] ?? null;
  for (const nested of block.blocks) {
    const inner = value[nested.name] ?? (nested.nesting === 'list' || nested.nesting === 'set' ? [] : null);
    result[nested.name] = eachObject(nested.nesting, inner, (item) => conform(nested.block, item));
  }
  return result;
}
