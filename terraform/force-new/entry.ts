/** What is known of one resource type. */
export interface ForceNew {
  /** File of the provider's sources whose schema says so: `ForceNew: true`, or a plan modifier `RequiresReplace`. */
  readonly source: string;
  /** Dotted paths without places in lists: `metadata.name`. A block stands for all that is in it. */
  readonly attributes: readonly string[];
  /** Attributes that replace a resource which had been set to `true` by name: `immutable`. @default - none */
  readonly once?: { readonly name: string; readonly attributes: readonly string[] };
}

/** Makes entries of one provider's sources. */
export const of =
  (folder: string) =>
  (file: string, ...attributes: readonly string[]): ForceNew => ({
    source: `${folder}/${file}.go`,
    attributes,
  });
