/** A Terraform type constraint in the JSON form that the plugin protocol carries. */
export type CtyType =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', CtyType]
  | readonly ['object', Readonly<Record<string, CtyType>>];

export type Nesting = 'single' | 'list' | 'set' | 'map';

/** One attribute of a block. Exactly one of `type` and `nested` is present. */
export interface Attribute {
  readonly name: string;
  readonly type?: CtyType;
  /** Attributes of an attribute: only providers that speak protocol 6 have them. */
  readonly nested?: { readonly nesting: Nesting; readonly attributes: readonly Attribute[] };
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
  readonly sensitive?: boolean;
  /** Accepted from configuration, never kept in state. */
  readonly writeOnly?: boolean;
}

export interface NestedBlock {
  readonly name: string;
  readonly nesting: Nesting;
  /** Fewest blocks allowed. */
  readonly min: number;
  /** Most blocks allowed; 0 means that there is no limit. */
  readonly max: number;
  readonly block: Block;
}

export interface Block {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly NestedBlock[];
}

/** What a type name can stand for in a stack. */
export type SchemaKind = 'provider' | 'resource' | 'data';

/** The short names of the providers that have a stand-in. */
export const PROVIDER_NAMES = ['aws', 'kubernetes', 'helm'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** The address under which Terraform knows each provider. */
export const PROVIDER_ADDRESS: Readonly<Record<ProviderName, string>> = {
  aws: 'registry.terraform.io/hashicorp/aws',
  kubernetes: 'registry.terraform.io/hashicorp/kubernetes',
  helm: 'registry.terraform.io/hashicorp/helm',
};

/** The same providers as OpenTofu spells their addresses. */
export const TOFU_PROVIDER_ADDRESS: Readonly<Record<ProviderName, string>> = {
  aws: 'registry.opentofu.org/hashicorp/aws',
  kubernetes: 'registry.opentofu.org/hashicorp/kubernetes',
  helm: 'registry.opentofu.org/hashicorp/helm',
};
