import type { Tree } from './tree';

/** All that is deployed before a stack: what it depends on, and what that depends on. */
export type Predecessors = (stack: string) => ReadonlySet<string>;

/** Tells it of the stacks that are asked for, and of no others: most reviews ask for none. */
export function predecessorsIn({ stacks }: Pick<Tree, 'stacks'>): Predecessors {
  const direct = new Map(stacks.map(({ name, dependencies }) => [name, dependencies]));
  const known = new Map<string, ReadonlySet<string>>();
  return (stack) => {
    const before = known.get(stack) ?? reached(stack, direct);
    known.set(stack, before);
    return before;
  };
}

function reached(stack: string, direct: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(direct.get(stack) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(direct.get(next) ?? []));
  }
  return found;
}
