/** A stack's Terraform configuration. */
export interface TerraformJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Address of a resource or data source, the way it stands in an expression. */
const ADDRESS = /\b(data\.)?((?:aws|kubernetes|helm)_[a-z0-9_]+)\.([A-Za-z_][\w-]*)/g;

/** Addresses that a stack's expressions name and the stack does not hold, sorted. */
export function foreignReferences(json: TerraformJson): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (!value.includes('${')) return;
      for (const [address, data, type = '', name = ''] of value.matchAll(ADDRESS)) {
        const held = (data === undefined ? json.resource : json.data)?.[type];
        if (held?.[name] === undefined) found.add(address);
      }
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(json);
  return [...found].sort();
}
