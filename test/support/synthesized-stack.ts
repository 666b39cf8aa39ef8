/** A synthesized resource or data source: its attributes, its Terraform address and its construct path. */
export interface Synthesized {
  readonly address: string;
  readonly path: string;
  // Terraform's JSON has no fixed shape, and tests read deep into it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [attribute: string]: any;
}

/** A stack's Terraform JSON, asked by type. */
export class SynthesizedStack {
  public constructor(public readonly json: Readonly<Record<string, unknown>>) {}

  /** All resources of a type. */
  public resources(type: string): readonly Synthesized[] {
    return this.elements('resource', type);
  }

  /** All data sources of a type. */
  public data(type: string): readonly Synthesized[] {
    return this.elements('data', type);
  }

  /** The one resource of a type whose construct path contains `within`. Fails unless there is exactly one. */
  public only(type: string, within = ''): Synthesized {
    const found = this.resources(type).filter(({ path }) => path.includes(within));
    const [first] = found;
    if (found.length !== 1 || first === undefined) {
      const paths = this.resources(type).map(({ path }) => path);
      throw new Error(
        `expected one ${type} within '${within}', found ${found.length} of: ${paths.join(', ')}`,
      );
    }
    return first;
  }

  /** Types of all resources, sorted, each with how often it occurs. */
  public inventory(): Record<string, number> {
    const all = (this.json['resource'] ?? {}) as Record<string, object>;
    const counts = Object.entries(all).map(([type, named]) => [type, Object.keys(named).length] as const);
    return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Statements of the one policy document whose construct path contains `within`. */
  public statements(within: string): readonly Synthesized[] {
    const found = this.data('aws_iam_policy_document').filter(({ path }) => path.includes(within));
    if (found.length !== 1)
      throw new Error(`expected one policy document within '${within}', found ${found.length}`);
    return found[0]?.['statement'] as readonly Synthesized[];
  }

  private elements(section: 'resource' | 'data', type: string): Synthesized[] {
    const all = (this.json[section] ?? {}) as Record<string, Record<string, Record<string, unknown>>>;
    return Object.entries(all[type] ?? {}).map(([name, attributes]) => {
      const comment = attributes['//'] as { metadata: { path: string } };
      return { ...attributes, address: `${type}.${name}`, path: comment.metadata.path };
    });
  }
}
