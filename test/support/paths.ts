/** A place in an object, and what is there. */
export interface Place {
  readonly path: string;
  readonly value: unknown;
  /** The object or list that holds the value, and its key there. */
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

/**
 * Every place that a path leads to, where a star stands for each item of a list: `spec`, `providers`, star, `name` with
 * slashes between. Places that an object does not have are left out.
 */
export function placesOf(object: object, path: string): readonly Place[] {
  const [first = '', ...rest] = path.split('/');
  const parent = object as Record<string, unknown>;
  const keys = first === '*' ? Object.keys(parent) : [first].filter((key) => parent[key] !== undefined);
  return keys.flatMap((key): readonly Place[] => {
    const value = parent[key];
    if (rest.length === 0) return [{ path: key, value, parent, key }];
    if (typeof value !== 'object' || value === null) return [];
    return placesOf(value, rest.join('/')).map((place) => ({ ...place, path: `${key}/${place.path}` }));
  });
}
