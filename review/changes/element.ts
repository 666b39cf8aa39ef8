import type { Lifecycle, Values } from '../plan';
import { block } from '../values';
import type { Documents } from './documents';

/** A resource or data source of a configuration, in the shape in which a plan has it as far as that is known. */
export interface Element {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  /** Its arguments: policies as the JSON that they stand for, references as texts `${aws_x.y.arn}`. */
  readonly values: Values;
  readonly lifecycle: Lifecycle;
}

/**
 * What says how Terraform goes about a resource, and nothing of the resource itself. Source: "Meta-Arguments", Terraform.
 * `provider`, `count` and `for_each` are left where they are: they say which thing it is, and how many there are.
 */
const META: ReadonlySet<string> = new Set([
  '//',
  'connection',
  'depends_on',
  'lifecycle',
  'provisioner',
  'timeouts',
]);

export function readElement(address: string, config: Values, documents: Documents): Element {
  const isData = address.startsWith('data.');
  return {
    address,
    mode: isData ? 'data' : 'managed',
    type: typeOf(address),
    values: documents.resolve(
      Object.fromEntries(Object.entries(config).filter(([name]) => !META.has(name))),
    ) as Values,
    lifecycle: lifecycleOf(block(config['lifecycle'])),
  };
}

/** Type of what is at an address. */
export const typeOf = (address: string): string =>
  address.split('.')[address.startsWith('data.') ? 1 : 0] ?? '';

function lifecycleOf(values: Values): Lifecycle {
  const ignored = values['ignore_changes'];
  return {
    preventDestroy: values['prevent_destroy'] === true,
    ignoreChanges: ignored === 'all' ? 'all' : texts(ignored),
    replaceTriggeredBy: texts(values['replace_triggered_by']).map((text) => text.replace(/^\$\{|\}$/g, '')),
  };
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as unknown[]) : []).filter(
    (item): item is string => typeof item === 'string',
  );
