import type { ObjectValue } from '../protocol/value';

/**
 * A value with holes: `{name}` is the object's own attribute `name`, `{region}` the region it lives in,
 * `{account}` its account, `{partition}` the AWS partition, `{hex:17}` seventeen hexadecimal digits and
 * `{digits:6}` six decimal ones that are always the same for the same object, `{base64:word}` the word encoded.
 */
export type Template = string | number | boolean | readonly Template[] | { readonly [key: string]: Template };

/** What the schema of a type does not say. What replaces an object of it is in `terraform/force-new.ts`. */
export interface TypeBehaviour {
  /** Page that these facts were read from. */
  readonly source: string;
  /** Value of `id`. @default - the object's name, or a made-up id of the type */
  readonly id?: Template;
  /** Value of `arn`. @default - service, type and id put together */
  readonly arn?: Template;
  /** Values of other computed attributes, by name. @default - a value of the right type and shape */
  readonly values?: Readonly<Record<string, Template>>;
  /** Attributes that together are unique, and the error that the API gives for a second one. */
  readonly unique?: {
    readonly attributes: readonly string[];
    readonly error: string;
    /** @default 'region' - account and region; for Kubernetes and Helm, the cluster */
    readonly within?: 'region' | 'account' | 'world';
  };
  /** Why the API would refuse to delete this object, in the API's words; undefined when it would not. */
  readonly refusesDelete?: (object: ObjectValue) => string | undefined;
}
